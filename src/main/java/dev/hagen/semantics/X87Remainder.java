package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * FPREM and FPREM1: exact remainders, reached in steps (SDM vol. 1 8.3.5).
 *
 * <p>One execution bridges an exponent difference of less than 64. If the difference is larger, the step is partial:
 * it takes 32 to 63 from it, leaves a congruent number and sets C2. A complete remainder clears C2 and puts the low three bits of the quotient
 * into C0, C3 and C1.
 */
public final class X87Remainder {
  private X87Remainder() {}

  @Semantics(FPREM)
  public static void fprem(CpuState cpu) {
    remainder(cpu, false);
  }

  @Semantics(FPREM1)
  public static void fprem1(CpuState cpu) {
    remainder(cpu, true);
  }

  private static void remainder(CpuState cpu, boolean nearest) {
    cpu.fsw &= ~(X87.C1 | X87.C2);
    int top = cpu.ftop;
    int second = X87.physical(cpu, 1);
    if (X87.isEmpty(cpu, 0) || X87.isEmpty(cpu, 1)) {
      X87.underflow(cpu, top);
      return;
    }
    int aSE = cpu.stSignExponent[top];
    long aSig = cpu.stSignificand[top];
    int bSE = cpu.stSignExponent[second];
    long bSig = cpu.stSignificand[second];
    if (SpecialOperands.check(cpu, top, aSE, aSig, bSE, bSig) != SpecialOperands.GO_ON) {
      return;
    }
    if (Extended.isInfinity(aSE, aSig) || bSig == 0) {
      X87.invalid(cpu, top);
      return;
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig)) {
      return;
    }
    X87.setConditions(cpu, 0);
    if (aSig == 0) {
      return;
    }
    if (Extended.isInfinity(bSE, bSig)) {
      ExtendedRounding.round(cpu, top, aSE & SIGN, Extended.normalizedExponent(aSE, aSig),
          Extended.normalizedSignificand(aSig), 0);
      return;
    }
    reduce(cpu, top, aSE & SIGN, Extended.normalizedExponent(aSE, aSig), Extended.normalizedSignificand(aSig),
        Extended.normalizedExponent(bSE, bSig), Extended.normalizedSignificand(bSig), nearest);
  }

  private static void reduce(CpuState cpu, int top, int sign, int aExp, long aSig, int bExp, long bSig,
      boolean nearest) {
    int distance = aExp - bExp;
    if (distance >= 64) {
      reducePartly(cpu, top, sign, aExp, aSig, bSig, distance);
    } else if (distance >= 0) {
      reduceFully(cpu, top, sign, aSig, bExp, bSig, distance, nearest);
    } else if (distance == -1 && nearest && Long.compareUnsigned(aSig, bSig) > 0) {
      // Between half the divisor and the divisor: one divisor away is closer. The rest in units of a's last place:
      setQuotient(cpu, 1);
      store(cpu, top, sign ^ SIGN, aExp, (bSig << 1) - aSig);
    } else {
      ExtendedRounding.round(cpu, top, sign, aExp, aSig, 0);
    }
  }

  /** The dividend's exponent is {@code distance}, 0 to 63, above the divisor's. */
  private static void reduceFully(CpuState cpu, int top, int sign, long aSig, int bExp, long bSig, int distance,
      boolean nearest) {
    long quotient = Long.compareUnsigned(aSig, bSig) >= 0 ? 1 : 0;
    long rest = quotient != 0 ? aSig - bSig : aSig;
    if (distance > 0) {
      long low = rest << distance;
      long digits = WideMath.divide(rest >>> 64 - distance, low, bSig);
      rest = low - digits * bSig;
      quotient = quotient << distance | digits;
    }
    int restSign = sign;
    if (nearest) {
      int order = rest < 0 ? 1 : Long.compareUnsigned(rest << 1, bSig);
      if (order > 0 || order == 0 && (quotient & 1) != 0) {
        quotient++;
        restSign ^= SIGN;
        rest = bSig - rest;
      }
    }
    setQuotient(cpu, quotient);
    store(cpu, top, rest == 0 ? sign : restSign, bExp, rest);
  }

  private static void reducePartly(CpuState cpu, int top, int sign, int aExp, long aSig, long bSig, int distance) {
    int step = (distance & 31) + 32;
    long rest = Long.compareUnsigned(aSig, bSig) >= 0 ? aSig - bSig : aSig;
    long low = rest << step;
    rest = low - WideMath.divide(rest >>> 64 - step, low, bSig) * bSig;
    cpu.fsw |= X87.C2;
    store(cpu, top, sign, aExp - step, rest);
  }

  /** Writes {@code rest * 2^(exponent - bias - 63)}, which is exact. */
  private static void store(CpuState cpu, int top, int sign, int exponent, long rest) {
    if (rest == 0) {
      X87.write(cpu, top, sign, 0);
      return;
    }
    int zeros = Long.numberOfLeadingZeros(rest);
    ExtendedRounding.round(cpu, top, sign, exponent - zeros, rest << zeros, 0);
  }

  private static void setQuotient(CpuState cpu, long quotient) {
    cpu.fsw |= ((quotient & 1) != 0 ? X87.C1 : 0) | ((quotient & 2) != 0 ? X87.C3 : 0)
        | ((quotient & 4) != 0 ? X87.C0 : 0);
  }
}
