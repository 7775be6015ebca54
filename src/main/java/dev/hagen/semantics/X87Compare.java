package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;
import dev.hagen.util.Bits;
import dev.hagen.x86.Flags;

/** x87 comparisons and classification (SDM vol. 1 8.3.6). */
public final class X87Compare {
  /** Results of a comparison, as condition bits. */
  private static final int GREATER = 0;
  private static final int LESS = X87.C0;
  private static final int EQUAL = X87.C3;
  private static final int UNORDERED = X87.C0 | X87.C2 | X87.C3;
  /** Goes with a result: an unmasked exception keeps the stack from being popped. The result counts all the same. */
  private static final int STOPPED = 1;

  private X87Compare() {}

  // Into the condition bits.

  @Semantics(FCOM)
  public static void fcom(CpuState cpu, int source) {
    conditions(cpu, registers(cpu, source, false));
  }

  @Semantics(FCOMP)
  public static void fcomp(CpuState cpu, int source) {
    if (conditions(cpu, registers(cpu, source, false))) {
      X87.pop(cpu);
    }
  }

  @Semantics(FCOMPP)
  public static void fcompp(CpuState cpu) {
    if (conditions(cpu, registers(cpu, 1, false))) {
      X87.pop(cpu);
      X87.pop(cpu);
    }
  }

  @Semantics(FUCOM)
  public static void fucom(CpuState cpu, int source) {
    conditions(cpu, registers(cpu, source, true));
  }

  @Semantics(FUCOMP)
  public static void fucomp(CpuState cpu, int source) {
    if (conditions(cpu, registers(cpu, source, true))) {
      X87.pop(cpu);
    }
  }

  @Semantics(FUCOMPP)
  public static void fucompp(CpuState cpu) {
    if (conditions(cpu, registers(cpu, 1, true))) {
      X87.pop(cpu);
      X87.pop(cpu);
    }
  }

  @Semantics({FCOM_M32, FCOM_M64})
  public static void fcomReal(CpuState cpu, long a, int size) {
    conditions(cpu, real(cpu, a, size));
  }

  @Semantics({FCOMP_M32, FCOMP_M64})
  public static void fcompReal(CpuState cpu, long a, int size) {
    if (conditions(cpu, real(cpu, a, size))) {
      X87.pop(cpu);
    }
  }

  @Semantics({FICOM_M16, FICOM_M32})
  public static void ficom(CpuState cpu, long a, int size) {
    conditions(cpu, integer(cpu, Bits.signExtend(a, size)));
  }

  @Semantics({FICOMP_M16, FICOMP_M32})
  public static void ficomp(CpuState cpu, long a, int size) {
    if (conditions(cpu, integer(cpu, Bits.signExtend(a, size)))) {
      X87.pop(cpu);
    }
  }

  @Semantics(FTST)
  public static void ftst(CpuState cpu) {
    conditions(cpu, integer(cpu, 0));
  }

  /** Sets the condition bits; false if an unmasked exception forbids to pop. */
  static boolean conditions(CpuState cpu, int result) {
    cpu.fsw = cpu.fsw & ~(X87.C1 | UNORDERED) | result & UNORDERED;
    return (result & STOPPED) == 0;
  }

  // Into EFLAGS. C1 stays, except that a stack fault clears it.

  @Semantics(FCOMI)
  public static void fcomi(CpuState cpu, int destination, int source) {
    flags(cpu, registers(cpu, source, false));
  }

  @Semantics(FCOMIP)
  public static void fcomip(CpuState cpu, int destination, int source) {
    if (flags(cpu, registers(cpu, source, false))) {
      X87.pop(cpu);
    }
  }

  @Semantics(FUCOMI)
  public static void fucomi(CpuState cpu, int destination, int source) {
    flags(cpu, registers(cpu, source, true));
  }

  @Semantics(FUCOMIP)
  public static void fucomip(CpuState cpu, int destination, int source) {
    if (flags(cpu, registers(cpu, source, true))) {
      X87.pop(cpu);
    }
  }

  static boolean flags(CpuState cpu, int result) {
    cpu.setArithmeticFlags(((result & X87.C3) != 0 ? Flags.ZF : 0) | ((result & X87.C2) != 0 ? Flags.PF : 0)
        | ((result & X87.C0) != 0 ? Flags.CF : 0));
    return (result & STOPPED) == 0;
  }

  // The comparison.

  private static int registers(CpuState cpu, int source, boolean quiet) {
    if (X87.isEmpty(cpu, 0) || X87.isEmpty(cpu, source)) {
      return X87.underflow(cpu) ? UNORDERED : UNORDERED | STOPPED;
    }
    int b = X87.physical(cpu, source);
    return compareTop(cpu, cpu.stSignExponent[b], cpu.stSignificand[b], quiet);
  }

  private static int real(CpuState cpu, long bits, int size) {
    if (size == 4) {
      return memory(cpu, Extended.floatSignExponent((int) bits), Extended.floatSignificand((int) bits));
    }
    return memory(cpu, Extended.doubleSignExponent(bits), Extended.doubleSignificand(bits));
  }

  private static int integer(CpuState cpu, long value) {
    return memory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  private static int memory(CpuState cpu, int bSE, long bSig) {
    if (X87.isEmpty(cpu, 0)) {
      return X87.underflow(cpu) ? UNORDERED : UNORDERED | STOPPED;
    }
    return compareTop(cpu, bSE, bSig, false);
  }

  private static int compareTop(CpuState cpu, int bSE, long bSig, boolean quiet) {
    return compare(cpu, cpu.stSignExponent[cpu.ftop], cpu.stSignificand[cpu.ftop], bSE, bSig, quiet);
  }

  /** Compares ST(0) with a number; {@code quiet}: a quiet NaN is not invalid. */
  static int compare(CpuState cpu, int aSE, long aSig, int bSE, long bSig, boolean quiet) {
    if (Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig)) {
      return order(aSE, aSE & MAX_EXPONENT, aSig, bSE, bSE & MAX_EXPONENT, bSig);
    }
    boolean unsupported = Extended.isUnsupported(aSE, aSig) || Extended.isUnsupported(bSE, bSig);
    if (unsupported || Extended.isNaN(aSE, aSig) || Extended.isNaN(bSE, bSig)) {
      boolean invalid = !quiet || unsupported || Extended.isSignalingNaN(aSE, aSig)
          || Extended.isSignalingNaN(bSE, bSig);
      return invalid && X87.raise(cpu, X87.IE) ? UNORDERED | STOPPED : UNORDERED;
    }
    return compareSpecial(aSE, aSig, bSE, bSig)
        | (SpecialOperands.denormalStops(cpu, aSE, aSig, bSE, bSig) ? STOPPED : 0);
  }

  /** Compares numbers among which zeros, denormals and infinities may be. */
  private static int compareSpecial(int aSE, long aSig, int bSE, long bSig) {
    if ((aSig | bSig) == 0) {
      return EQUAL;
    }
    if (aSig == 0) {
      return (bSE & SIGN) != 0 ? GREATER : LESS;
    }
    if (bSig == 0) {
      return (aSE & SIGN) != 0 ? LESS : GREATER;
    }
    return order(aSE, Extended.normalizedExponent(aSE, aSig), Extended.normalizedSignificand(aSig), bSE,
        Extended.normalizedExponent(bSE, bSig), Extended.normalizedSignificand(bSig));
  }

  /** Orders two numbers other than zero with normalized significands. */
  private static int order(int aSign, int aExp, long aSig, int bSign, int bExp, long bSig) {
    boolean negative = (aSign & SIGN) != 0;
    if (((aSign ^ bSign) & SIGN) != 0) {
      return negative ? LESS : GREATER;
    }
    int order = aExp != bExp ? Integer.compare(aExp, bExp) : Long.compareUnsigned(aSig, bSig);
    if (order == 0) {
      return EQUAL;
    }
    return order < 0 != negative ? LESS : GREATER;
  }

  /** Classifies ST(0), empty or not; C1 is its sign. */
  @Semantics(FXAM)
  public static void fxam(CpuState cpu) {
    int signExponent = cpu.stSignExponent[cpu.ftop];
    long significand = cpu.stSignificand[cpu.ftop];
    X87.clearC1(cpu);
    cpu.fsw |= (signExponent & SIGN) != 0 ? X87.C1 : 0;
    X87.setConditions(cpu, classify(cpu, signExponent, significand));
  }

  private static int classify(CpuState cpu, int signExponent, long significand) {
    if (X87.isEmpty(cpu, 0)) {
      return X87.C3 | X87.C0;
    }
    int exponent = signExponent & MAX_EXPONENT;
    if (exponent == 0) {
      return significand == 0 ? X87.C3 : X87.C3 | X87.C2;
    }
    if (significand >= 0) {
      return 0;
    }
    if (exponent == MAX_EXPONENT) {
      return significand == Extended.INTEGER_BIT ? X87.C2 | X87.C0 : X87.C0;
    }
    return X87.C2;
  }
}
