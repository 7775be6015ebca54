package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.SIGN;

/**
 * Transcendental functions of 128-bit precision by power series on reduced arguments.
 *
 * <p>The relative error stays below 2^-110, so that rounding to 64 bits gives the correctly rounded result but for one
 * argument in 2^46.
 */
final class ExtendedMath {
  /** The natural logarithm of 2. */
  private static final WideFloat LN2 = new WideFloat(0, -1, 0xB172_17F7_D1CF_79ABL, 0xC9E3_B398_03F2_F6AFL);
  /** The binary logarithm of e. */
  private static final WideFloat LOG2_E = new WideFloat(0, 0, 0xB8AA_3B29_5C17_F0BBL, 0xBE87_FED0_691D_3E89L);
  private static final WideFloat PI = new WideFloat(0, 1, 0xC90F_DAA2_2168_C234L, 0xC4C6_628B_80DC_1CD1L);
  private static final WideFloat ONE = WideFloat.of(1);

  /** The pi of argument reduction has 66 bits (SDM vol. 1 8.3.8): this, times 2^-65, is half of it. */
  private static final long HALF_PI_HIGH = 3;
  private static final long HALF_PI_LOW = 0x243F_6A88_85A3_08D3L;

  /** Coefficients, highest power first, of polynomials in the square of the argument. */
  private static final WideFloat[] SINE = alternatingFactorials(1);
  private static final WideFloat[] COSINE = alternatingFactorials(0);
  private static final WideFloat[] ARCTANGENT = oddReciprocals(16, true);
  private static final WideFloat[] HYPERBOLIC_ARCTANGENT = oddReciprocals(24, false);
  /** Coefficients of (e^y - 1) / y in y. */
  private static final WideFloat[] EXPONENTIAL = exponential(32);
  /** The arctangents of 0/8, 1/8 … 8/8. */
  private static final WideFloat[] ARCTANGENT_OF_EIGHTHS = arctangentsOfEighths();

  private ExtendedMath() {}

  // Coefficients.

  /** 1/(2k + odd)! with alternating signs, for k from 15 down to 0. */
  private static WideFloat[] alternatingFactorials(int odd) {
    WideFloat[] result = new WideFloat[16];
    WideFloat factorial = ONE.copy();
    for (int k = 0; k < 16; k++) {
      if (k > 0) {
        factorial.multiply(WideFloat.of((2L * k + odd) * (2L * k + odd - 1)));
      }
      WideFloat term = ONE.copy().divide(factorial);
      result[15 - k] = (k & 1) != 0 ? term.negate() : term;
    }
    return result;
  }

  /** 1/(2k + 1), for k from {@code count - 1} down to 0. */
  private static WideFloat[] oddReciprocals(int count, boolean alternating) {
    WideFloat[] result = new WideFloat[count];
    for (int k = 0; k < count; k++) {
      WideFloat term = ONE.copy().divide(WideFloat.of(2L * k + 1));
      result[count - 1 - k] = alternating && (k & 1) != 0 ? term.negate() : term;
    }
    return result;
  }

  private static WideFloat[] exponential(int count) {
    WideFloat[] result = new WideFloat[count];
    WideFloat factorial = ONE.copy();
    for (int k = 1; k <= count; k++) {
      factorial.multiply(WideFloat.of(k));
      result[count - k] = ONE.copy().divide(factorial);
    }
    return result;
  }

  private static WideFloat[] arctangentsOfEighths() {
    WideFloat[] result = new WideFloat[9];
    result[0] = WideFloat.of(0);
    // atan(c) = atan(previous) + atan((c - previous) / (1 + c * previous)); the step's argument is at most 1/8.
    for (int i = 1; i < 9; i++) {
      WideFloat step = WideFloat.of(8).divide(WideFloat.of(64 + (long) i * (i - 1)));
      WideFloat square = step.copy().multiply(step);
      result[i] = polynomial(oddReciprocals(24, true), square).multiply(step).add(result[i - 1]);
    }
    return result;
  }

  private static WideFloat polynomial(WideFloat[] coefficients, WideFloat argument) {
    WideFloat sum = coefficients[0].copy();
    for (int i = 1; i < coefficients.length; i++) {
      sum.multiply(argument).add(coefficients[i]);
    }
    return sum;
  }

  // Circular functions.

  /**
   * Reduces a number below 2^63 in magnitude to at most a quarter of the x87's pi.
   *
   * @param reduced receives the reduced argument
   * @return the number of half pis taken away, modulo 4
   */
  static int reduce(int signExponent, long significand, WideFloat reduced) {
    int exponent = Extended.normalizedExponent(signExponent, significand) - Extended.BIAS;
    long high = 0;
    long low = Extended.normalizedSignificand(significand);
    int sign = signExponent & SIGN;
    if (exponent < -1) {
      reduced.add(WideFloat.ofExtended(signExponent, significand));
      return 0;
    }
    int quotient = 0;
    for (int i = 0; i < exponent + 2; i++) {
      high = high << 1 | low >>> 63;
      low <<= 1;
      quotient <<= 1;
      if (high > HALF_PI_HIGH || high == HALF_PI_HIGH && Long.compareUnsigned(low, HALF_PI_LOW) >= 0) {
        high -= HALF_PI_HIGH + (Long.compareUnsigned(low, HALF_PI_LOW) < 0 ? 1 : 0);
        low -= HALF_PI_LOW;
        quotient++;
      }
    }
    // Half of HALF_PI is 1.92... * 2^64; beyond it the next multiple is closer.
    long quarterLow = HALF_PI_HIGH << 63 | HALF_PI_LOW >>> 1;
    if (high > 1 || high == 1 && Long.compareUnsigned(low, quarterLow) > 0) {
      high = HALF_PI_HIGH - high - (Long.compareUnsigned(HALF_PI_LOW, low) < 0 ? 1 : 0);
      low = HALF_PI_LOW - low;
      sign ^= SIGN;
      quotient++;
    }
    reduced.add(WideFloat.ofInteger(sign, high, low, -65));
    return (signExponent & SIGN) != 0 ? -quotient & 3 : quotient & 3;
  }

  /** The sine of a reduced argument plus {@code quadrant} half pis. */
  static WideFloat sine(WideFloat reduced, int quadrant) {
    WideFloat square = reduced.copy().multiply(reduced);
    WideFloat result = (quadrant & 1) != 0 ? polynomial(COSINE, square) : polynomial(SINE, square).multiply(reduced);
    return (quadrant & 2) != 0 ? result.negate() : result;
  }

  /** {@code quarters} quarters of pi, 1 to 4, with a sign of 0 or 8000h. */
  static WideFloat quartersOfPi(int quarters, int sign) {
    WideFloat result = PI.copy().scale(-2).multiply(WideFloat.of(quarters));
    result.sign = sign;
    return result;
  }

  /** The angle of the point ({@code x}, {@code y}), neither of them zero, in (-pi, pi). */
  static WideFloat arctangent(WideFloat y, WideFloat x) {
    WideFloat a = y.copy();
    WideFloat b = x.copy();
    a.sign = 0;
    b.sign = 0;
    WideFloat difference = a.copy().subtract(b);
    boolean swapped = !difference.isZero() && !difference.isNegative();
    WideFloat result = arctangentOfRatio(swapped ? b : a, swapped ? a : b);
    if (swapped) {
      result.negate().add(PI.copy().scale(-1));
    }
    if (x.isNegative()) {
      result.negate().add(PI);
    }
    result.sign = y.sign;
    return result;
  }

  /** The arctangent of {@code a / b} for 0 &lt; a &lt;= b. */
  private static WideFloat arctangentOfRatio(WideFloat a, WideFloat b) {
    WideFloat ratio = a.copy().divide(b);
    int eighths = (int) Math.rint(ratio.approximate() * 8);
    if (eighths == 0) {
      WideFloat result = polynomial(ARCTANGENT, ratio.copy().multiply(ratio)).multiply(ratio);
      // Of a tiny exact ratio only its last places can tell that the arctangent is less.
      if (result.isNearlyExact() && result.exponent < -40) {
        result.low = 0;
        result.justBelow();
      }
      return result;
    }
    // (a/b - c) / (1 + c * a/b) = (8a - kb) / (8b + ka) with c = k/8
    WideFloat k = WideFloat.of(eighths);
    WideFloat rest = a.copy().scale(3).subtract(b.copy().multiply(k))
        .divide(b.copy().scale(3).add(a.copy().multiply(k)));
    WideFloat square = rest.copy().multiply(rest);
    return polynomial(ARCTANGENT, square).multiply(rest).add(ARCTANGENT_OF_EIGHTHS[eighths]);
  }

  // Exponential and logarithms to base 2.

  /** {@code 2^x - 1} for |x| up to 1. */
  static WideFloat exponentialMinusOne(WideFloat x) {
    WideFloat y = x.copy().multiply(LN2);
    return polynomial(EXPONENTIAL, y).multiply(y);
  }

  /** The binary logarithm of a positive number; exact for powers of two. */
  static WideFloat logarithm(WideFloat x) {
    WideFloat mantissa = x.copy();
    int power = x.exponent;
    mantissa.exponent = 0;
    // Keep the mantissa between sqrt(1/2) and sqrt(2).
    if (Long.compareUnsigned(mantissa.high, 0xB504_F333_F9DE_6485L) > 0) {
      mantissa.exponent = -1;
      power++;
    }
    WideFloat ratio = mantissa.copy().subtract(ONE).divide(mantissa.add(ONE));
    return logarithmOfRatio(ratio).add(WideFloat.of(power));
  }

  /** The binary logarithm of {@code 1 + x} for |x| below 1/2. */
  static WideFloat logarithmPlusOne(WideFloat x) {
    return logarithmOfRatio(x.copy().divide(WideFloat.of(2).add(x)));
  }

  /** The binary logarithm of {@code (1 + ratio) / (1 - ratio)}: twice the hyperbolic arctangent. */
  private static WideFloat logarithmOfRatio(WideFloat ratio) {
    WideFloat square = ratio.copy().multiply(ratio);
    return polynomial(HYPERBOLIC_ARCTANGENT, square).multiply(ratio).multiply(LOG2_E).scale(1);
  }
}
