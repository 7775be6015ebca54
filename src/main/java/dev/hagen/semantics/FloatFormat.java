package dev.hagen.semantics;

/**
 * A binary format of IEEE 754 and what its bit patterns mean. A pattern is a {@code long} of which only the low bits of the
 * format's size count; they arrive zero-extended.
 *
 * @param size bytes
 * @param fractionBits bits of the fraction, without the implicit one
 * @param maxExponent the biased exponent of infinities and NaNs
 * @param bias what the biased exponent of 1.0 is
 */
record FloatFormat(int size, int fractionBits, int maxExponent, int bias) {
  static final FloatFormat SINGLE = new FloatFormat(4, 23, 0xFF, 127);
  static final FloatFormat DOUBLE = new FloatFormat(8, 52, 0x7FF, 1023);

  /** The biased exponent. */
  int exponent(long bits) {
    return (int) (bits >>> fractionBits) & maxExponent;
  }

  long fraction(long bits) {
    return bits & implicitOne() - 1;
  }

  boolean isNegative(long bits) {
    return (bits & sign()) != 0;
  }

  boolean isNaN(long bits) {
    return (bits & ~sign()) > infinity();
  }

  boolean isSignaling(long bits) {
    return isNaN(bits) && (bits & quietBit()) == 0;
  }

  boolean isInfinite(long bits) {
    return (bits & ~sign()) == infinity();
  }

  boolean isZero(long bits) {
    return (bits & ~sign()) == 0;
  }

  boolean isDenormal(long bits) {
    return exponent(bits) == 0 && fraction(bits) != 0;
  }

  /** The significand as an integer: the value of a finite pattern is this times two to the {@link #scale}. */
  long significand(long bits) {
    return exponent(bits) == 0 ? fraction(bits) : fraction(bits) | implicitOne();
  }

  /** See {@link #significand}. */
  int scale(long bits) {
    return Math.max(exponent(bits), 1) - bias - fractionBits;
  }

  /** The implicit one of a normal number's significand. */
  long implicitOne() {
    return 1L << fractionBits;
  }

  long sign() {
    return 1L << 8 * size - 1;
  }

  /** The bit that makes a NaN a quiet one. */
  long quietBit() {
    return 1L << fractionBits - 1;
  }

  long infinity() {
    return (long) maxExponent << fractionBits;
  }

  /** The result of an invalid operation without a NaN operand: the "QNaN floating-point indefinite". */
  long defaultNaN() {
    return sign() | infinity() | quietBit();
  }

  /** {@code magnitude} with a sign. */
  long withSign(boolean negative, long magnitude) {
    return negative ? magnitude | sign() : magnitude;
  }
}
