package dev.hagen.semantics;

/** Unsigned 128-bit integers, as two longs: the divisions and roots that the JDK does not have. */
final class WideMath {
  private static final long LOW = 0xFFFF_FFFFL;

  private WideMath() {}

  /**
   * The quotient of {@code high:low} and {@code divisor}, whose top bit is set and which is above {@code high}; the
   * remainder is {@code low - quotient * divisor}. Schoolbook division by 32-bit digits (Knuth vol. 2 4.3.1).
   */
  static long divide(long high, long low, long divisor) {
    long first = digit(high, low >>> 32, divisor);
    long rest = (high << 32 | low >>> 32) - first * divisor;
    long second = digit(rest, low & LOW, divisor);
    return first << 32 | second;
  }

  /** One 32-bit digit: {@code (rest << 32 | next) / divisor}, with {@code rest} below the divisor. */
  private static long digit(long rest, long next, long divisor) {
    long top = divisor >>> 32;
    long digit = Long.divideUnsigned(rest, top);
    if (digit > LOW || digit < 0) {
      digit = LOW;
    }
    // The estimate from the top half is at most two too large (Knuth's theorem B); both products have 96 bits.
    long productHigh = digit * top;
    long productLow = digit * (divisor & LOW);
    while (isAbove(productHigh, productLow, rest, next)) {
      digit--;
      productHigh -= top;
      productLow -= divisor & LOW;
    }
    return digit;
  }

  /** Whether {@code aHigh * 2^32 + aLow > bHigh * 2^32 + bLow}; {@code bLow} has 32 bits. */
  private static boolean isAbove(long aHigh, long aLow, long bHigh, long bLow) {
    // aHigh never exceeds bHigh by the choice of the digit, so the difference does not wrap.
    long difference = bHigh - aHigh;
    if (difference >>> 32 != 0) {
      return false;
    }
    return Long.compareUnsigned(aLow, difference << 32 | bLow) > 0;
  }

  /** The integer part of the square root of {@code high:low}, whose top two bits are not both clear. */
  static long squareRoot(long high, long low) {
    double estimate = Math.sqrt((high >>> 1) * 2.0);
    // The estimate is in units of 2^32, with 53 bits; one step of Newton's iteration doubles them.
    double inverse = 0.5 / estimate;
    long root = (long) (estimate * 0x1p31) << 1;
    long squareLow = root * root;
    long errorLow = low - squareLow;
    long errorHigh = high - Math.unsignedMultiplyHigh(root, root) - (Long.compareUnsigned(low, squareLow) < 0 ? 1 : 0);
    // The error has at most 80 bits; those below 2^32 do not matter.
    long step = (long) Math.floor((errorHigh << 32 | errorLow >>> 32) * inverse);
    long next = root + step;
    // Stay below 2^64.
    root = step > 0 && Long.compareUnsigned(next, root) < 0 ? -1 : next;
    while (isSquareAbove(root, high, low)) {
      root--;
    }
    while (root != -1 && !isSquareAbove(root + 1, high, low)) {
      root++;
    }
    return root;
  }

  private static boolean isSquareAbove(long root, long high, long low) {
    int order = Long.compareUnsigned(Math.unsignedMultiplyHigh(root, root), high);
    return order > 0 || order == 0 && Long.compareUnsigned(root * root, low) > 0;
  }
}
