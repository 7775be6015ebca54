package dev.hagen.region;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BlockGraphTest {
  private final BlockGraph graph = new BlockGraph();

  /** From the head through 10 and 20 and back, and from 10 to 30 and 40, which end. */
  BlockGraphTest() {
    graph.add(0, List.of(10L));
    graph.add(10, List.of(20L, 30L));
    graph.add(20, List.of(0L, 50L));
    graph.add(30, List.of(40L));
    graph.add(40, List.of());
  }

  @Test
  void own_whereNothingHasCode_isAllThatWasAdded() {
    assertThat(graph.own(start -> false)).containsExactly(0L, 10L, 20L, 30L, 40L);
  }

  @Test
  void own_whereCodeLeadsBackToTheHead_hasIt() {
    assertThat(graph.own(Set.of(0L, 10L, 20L)::contains)).containsExactly(0L, 10L, 20L, 30L, 40L);
  }

  @Test
  void own_whereCodeLeadsElsewhere_endsBeforeIt() {
    assertThat(graph.own(Set.of(10L, 30L)::contains)).containsExactly(0L, 10L, 20L);
  }

  @Test
  void own_behindBlocksWithoutCode_endsBeforeThatWhichHasSome() {
    assertThat(graph.own(Set.of(40L)::contains)).containsExactly(0L, 10L, 20L, 30L);
  }
}
