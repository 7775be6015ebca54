package dev.hagen.semantics;

/**
 * Numbers in the x87's double-extended format, as two words: sign and biased exponent (bit 15 and bits 0 to 14) and
 * the significand with its explicit integer bit (SDM vol. 1 4.2.2, 8.2).
 *
 * <p>A {@code float} or {@code double} that was subnormal becomes a normal number here; {@link #WAS_DENORMAL}, a bit
 * above the sign, remembers it until the denormal-operand exception has been raised.
 */
final class Extended {
  static final int SIGN = 0x8000;
  /** Biased exponent of infinities and NaNs; also the mask of the exponent. */
  static final int MAX_EXPONENT = 0x7FFF;
  static final int BIAS = 0x3FFF;
  static final long INTEGER_BIT = 1L << 63;
  static final long QUIET_BIT = 1L << 62;
  /** See the class. */
  static final int WAS_DENORMAL = 1 << 16;

  private Extended() {}

  // Classes of numbers.

  /** A finite number that is neither zero nor denormal, in canonical form. */
  static boolean isNormal(int signExponent, long significand) {
    return significand < 0 && (signExponent + 1 & MAX_EXPONENT) > 1 && signExponent < WAS_DENORMAL;
  }

  /** Unnormal, pseudo-infinity or pseudo-NaN: encodings that the x87 since the 80387 refuses. */
  static boolean isUnsupported(int signExponent, long significand) {
    return significand >= 0 && (signExponent & MAX_EXPONENT) != 0;
  }

  static boolean isNaN(int signExponent, long significand) {
    return (signExponent & MAX_EXPONENT) == MAX_EXPONENT && significand << 1 != 0 && significand < 0;
  }

  static boolean isSignalingNaN(int signExponent, long significand) {
    return (signExponent & MAX_EXPONENT) == MAX_EXPONENT && significand << 1 != 0
        && significand >>> 62 == 2;
  }

  static boolean isInfinity(int signExponent, long significand) {
    return (signExponent & MAX_EXPONENT) == MAX_EXPONENT && significand == INTEGER_BIT;
  }

  /** Denormal, pseudo-denormal, or converted from a subnormal of a narrower format. */
  static boolean isDenormal(int signExponent, long significand) {
    return (signExponent & MAX_EXPONENT) == 0 && significand != 0 || signExponent >= WAS_DENORMAL;
  }

  // Normalisation of finite non-zero numbers, denormals included.

  /** The biased exponent that goes with {@link #normalizedSignificand}; may be zero or negative. */
  static int normalizedExponent(int signExponent, long significand) {
    int exponent = signExponent & MAX_EXPONENT;
    return exponent != 0 ? exponent : 1 - Long.numberOfLeadingZeros(significand);
  }

  /** The significand shifted so that its integer bit is set. */
  static long normalizedSignificand(long significand) {
    return significand << Long.numberOfLeadingZeros(significand);
  }

  // Conversions to extended, all exact.

  static int doubleSignExponent(long bits) {
    int sign = (int) (bits >>> 48) & SIGN;
    int exponent = (int) (bits >>> 52) & 0x7FF;
    if (exponent != 0 && exponent != 0x7FF) {
      return sign | exponent + (BIAS - 1023);
    }
    if (exponent == 0x7FF) {
      return sign | MAX_EXPONENT;
    }
    long fraction = bits << 12;
    if (fraction == 0) {
      return sign;
    }
    return WAS_DENORMAL | sign | BIAS - 1022 - 1 - Long.numberOfLeadingZeros(fraction);
  }

  static long doubleSignificand(long bits) {
    long fraction = bits << 12;
    if ((bits & 0x7FF0_0000_0000_0000L) != 0) {
      return fraction >>> 1 | INTEGER_BIT;
    }
    return fraction == 0 ? 0 : normalizedSignificand(fraction);
  }

  static int floatSignExponent(int bits) {
    int sign = bits >>> 16 & SIGN;
    int exponent = bits >>> 23 & 0xFF;
    if (exponent == 0xFF) {
      return sign | MAX_EXPONENT;
    }
    if (exponent != 0) {
      return sign | exponent + (BIAS - 127);
    }
    int fraction = bits << 9;
    if (fraction == 0) {
      return sign;
    }
    return WAS_DENORMAL | sign | BIAS - 126 - 1 - Integer.numberOfLeadingZeros(fraction);
  }

  static long floatSignificand(int bits) {
    long fraction = (long) bits << 41;
    if ((bits & 0x7F80_0000) != 0) {
      return fraction >>> 1 | INTEGER_BIT;
    }
    return fraction == 0 ? 0 : normalizedSignificand(fraction);
  }

  static int integerSignExponent(long value) {
    if (value == 0) {
      return 0;
    }
    int sign = value < 0 ? SIGN : 0;
    return sign | BIAS + 63 - Long.numberOfLeadingZeros(Math.abs(value));
  }

  static long integerSignificand(long value) {
    return value == 0 ? 0 : normalizedSignificand(Math.abs(value));
  }
}
