package dev.hagen.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.x86.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CountersTest {
  private static final int MANY = 1_000_000;

  private final Counters counters = new Counters();

  /** Notes what it hears. */
  private static final class Recorder implements ExitListener {
    final List<Counter> heard = new ArrayList<>();

    @Override
    public void exit(Counter reason) {
      heard.add(reason);
    }

    @Override
    public void addressSpaceEntered(long cr3, boolean kept) {}
  }

  @Test
  void names_areNotGivenTwice() {
    assertThat(Arrays.stream(Counter.values()).map(Counter::spelling)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(CounterFamily.values()).map(CounterFamily::spelling))
        .doesNotContainAnyElementsOf(Arrays.stream(Counter.values()).filter(counter -> counter.family() == null)
            .map(Counter::metric).toList());
  }

  @ParameterizedTest
  @EnumSource(Counter.class)
  void counter_ofAFamilyOrNot_saysInASentenceWhatItCounts(Counter counter) {
    assertThat(counter.sentence()).matches("[A-Z][^\"\\\\\\n]+\\.");
  }

  @ParameterizedTest
  @EnumSource(CounterFamily.class)
  void family_hasMembersInOneRow(CounterFamily family) {
    int[] members = IntStream.range(0, Counter.values().length)
        .filter(index -> Counter.values()[index].family() == family).toArray();
    assertThat(members).hasSizeGreaterThan(1);
    assertThat(members[members.length - 1] - members[0]).isEqualTo(members.length - 1);
  }

  @Test
  void count_ofOneCounter_leavesOthersAlone() {
    counters.count(Counter.PAGE_WALKS);
    counters.add(Counter.PAGE_WALKS, 4);
    counters.set(Counter.UNITS_HELD, 3);
    assertThat(Arrays.stream(Counter.values()).filter(counter -> counters.of(counter) != 0))
        .containsExactly(Counter.PAGE_WALKS, Counter.UNITS_HELD);
    assertThat(counters.of(Counter.PAGE_WALKS)).isEqualTo(5);
    assertThat(counters.of(Counter.UNITS_HELD)).isEqualTo(3);
  }

  @Test
  void sum_isThatOfTheFamilyAlone() {
    counters.count(Counter.PORT_READS);
    counters.add(Counter.MMIO_WRITES, 2);
    counters.count(Counter.EXCEPTION_PF);
    assertThat(counters.sum(CounterFamily.VM_EXITS)).isEqualTo(3);
  }

  @Test
  void exits_areSampledInTurn() {
    Recorder recorder = new Recorder();
    counters.setListener(recorder);
    for (int i = 0; i < 2 * Counters.SAMPLE_PERIOD; i++) {
      counters.exit(i % 2 == 0 ? Counter.PORT_READS : Counter.PORT_WRITES);
    }
    assertThat(recorder.heard).containsExactly(Counter.PORT_READS, Counter.PORT_WRITES);
    assertThat(counters.of(Counter.PORT_READS)).isEqualTo(Counters.SAMPLE_PERIOD);
  }

  @Test
  void leave_isCountedByTheLastSlowPath() {
    counters.exit(Counter.PORT_READS);
    counters.beginLeave();
    assertThat(counters.endLeave()).isEqualTo(Counter.LEAVE_INSTRUCTION);
    counters.beginLeave();
    counters.slow(Counter.TLB_MISS_READ, Counter.LEAVE_TLB_MISS);
    counters.slow(Counter.PAGE_FAULT_NOT_PRESENT, Counter.LEAVE_PAGE_FAULT);
    assertThat(counters.endLeave()).isEqualTo(Counter.LEAVE_PAGE_FAULT);
    assertThat(counters.of(Counter.LEAVE_PAGE_FAULT)).isEqualTo(1);
    assertThat(counters.of(Counter.LEAVE_TLB_MISS)).isZero();
  }

  @Test
  void reader_besideTheCountingThread_seesValuesGrowUpToTheLast() throws InterruptedException {
    Thread counting = Thread.ofPlatform().start(() -> IntStream.range(0, MANY).forEach(i -> counters.count(Counter.HALTS)));
    long[] seen = LongStream.generate(() -> counters.of(Counter.HALTS)).limit(MANY).toArray();
    counting.join();
    assertThat(seen).isSorted();
    assertThat(counters.of(Counter.HALTS)).isEqualTo(MANY);
  }

  @Test
  void sharedCounter_countedByTwoThreads_losesNothing() throws InterruptedException {
    List<Thread> threads = Stream.of(1, 2).map(number -> Thread.ofPlatform().start(
        () -> IntStream.range(0, MANY).forEach(i -> counters.countShared(Counter.CLASSES_DEFINED)))).toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(counters.of(Counter.CLASSES_DEFINED)).isEqualTo(2 * MANY);
  }

  static Stream<Counter> guiltyLeaves() {
    return Arrays.stream(Counter.values()).filter(counter -> counter.family() == CounterFamily.UNIT_LEAVES)
        .filter(counter -> counter.compareTo(Counter.LEAVE_EVENT) > 0);
  }

  @ParameterizedTest
  @MethodSource("guiltyLeaves")
  void retranslation_isCountedUnderTheNameOfTheLeave(Counter leave) {
    Counter retranslation = Counter.retranslation(leave);
    assertThat(retranslation.family()).isEqualTo(CounterFamily.RETRANSLATIONS);
    assertThat(retranslation.value()).isEqualTo(leave.value());
  }

  @Test
  void exception_isCountedByItsVector_orAsAnother() {
    assertThat(Counter.exception(Vector.PF)).isEqualTo(Counter.EXCEPTION_PF);
    assertThat(Counter.exception(Vector.DE)).isEqualTo(Counter.EXCEPTION_DE);
    assertThat(Counter.exception(31)).isEqualTo(Counter.EXCEPTION_OTHER);
  }
}
