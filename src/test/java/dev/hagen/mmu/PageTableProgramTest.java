package dev.hagen.mmu;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random changes of page tables, seen by all ways to keep translations. */
final class PageTableProgramTest {
  private static final int SEEDS = Integer.getInteger("hagen.test.seeds", 6);
  private static final int STEPS = 6000;

  static Stream<Arguments> programs() {
    return Stream.of(PagingMode.values())
        .flatMap(mode -> LongStream.range(0, SEEDS).mapToObj(seed -> Arguments.of(mode, seed)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void program_underAllMmus_seesTheSame(PagingMode mode, long seed) {
    try (PageTableProgram program = new PageTableProgram(mode, seed)) {
      program.run(STEPS);
    }
  }
}
