package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class ProgramTimesTest {
  private final ProgramTimes times = new ProgramTimes();

  @Test
  void lastRunCounts() {
    times.line("bench begin system fork 1", 1_000_000_000L);
    times.line("bench end system fork 1 0.100 0.200 00ff", 3_000_000_000L);
    times.line("bench begin system fork 2", 3_000_000_000L);
    times.line("bench end system fork 2 0.100 0.200 00ff\r", 4_500_000_000L);
    times.line("bench begin system pipe 1", 5_000_000_000L);
    times.line("bench end system pipe 1 0.100 0.200 00ff", 5_250_000_000L);
    times.line("bench done", 9_000_000_000L);
    assertThat(times.seconds()).containsExactly(entry("fork", 1.5), entry("pipe", .25));
  }

  @Test
  void programThatDoesNotEnd_hasNoTime() {
    times.line("bench begin system fork 1", 0);
    times.line("bench crash system fork 11", 1_000_000_000L);
    times.line("bench end system pipe 1 0.100 0.200 00ff", 2_000_000_000L);
    assertThat(times.seconds()).isEmpty();
  }
}
