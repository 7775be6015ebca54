package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.BIAS;
import static dev.hagen.semantics.Extended.INTEGER_BIT;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * Sum, product, quotient and square root of double-extended numbers.
 *
 * <p>Each operation takes two numbers as sign-and-exponent and significand, writes its rounded result to a physical
 * register, and says whether it was carried out: false if an unmasked exception kept it from starting, in which case
 * only the status word has changed. The caller has cleared C1. Normal operands take a short path; everything else goes
 * through {@link SpecialOperands} first.
 */
final class ExtendedArithmetic {
  private ExtendedArithmetic() {}

  /** {@code a} plus {@code b}, or minus {@code b} if {@code negate} is 8000h instead of 0. */
  static boolean add(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig, int negate) {
    if (Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig)) {
      addNormalized(cpu, register, aSE & SIGN, aSE & MAX_EXPONENT, aSig, bSE & SIGN ^ negate, bSE & MAX_EXPONENT,
          bSig);
      return true;
    }
    int step = SpecialOperands.check(cpu, register, aSE, aSig, bSE, bSig);
    if (step != SpecialOperands.GO_ON) {
      return step == SpecialOperands.DONE;
    }
    return addSpecial(cpu, register, aSE, aSig, bSE ^ negate, bSig);
  }

  private static boolean addSpecial(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    boolean aInfinite = Extended.isInfinity(aSE, aSig);
    boolean bInfinite = Extended.isInfinity(bSE, bSig);
    if (aInfinite && bInfinite && ((aSE ^ bSE) & SIGN) != 0) {
      return X87.invalid(cpu, register);
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig)) {
      return false;
    }
    if (aInfinite || bInfinite) {
      X87.write(cpu, register, (aInfinite ? aSE : bSE) & 0xFFFF, INTEGER_BIT);
    } else if (aSig == 0 && bSig == 0) {
      X87.write(cpu, register, zeroSign(cpu, aSE & SIGN, bSE & SIGN), 0);
    } else if (aSig == 0) {
      ExtendedRounding.roundControlled(cpu, register, bSE & SIGN, Extended.normalizedExponent(bSE, bSig),
          Extended.normalizedSignificand(bSig), 0);
    } else if (bSig == 0) {
      ExtendedRounding.roundControlled(cpu, register, aSE & SIGN, Extended.normalizedExponent(aSE, aSig),
          Extended.normalizedSignificand(aSig), 0);
    } else {
      addNormalized(cpu, register, aSE & SIGN, Extended.normalizedExponent(aSE, aSig),
          Extended.normalizedSignificand(aSig), bSE & SIGN, Extended.normalizedExponent(bSE, bSig),
          Extended.normalizedSignificand(bSig));
    }
    return true;
  }

  /** The sign of a zero sum of two numbers with these signs. */
  private static int zeroSign(CpuState cpu, int aSign, int bSign) {
    return aSign == bSign ? aSign : ExtendedRounding.roundingControl(cpu) == ExtendedRounding.DOWN ? SIGN : 0;
  }

  private static void addNormalized(CpuState cpu, int register, int aSign, int aExp, long aSig, int bSign, int bExp,
      long bSig) {
    int distance = aExp - bExp;
    if (distance == 0 && Long.compareUnsigned(aSig, bSig) < 0) {
      addOrdered(cpu, register, bSign, bExp, bSig, aSign, 0, aSig);
      return;
    }
    // Exchanged by masks: which is larger no processor could foretell.
    int exchanged = distance >> 31;
    int sign = (aSign ^ bSign) & exchanged;
    long significand = (aSig ^ bSig) & exchanged;
    addOrdered(cpu, register, aSign ^ sign, aExp - (distance & exchanged), aSig ^ significand, bSign ^ sign,
        (distance ^ exchanged) - exchanged, bSig ^ significand);
  }

  /** Adds with the magnitude of {@code a} not below that of {@code b}, whose exponent is {@code shift} less. */
  private static void addOrdered(CpuState cpu, int register, int aSign, int aExp, long aSig, int bSign, int shift,
      long bSig) {
    long bHigh = shift == 0 ? bSig : ExtendedRounding.shiftedHigh(bSig, shift);
    long bLow = shift == 0 ? 0 : ExtendedRounding.shiftedLow(bSig, 0, shift);
    if (aSign == bSign) {
      long high = aSig + bHigh;
      if (Long.compareUnsigned(high, aSig) < 0) {
        ExtendedRounding.roundControlled(cpu, register, aSign, aExp + 1, high >>> 1 | INTEGER_BIT,
            high << 63 | bLow >>> 1 | bLow & 1);
      } else {
        ExtendedRounding.roundControlled(cpu, register, aSign, aExp, high, bLow);
      }
      return;
    }
    long high = aSig - bHigh - (bLow != 0 ? 1 : 0);
    long low = -bLow;
    if ((high | low) == 0) {
      X87.write(cpu, register, zeroSign(cpu, aSign, bSign), 0);
    } else if (high == 0) {
      int zeros = Long.numberOfLeadingZeros(low);
      ExtendedRounding.roundControlled(cpu, register, aSign, aExp - 64 - zeros, low << zeros, 0);
    } else {
      int zeros = Long.numberOfLeadingZeros(high);
      ExtendedRounding.roundControlled(cpu, register, aSign, aExp - zeros,
          high << zeros | low >>> 1 >>> 63 - zeros, low << zeros);
    }
  }

  static boolean multiply(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    if (Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig)) {
      multiplyNormalized(cpu, register, (aSE ^ bSE) & SIGN, (aSE & MAX_EXPONENT) + (bSE & MAX_EXPONENT), aSig, bSig);
      return true;
    }
    int step = SpecialOperands.check(cpu, register, aSE, aSig, bSE, bSig);
    if (step != SpecialOperands.GO_ON) {
      return step == SpecialOperands.DONE;
    }
    boolean infinite = Extended.isInfinity(aSE, aSig) || Extended.isInfinity(bSE, bSig);
    if (infinite && (aSig == 0 || bSig == 0)) {
      return X87.invalid(cpu, register);
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig)) {
      return false;
    }
    int sign = (aSE ^ bSE) & SIGN;
    if (infinite) {
      X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
    } else if (aSig == 0 || bSig == 0) {
      X87.write(cpu, register, sign, 0);
    } else {
      multiplyNormalized(cpu, register, sign,
          Extended.normalizedExponent(aSE, aSig) + Extended.normalizedExponent(bSE, bSig),
          Extended.normalizedSignificand(aSig), Extended.normalizedSignificand(bSig));
    }
    return true;
  }

  private static void multiplyNormalized(CpuState cpu, int register, int sign, int exponents, long aSig, long bSig) {
    long high = Math.unsignedMultiplyHigh(aSig, bSig);
    long low = aSig * bSig;
    int exponent = exponents - BIAS + 1;
    if (high >= 0) {
      high = high << 1 | low >>> 63;
      low <<= 1;
      exponent--;
    }
    ExtendedRounding.roundControlled(cpu, register, sign, exponent, high, low);
  }

  /** {@code a} divided by {@code b}. */
  static boolean divide(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    if (Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig)) {
      divideNormalized(cpu, register, (aSE ^ bSE) & SIGN, (aSE & MAX_EXPONENT) - (bSE & MAX_EXPONENT), aSig, bSig);
      return true;
    }
    int step = SpecialOperands.check(cpu, register, aSE, aSig, bSE, bSig);
    if (step != SpecialOperands.GO_ON) {
      return step == SpecialOperands.DONE;
    }
    return divideSpecial(cpu, register, aSE, aSig, bSE, bSig);
  }

  private static boolean divideSpecial(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    boolean aInfinite = Extended.isInfinity(aSE, aSig);
    boolean bInfinite = Extended.isInfinity(bSE, bSig);
    if (aInfinite && bInfinite || aSig == 0 && bSig == 0) {
      return X87.invalid(cpu, register);
    }
    int sign = (aSE ^ bSE) & SIGN;
    if (bSig == 0 && !aInfinite) {
      if (X87.raise(cpu, X87.ZE)) {
        return false;
      }
      X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
      return true;
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig)) {
      return false;
    }
    if (aInfinite) {
      X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
    } else if (bInfinite || aSig == 0) {
      X87.write(cpu, register, sign, 0);
    } else {
      divideNormalized(cpu, register, sign,
          Extended.normalizedExponent(aSE, aSig) - Extended.normalizedExponent(bSE, bSig),
          Extended.normalizedSignificand(aSig), Extended.normalizedSignificand(bSig));
    }
    return true;
  }

  private static void divideNormalized(CpuState cpu, int register, int sign, int exponents, long aSig, long bSig) {
    int exponent = exponents + BIAS;
    long high = aSig;
    long low = 0;
    if (Long.compareUnsigned(aSig, bSig) >= 0) {
      high = aSig >>> 1;
      low = aSig << 63;
    } else {
      exponent--;
    }
    long quotient = WideMath.divide(high, low, bSig);
    long remainder = low - quotient * bSig;
    long tail = 0;
    if (remainder != 0) {
      // Twice the remainder against the divisor decides the half; the quotient never ends on exactly half a unit
      // unless the remainder is half the divisor.
      int half = remainder < 0 ? 1 : Long.compareUnsigned(remainder << 1, bSig);
      tail = half < 0 ? 1 : half == 0 ? Long.MIN_VALUE : Long.MIN_VALUE | 1;
    }
    ExtendedRounding.roundControlled(cpu, register, sign, exponent, quotient, tail);
  }

  static boolean squareRoot(CpuState cpu, int register, int aSE, long aSig) {
    if (Extended.isNormal(aSE, aSig) && (aSE & SIGN) == 0) {
      rootNormalized(cpu, register, aSE, aSig);
      return true;
    }
    int step = SpecialOperands.check(cpu, register, aSE, aSig);
    if (step != SpecialOperands.GO_ON) {
      return step == SpecialOperands.DONE;
    }
    if ((aSE & SIGN) != 0 && aSig != 0) {
      return X87.invalid(cpu, register);
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig)) {
      return false;
    }
    if (aSig == 0 || Extended.isInfinity(aSE, aSig)) {
      X87.write(cpu, register, aSE, aSig);
    } else {
      rootNormalized(cpu, register, Extended.normalizedExponent(aSE, aSig), Extended.normalizedSignificand(aSig));
    }
    return true;
  }

  private static void rootNormalized(CpuState cpu, int register, int biasedExponent, long significand) {
    int exponent = biasedExponent - BIAS;
    // The radicand is a 128-bit integer with an even number of fraction bits.
    boolean odd = (exponent & 1) != 0;
    long high = odd ? significand : significand >>> 1;
    long low = odd ? 0 : significand << 63;
    long root = WideMath.squareRoot(high, low);
    long squareLow = root * root;
    long remainderLow = low - squareLow;
    boolean remainderCarry = high - Math.unsignedMultiplyHigh(root, root)
        - (Long.compareUnsigned(low, squareLow) < 0 ? 1 : 0) != 0;
    // A remainder above the root means that more than half a unit is missing; it is never exactly half.
    long tail = 0;
    if (remainderCarry || Long.compareUnsigned(remainderLow, root) > 0) {
      tail = Long.MIN_VALUE | 1;
    } else if (remainderLow != 0) {
      tail = 1;
    }
    ExtendedRounding.roundControlled(cpu, register, 0, (exponent >> 1) + BIAS, root, tail);
  }
}
