package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.BIAS;
import static dev.hagen.semantics.Extended.INTEGER_BIT;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/** x87 operations on exponents and integer parts: FRNDINT, FSCALE, FXTRACT (SDM vol. 1 8.3.5). */
public final class X87Scale {
  private X87Scale() {}

  @Semantics(FRNDINT)
  public static void frndint(CpuState cpu) {
    X87.clearC1(cpu);
    int top = cpu.ftop;
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu, top);
      return;
    }
    int signExponent = cpu.stSignExponent[top];
    long significand = cpu.stSignificand[top];
    if (SpecialOperands.check(cpu, top, signExponent, significand) != SpecialOperands.GO_ON
        || SpecialOperands.denormalStops(cpu, signExponent, significand)
        || significand == 0 || (signExponent & MAX_EXPONENT) >= BIAS + 63) {
      return;
    }
    int sign = signExponent & SIGN;
    long magnitude = X87Store.magnitude(signExponent, significand, ExtendedRounding.roundingControl(cpu));
    boolean integral = X87Store.isIntegral(signExponent, significand);
    boolean up = magnitude != X87Store.magnitude(signExponent, significand, ExtendedRounding.ZERO);
    X87.write(cpu, top, sign | Extended.integerSignExponent(magnitude) & MAX_EXPONENT,
        Extended.integerSignificand(magnitude));
    if (!integral) {
      ExtendedRounding.inexact(cpu, up);
    }
  }

  @Semantics(FSCALE)
  public static void fscale(CpuState cpu) {
    X87.clearC1(cpu);
    int top = cpu.ftop;
    int second = X87.physical(cpu, 1);
    if (X87.isEmpty(cpu, 0) || X87.isEmpty(cpu, 1)) {
      X87.underflow(cpu, top);
      return;
    }
    scale(cpu, top, cpu.stSignExponent[top], cpu.stSignificand[top], cpu.stSignExponent[second],
        cpu.stSignificand[second]);
  }

  private static void scale(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    if (SpecialOperands.check(cpu, register, aSE, aSig, bSE, bSig) != SpecialOperands.GO_ON) {
      return;
    }
    boolean aInfinite = Extended.isInfinity(aSE, aSig);
    boolean down = (bSE & SIGN) != 0;
    if (Extended.isInfinity(bSE, bSig)) {
      if (down ? aInfinite : aSig == 0) {
        X87.invalid(cpu, register);
      } else if (!SpecialOperands.denormalStops(cpu, aSE, aSig)) {
        if (down) {
          X87.write(cpu, register, aSE & SIGN, 0);
        } else {
          X87.write(cpu, register, aSE & SIGN | MAX_EXPONENT, INTEGER_BIT);
        }
      }
      return;
    }
    if (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig) || aInfinite || aSig == 0) {
      return;
    }
    int amount = scaleAmount(bSE, bSig);
    ExtendedRounding.round(cpu, register, aSE & SIGN, Extended.normalizedExponent(aSE, aSig) + amount,
        Extended.normalizedSignificand(aSig), 0);
  }

  /** The integer part of a finite number, cut to ±10000h, which moves every number out of range. */
  private static int scaleAmount(int signExponent, long significand) {
    int exponent = (signExponent & MAX_EXPONENT) - BIAS;
    if (exponent < 0) {
      return 0;
    }
    int magnitude = exponent > 15 ? 0x10000 : (int) (significand >>> 63 - exponent);
    return (signExponent & SIGN) != 0 ? -magnitude : magnitude;
  }

  @Semantics(FXTRACT)
  public static void fxtract(CpuState cpu) {
    X87.clearC1(cpu);
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
    int step = SpecialOperands.check(cpu, top, signExponent, significand);
    if (step == SpecialOperands.DONE) {
      X87.push(cpu, cpu.stSignExponent[top], cpu.stSignificand[top]);
    }
    if (step == SpecialOperands.GO_ON) {
      extract(cpu, top, signExponent, significand);
    }
  }

  private static void extract(CpuState cpu, int top, int signExponent, long significand) {
    if (significand == 0) {
      if (!X87.raise(cpu, X87.ZE)) {
        X87.write(cpu, top, SIGN | MAX_EXPONENT, INTEGER_BIT);
        X87.push(cpu, signExponent, 0);
      }
      return;
    }
    if (SpecialOperands.denormalStops(cpu, signExponent, significand)) {
      return;
    }
    if (Extended.isInfinity(signExponent, significand)) {
      X87.write(cpu, top, MAX_EXPONENT, INTEGER_BIT);
      X87.push(cpu, signExponent, significand);
      return;
    }
    long exponent = (long) Extended.normalizedExponent(signExponent, significand) - BIAS;
    X87.write(cpu, top, Extended.integerSignExponent(exponent), Extended.integerSignificand(exponent));
    X87.push(cpu, signExponent & SIGN | BIAS, Extended.normalizedSignificand(significand));
  }
}
