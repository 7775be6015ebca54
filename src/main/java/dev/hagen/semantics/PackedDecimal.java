package dev.hagen.semantics;

/** The x87's packed BCD integers: 18 digits in nine bytes, the sign in bit 79 (SDM vol. 1 4.7). */
final class PackedDecimal {
  /** The largest magnitude that 18 digits hold. */
  static final long LARGEST = 999_999_999_999_999_999L;
  /** Bits 64 to 79 and 0 to 63 of the indefinite. */
  static final int INDEFINITE_HIGH = 0xFFFF;
  static final long INDEFINITE_LOW = 0xC000_0000_0000_0000L;

  private PackedDecimal() {}

  /** The magnitude of the number with digits in {@code low} and the low byte of {@code high}. */
  static long value(long low, int high) {
    long value = (high >> 4 & 15) * 10L + (high & 15);
    for (int shift = 60; shift >= 0; shift -= 4) {
      value = value * 10 + (low >>> shift & 15);
    }
    return value;
  }

  /** The low sixteen digits of {@code value}. */
  static long low(long value) {
    long digits = 0;
    long rest = value;
    for (int shift = 0; shift < 64; shift += 4) {
      digits |= rest % 10 << shift;
      rest /= 10;
    }
    return digits;
  }

  /** The high two digits of {@code value}. */
  static int high(long value) {
    int rest = (int) (value / 10_000_000_000_000_000L);
    return rest / 10 << 4 | rest % 10;
  }
}
