package dev.hagen.device;

/**
 * A frequency, for conversion between nanoseconds and ticks without drift: tick {@code n} begins at the first whole
 * nanosecond at which {@code ticks(nanos) == n}.
 *
 * @param hertz 1 to 9,000,000,000
 */
public record Frequency(long hertz) {
  private static final long SECOND = 1_000_000_000;

  /** A frequency whose products fit into 64 bits. */
  public Frequency {
    if (hertz < 1 || hertz > 9 * SECOND) {
      throw new IllegalArgumentException("not a frequency of a device: " + hertz);
    }
  }

  /** Whole ticks in {@code nanos} nanoseconds; neither is negative. Too many wrap around as a counter does. */
  public long ticks(long nanos) {
    return nanos / SECOND * hertz + nanos % SECOND * hertz / SECOND;
  }

  /** The first nanosecond of tick {@code ticks}; saturates at {@link Long#MAX_VALUE}. Not for negative ticks. */
  public long nanos(long ticks) {
    long seconds = ticks / hertz;
    if (seconds > Long.MAX_VALUE / SECOND - 1) {
      return Long.MAX_VALUE;
    }
    return seconds * SECOND + (ticks % hertz * SECOND + hertz - 1) / hertz;
  }
}
