package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.profile.SymbolTable.Function;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SymbolTableTest {
  private static final long KERNEL = 0xFFFF_FFFF_8100_0000L;

  @Test
  void address_insideAFunction_isNamedWithItsDistance() {
    SymbolTable table = new SymbolTable(List.of(new Function(KERNEL, 0, "first"), new Function(0x1000, 0x20, "user")));
    assertThat(table.at(KERNEL)).isEqualTo("first");
    assertThat(table.at(KERNEL + 0x1F)).isEqualTo("first+0x1f");
    assertThat(table.at(0x101F)).isEqualTo("user+0x1f");
  }

  @Test
  void address_outsideOfAll_hasNoName() {
    SymbolTable table = new SymbolTable(List.of(new Function(0x1000, 0x20, "f"), new Function(0x2000, 0, "last")));
    assertThat(table.at(0xFFF)).isEmpty();
    assertThat(table.at(0x1020)).isEmpty();
    assertThat(table.at(0x2000 + (1 << 20))).isEmpty();
    assertThat(SymbolTable.EMPTY.at(0x1000)).isEmpty();
  }

  @Test
  void address_withTwoNames_hasTheFirst() {
    assertThat(new SymbolTable(List.of(new Function(8, 0, "a"), new Function(8, 0, "b"))).at(8)).isEqualTo("a");
  }

  @Test
  void distance_ofAKernelThatHasMovedItself_isFound() {
    SymbolTable file = new SymbolTable(IntStream.range(0, 100).mapToObj(i -> new Function(i * 64L, 0, "f" + i)).toList());
    SymbolTable running = file.moved(0x1E00_0000);
    assertThat(file.distanceTo(running)).isEqualTo(0x1E00_0000);
    assertThat(file.distanceTo(SymbolTable.EMPTY)).isZero();
    assertThat(file.moved(file.distanceTo(running)).with(running).size()).isEqualTo(100);
  }
}
