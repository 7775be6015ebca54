package dev.hagen.device;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrequencyTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 32_768, 1_193_182, 3_579_545, 100_000_000, 1_000_000_000, 2_999_999_999L, 9_000_000_000L})
  void tick_beginsAtItsFirstNanosecond(long hertz) {
    Frequency frequency = new Frequency(hertz);
    for (long tick = 1; tick > 0 && tick < 1L << 60; tick = tick * 3 + 1) {
      long nanos = frequency.nanos(tick);
      if (nanos == Long.MAX_VALUE) {
        return;
      }
      assertTrue(frequency.ticks(nanos) >= tick);
      assertTrue(frequency.ticks(nanos - 1) < tick);
    }
  }
}
