package dev.hagen.semantics;

import java.math.BigInteger;

/**
 * A non-negative rational number rounded to the x87's format by integer arithmetic of any length, as a reference.
 *
 * @param signExponent sign and biased exponent
 * @param significand with integer bit
 * @param inexact whether rounding changed the value
 * @param up whether it grew in magnitude
 */
record ExactExtended(int signExponent, long significand, boolean inexact, boolean up) {
  private static final BigInteger TWO = BigInteger.TWO;

  /** {@code numerator / denominator * 2^scale}, not zero, rounded to {@code bits} bits; the result is a normal number. */
  static ExactExtended round(int sign, BigInteger numerator, BigInteger denominator, int scale, int bits, int control) {
    int shift = bits - numerator.bitLength() + denominator.bitLength();
    BigInteger scaled = shift >= 0 ? numerator.shiftLeft(shift) : numerator;
    BigInteger divisor = shift >= 0 ? denominator : denominator.shiftLeft(-shift);
    if (scaled.divide(divisor).bitLength() > bits) {
      shift--;
      divisor = divisor.multiply(TWO);
    }
    BigInteger[] parts = scaled.divideAndRemainder(divisor);
    BigInteger quotient = parts[0];
    int half = parts[1].multiply(TWO).compareTo(divisor);
    boolean inexact = parts[1].signum() != 0;
    boolean up = inexact && switch (control) {
      case ExtendedRounding.NEAREST -> half > 0 || half == 0 && quotient.testBit(0);
      case ExtendedRounding.DOWN -> sign != 0;
      case ExtendedRounding.UP -> sign == 0;
      default -> false;
    };
    if (up) {
      quotient = quotient.add(BigInteger.ONE);
    }
    // value = quotient * 2^(scale - shift)
    int length = quotient.bitLength();
    int exponent = length - 1 + scale - shift + Extended.BIAS;
    long significand = length <= 64 ? quotient.shiftLeft(64 - length).longValue()
        : quotient.shiftRight(length - 64).longValue();
    return new ExactExtended(sign | exponent, significand, inexact, up);
  }

  static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}
