package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.BIAS;
import static dev.hagen.semantics.Extended.INTEGER_BIT;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * Transcendental x87 instructions (SDM vol. 1 8.3.7, 8.3.8, 8.3.10).
 *
 * <p>Results are correctly rounded for an argument reduction with the x87's 66-bit pi; a real processor is up to an ulp
 * off now and then.
 */
public final class X87Transcendental {
  /** Biased exponent of 2^63, from which on the circular functions refuse their argument. */
  private static final int TOO_LARGE = BIAS + 63;

  /** Biased exponent below which a tangent is its argument and a little more. */
  private static final int TINY_TANGENT = BIAS - 40;

  private X87Transcendental() {}

  // FSIN, FCOS, FSINCOS, FPTAN

  @Semantics(FSIN)
  public static void fsin(CpuState cpu) {
    circular(cpu, 0);
  }

  @Semantics(FCOS)
  public static void fcos(CpuState cpu) {
    circular(cpu, 1);
  }

  /** The sine of ST(0) plus {@code quadrants} half pis. */
  private static void circular(CpuState cpu, int quadrants) {
    cpu.fsw &= ~(X87.C1 | X87.C2);
    int top = cpu.ftop;
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu, top);
      return;
    }
    int signExponent = cpu.stSignExponent[top];
    long significand = cpu.stSignificand[top];
    if (!isCircularArgument(cpu, top, signExponent, significand)) {
      return;
    }
    if (significand == 0) {
      if (quadrants != 0) {
        X87.write(cpu, top, BIAS, INTEGER_BIT);
      }
      return;
    }
    WideFloat reduced = new WideFloat();
    int quadrant = ExtendedMath.reduce(signExponent, significand, reduced);
    ExtendedMath.sine(reduced, quadrant + quadrants).round(cpu, top);
  }

  /** Whether a circular function goes on with its argument: no NaN, infinity, unmasked denormal, or too large number. */
  private static boolean isCircularArgument(CpuState cpu, int top, int signExponent, long significand) {
    if (SpecialOperands.check(cpu, top, signExponent, significand) != SpecialOperands.GO_ON) {
      return false;
    }
    if (Extended.isInfinity(signExponent, significand)) {
      X87.invalid(cpu, top);
      return false;
    }
    if (SpecialOperands.denormalStops(cpu, signExponent, significand)) {
      return false;
    }
    if ((signExponent & MAX_EXPONENT) >= TOO_LARGE) {
      cpu.fsw |= X87.C2;
      return false;
    }
    return true;
  }

  @Semantics(FSINCOS)
  public static void fsincos(CpuState cpu) {
    twoResults(cpu, false);
  }

  @Semantics(FPTAN)
  public static void fptan(CpuState cpu) {
    twoResults(cpu, true);
  }

  private static void twoResults(CpuState cpu, boolean tangent) {
    cpu.fsw &= ~(X87.C1 | X87.C2);
    int top = cpu.ftop;
    if (X87.isEmpty(cpu, 0)) {
      if (X87.underflow(cpu, top)) {
        X87.push(cpu, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
      }
      return;
    }
    if (X87.isFull(cpu)) {
      if (X87.overflow(cpu)) {
        X87.writeIndefinite(cpu, top);
      }
      return;
    }
    int signExponent = cpu.stSignExponent[top];
    long significand = cpu.stSignificand[top];
    if (!isCircularArgument(cpu, top, signExponent, significand)) {
      pushCopyOfNaN(cpu, top, signExponent, significand);
      return;
    }
    if (significand == 0) {
      X87.push(cpu, BIAS, INTEGER_BIT);
      return;
    }
    WideFloat reduced = new WideFloat();
    int quadrant = ExtendedMath.reduce(signExponent, significand, reduced);
    WideFloat sine = ExtendedMath.sine(reduced, quadrant);
    if (tangent) {
      WideFloat result = (signExponent & MAX_EXPONENT) < TINY_TANGENT ? reduced.justAbove()
          : sine.divide(ExtendedMath.sine(reduced, quadrant + 1));
      result.round(cpu, top);
      X87.push(cpu, BIAS, INTEGER_BIT);
    } else {
      X87.push(cpu, BIAS, INTEGER_BIT);
      ExtendedMath.sine(reduced, quadrant + 1).round(cpu, cpu.ftop);
      cpu.fsw &= ~X87.C1;
      sine.round(cpu, top);
    }
  }

  /** After an invalid or NaN argument both results are the NaN in ST(0), if it has been written. */
  private static void pushCopyOfNaN(CpuState cpu, int top, int signExponent, long significand) {
    boolean special = (signExponent & MAX_EXPONENT) == MAX_EXPONENT || Extended.isUnsupported(signExponent, significand);
    boolean written = Extended.isNaN(cpu.stSignExponent[top], cpu.stSignificand[top])
        && !Extended.isSignalingNaN(cpu.stSignExponent[top], cpu.stSignificand[top]);
    if (special && written) {
      X87.push(cpu, cpu.stSignExponent[top], cpu.stSignificand[top]);
    }
  }

  // F2XM1

  @Semantics(F2XM1)
  public static void f2xm1(CpuState cpu) {
    X87.clearC1(cpu);
    int top = cpu.ftop;
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu, top);
      return;
    }
    int signExponent = cpu.stSignExponent[top];
    long significand = cpu.stSignificand[top];
    if (SpecialOperands.check(cpu, top, signExponent, significand) != SpecialOperands.GO_ON
        || SpecialOperands.denormalStops(cpu, signExponent, significand) || significand == 0) {
      return;
    }
    if (Extended.isInfinity(signExponent, significand)) {
      if ((signExponent & SIGN) != 0) {
        X87.write(cpu, top, SIGN | BIAS, INTEGER_BIT);
      }
      return;
    }
    boolean one = (signExponent & MAX_EXPONENT) == BIAS && significand == INTEGER_BIT;
    if ((signExponent & MAX_EXPONENT) >= BIAS && !one) {
      // Undefined: the argument stays, and counts as inexact.
      X87.raise(cpu, X87.PE);
      return;
    }
    ExtendedMath.exponentialMinusOne(WideFloat.ofExtended(signExponent, significand)).round(cpu, top);
    X87.raise(cpu, X87.PE);
  }

  // FYL2X, FYL2XP1, FPATAN: two operands, the result replaces ST(1), ST(0) is popped.

  @Semantics(FYL2X)
  public static void fyl2x(CpuState cpu) {
    if (!twoOperandsReady(cpu)) {
      return;
    }
    int top = cpu.ftop;
    int second = top + 1 & 7;
    if (logarithm(cpu, second, cpu.stSignExponent[top], cpu.stSignificand[top], cpu.stSignExponent[second],
        cpu.stSignificand[second])) {
      X87.pop(cpu);
    }
  }

  /** Clears C1 and deals with empty registers and NaNs; whether the operation goes on. */
  private static boolean twoOperandsReady(CpuState cpu) {
    X87.clearC1(cpu);
    int top = cpu.ftop;
    int second = top + 1 & 7;
    int step;
    if (X87.isEmpty(cpu, 0) || X87.isEmpty(cpu, 1)) {
      step = X87.underflow(cpu, second) ? SpecialOperands.DONE : SpecialOperands.STOPPED;
    } else {
      step = SpecialOperands.check(cpu, second, cpu.stSignExponent[top], cpu.stSignificand[top],
          cpu.stSignExponent[second], cpu.stSignificand[second]);
    }
    if (step == SpecialOperands.DONE) {
      X87.pop(cpu);
    }
    return step == SpecialOperands.GO_ON;
  }

  /** {@code y * log2(x)}. */
  private static boolean logarithm(CpuState cpu, int register, int xSE, long xSig, int ySE, long ySig) {
    boolean xInfinite = Extended.isInfinity(xSE, xSig);
    boolean yInfinite = Extended.isInfinity(ySE, ySig);
    int ySign = ySE & SIGN;
    if (xSig != 0 && (xSE & SIGN) != 0) {
      return X87.invalid(cpu, register);
    }
    if (xSig == 0) {
      return logarithmOfZero(cpu, register, ySE, ySig);
    }
    boolean xOne = xSE == BIAS && xSig == INTEGER_BIT;
    if (xInfinite && ySig == 0 || yInfinite && xOne) {
      return X87.invalid(cpu, register);
    }
    if (SpecialOperands.denormalStops(cpu, xSE, xSig, ySE, ySig)) {
      return false;
    }
    int logSign = Extended.normalizedExponent(xSE, xSig) < BIAS ? SIGN : 0;
    if (xInfinite || yInfinite) {
      X87.write(cpu, register, ySign ^ logSign | MAX_EXPONENT, INTEGER_BIT);
    } else if (ySig == 0 || xOne) {
      X87.write(cpu, register, ySign ^ logSign, 0);
    } else {
      ExtendedMath.logarithm(WideFloat.ofExtended(xSE, xSig)).multiply(WideFloat.ofExtended(ySE, ySig))
          .round(cpu, register);
      countAsInexact(cpu, register);
    }
    return true;
  }

  private static boolean logarithmOfZero(CpuState cpu, int register, int ySE, long ySig) {
    if (ySig == 0) {
      return X87.invalid(cpu, register);
    }
    if (!Extended.isInfinity(ySE, ySig) && X87.raise(cpu, X87.ZE)) {
      return false;
    }
    X87.write(cpu, register, ySE & SIGN ^ SIGN | MAX_EXPONENT, INTEGER_BIT);
    return true;
  }

  @Semantics(FYL2XP1)
  public static void fyl2xp1(CpuState cpu) {
    if (!twoOperandsReady(cpu)) {
      return;
    }
    int top = cpu.ftop;
    int second = top + 1 & 7;
    if (logarithmPlusOne(cpu, second, cpu.stSignExponent[top], cpu.stSignificand[top], cpu.stSignExponent[second],
        cpu.stSignificand[second])) {
      X87.pop(cpu);
    }
  }

  /**
   * {@code y * log2(x + 1)}; the manuals define it for x between {@code sqrt(1/2) - 1} and {@code 1 - sqrt(1/2)}, the
   * processor computes it for every x above -1 and answers x itself below.
   */
  private static boolean logarithmPlusOne(CpuState cpu, int register, int xSE, long xSig, int ySE, long ySig) {
    boolean xInfinite = Extended.isInfinity(xSE, xSig);
    boolean yInfinite = Extended.isInfinity(ySE, ySig);
    if (xInfinite && ((xSE & SIGN) != 0 || ySig == 0) || yInfinite && xSig == 0) {
      return X87.invalid(cpu, register);
    }
    if (SpecialOperands.denormalStops(cpu, xSE, xSig, ySE, ySig)) {
      return false;
    }
    int sign = (xSE ^ ySE) & SIGN;
    if (xInfinite || yInfinite) {
      X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
    } else if (xSig == 0 || ySig == 0) {
      X87.write(cpu, register, sign, 0);
    } else if ((xSE & SIGN) != 0 && (xSE & MAX_EXPONENT) >= BIAS) {
      X87.write(cpu, register, xSE, xSig);
      X87.raise(cpu, X87.PE);
    } else {
      WideFloat x = WideFloat.ofExtended(xSE, xSig);
      WideFloat logarithm = (xSE & MAX_EXPONENT) < BIAS - 1 ? ExtendedMath.logarithmPlusOne(x)
          : ExtendedMath.logarithm(x.add(WideFloat.of(1)));
      logarithm.multiply(WideFloat.ofExtended(ySE, ySig)).round(cpu, register);
      countAsInexact(cpu, register);
    }
    return true;
  }

  /** Even an exact logarithm counts as inexact, and then as tiny if it is denormal. */
  private static void countAsInexact(CpuState cpu, int register) {
    boolean denormal = (cpu.stSignExponent[register] & MAX_EXPONENT) == 0;
    X87.raise(cpu, denormal ? X87.PE | X87.UE : X87.PE);
  }

  @Semantics(FPATAN)
  public static void fpatan(CpuState cpu) {
    if (!twoOperandsReady(cpu)) {
      return;
    }
    int top = cpu.ftop;
    int second = top + 1 & 7;
    int xSE = cpu.stSignExponent[top];
    long xSig = cpu.stSignificand[top];
    int ySE = cpu.stSignExponent[second];
    long ySig = cpu.stSignificand[second];
    if (SpecialOperands.denormalStops(cpu, xSE, xSig, ySE, ySig)) {
      return;
    }
    arctangent(cpu, second, xSE, xSig, ySE, ySig);
    X87.pop(cpu);
  }

  private static void arctangent(CpuState cpu, int register, int xSE, long xSig, int ySE, long ySig) {
    boolean xInfinite = Extended.isInfinity(xSE, xSig);
    boolean yInfinite = Extended.isInfinity(ySE, ySig);
    boolean left = (xSE & SIGN) != 0;
    int quarters = yInfinite ? xInfinite ? left ? 3 : 1 : 2
        : xInfinite || ySig == 0 ? left ? 4 : 0
        : xSig == 0 ? 2 : -1;
    if (quarters < 0) {
      ExtendedMath.arctangent(WideFloat.ofExtended(ySE, ySig), WideFloat.ofExtended(xSE, xSig)).round(cpu, register);
    } else if (quarters == 0) {
      X87.write(cpu, register, ySE & SIGN, 0);
    } else {
      ExtendedMath.quartersOfPi(quarters, ySE & SIGN).round(cpu, register);
    }
  }
}
