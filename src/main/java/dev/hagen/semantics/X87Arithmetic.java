package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;
import dev.hagen.util.Bits;

/** Basic x87 arithmetic: sum, difference, product, quotient, square root, sign (SDM vol. 1 8.3.5). */
public final class X87Arithmetic {
  private X87Arithmetic() {}

  // Register operands.

  @Semantics(FADD)
  public static void fadd(CpuState cpu, int destination, int source) {
    add(cpu, destination, source, 0);
  }

  @Semantics(FADDP)
  public static void faddp(CpuState cpu, int destination, int source) {
    if (add(cpu, destination, source, 0)) {
      X87.pop(cpu);
    }
  }

  @Semantics(FSUB)
  public static void fsub(CpuState cpu, int destination, int source) {
    add(cpu, destination, source, SIGN);
  }

  @Semantics(FSUBP)
  public static void fsubp(CpuState cpu, int destination, int source) {
    if (add(cpu, destination, source, SIGN)) {
      X87.pop(cpu);
    }
  }

  @Semantics(FSUBR)
  public static void fsubr(CpuState cpu, int destination, int source) {
    subtractReverse(cpu, destination, source);
  }

  @Semantics(FSUBRP)
  public static void fsubrp(CpuState cpu, int destination, int source) {
    if (subtractReverse(cpu, destination, source)) {
      X87.pop(cpu);
    }
  }

  @Semantics(FMUL)
  public static void fmul(CpuState cpu, int destination, int source) {
    multiply(cpu, destination, source);
  }

  @Semantics(FMULP)
  public static void fmulp(CpuState cpu, int destination, int source) {
    if (multiply(cpu, destination, source)) {
      X87.pop(cpu);
    }
  }

  @Semantics(FDIV)
  public static void fdiv(CpuState cpu, int destination, int source) {
    divide(cpu, destination, destination, source);
  }

  @Semantics(FDIVP)
  public static void fdivp(CpuState cpu, int destination, int source) {
    if (divide(cpu, destination, destination, source)) {
      X87.pop(cpu);
    }
  }

  @Semantics(FDIVR)
  public static void fdivr(CpuState cpu, int destination, int source) {
    divide(cpu, destination, source, destination);
  }

  @Semantics(FDIVRP)
  public static void fdivrp(CpuState cpu, int destination, int source) {
    if (divide(cpu, destination, source, destination)) {
      X87.pop(cpu);
    }
  }

  private static boolean add(CpuState cpu, int destination, int source, int negate) {
    X87.clearC1(cpu);
    int a = X87.physical(cpu, destination);
    int b = X87.physical(cpu, source);
    if (areInUse(cpu, a, b)) {
      return ExtendedArithmetic.add(cpu, a, cpu.stSignExponent[a], cpu.stSignificand[a], cpu.stSignExponent[b],
          cpu.stSignificand[b], negate);
    }
    return X87.underflow(cpu, a);
  }

  private static boolean subtractReverse(CpuState cpu, int destination, int source) {
    X87.clearC1(cpu);
    int a = X87.physical(cpu, destination);
    int b = X87.physical(cpu, source);
    if (areInUse(cpu, a, b)) {
      return ExtendedArithmetic.add(cpu, a, cpu.stSignExponent[b], cpu.stSignificand[b], cpu.stSignExponent[a],
          cpu.stSignificand[a], SIGN);
    }
    return X87.underflow(cpu, a);
  }

  private static boolean multiply(CpuState cpu, int destination, int source) {
    X87.clearC1(cpu);
    int a = X87.physical(cpu, destination);
    int b = X87.physical(cpu, source);
    if (areInUse(cpu, a, b)) {
      return ExtendedArithmetic.multiply(cpu, a, cpu.stSignExponent[a], cpu.stSignificand[a], cpu.stSignExponent[b],
          cpu.stSignificand[b]);
    }
    return X87.underflow(cpu, a);
  }

  private static boolean divide(CpuState cpu, int destination, int dividend, int divisor) {
    X87.clearC1(cpu);
    int to = X87.physical(cpu, destination);
    int a = X87.physical(cpu, dividend);
    int b = X87.physical(cpu, divisor);
    if (areInUse(cpu, a, b)) {
      return ExtendedArithmetic.divide(cpu, to, cpu.stSignExponent[a], cpu.stSignificand[a], cpu.stSignExponent[b],
          cpu.stSignificand[b]);
    }
    return X87.underflow(cpu, to);
  }

  private static boolean areInUse(CpuState cpu, int a, int b) {
    return (cpu.ftw >> a & cpu.ftw >> b & 1) != 0;
  }

  // Memory operands: float by size 4, double by size 8.

  @Semantics({FADD_M32, FADD_M64})
  public static void faddReal(CpuState cpu, long a, int size) {
    addMemory(cpu, realSignExponent(a, size), realSignificand(a, size), 0);
  }

  @Semantics({FSUB_M32, FSUB_M64})
  public static void fsubReal(CpuState cpu, long a, int size) {
    addMemory(cpu, realSignExponent(a, size), realSignificand(a, size), SIGN);
  }

  @Semantics({FSUBR_M32, FSUBR_M64})
  public static void fsubrReal(CpuState cpu, long a, int size) {
    subtractFromMemory(cpu, realSignExponent(a, size), realSignificand(a, size));
  }

  @Semantics({FMUL_M32, FMUL_M64})
  public static void fmulReal(CpuState cpu, long a, int size) {
    multiplyMemory(cpu, realSignExponent(a, size), realSignificand(a, size));
  }

  @Semantics({FDIV_M32, FDIV_M64})
  public static void fdivReal(CpuState cpu, long a, int size) {
    divideByMemory(cpu, realSignExponent(a, size), realSignificand(a, size));
  }

  @Semantics({FDIVR_M32, FDIVR_M64})
  public static void fdivrReal(CpuState cpu, long a, int size) {
    divideMemory(cpu, realSignExponent(a, size), realSignificand(a, size));
  }

  @Semantics({FIADD_M16, FIADD_M32})
  public static void fiadd(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    addMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value), 0);
  }

  @Semantics({FISUB_M16, FISUB_M32})
  public static void fisub(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    addMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value), SIGN);
  }

  @Semantics({FISUBR_M16, FISUBR_M32})
  public static void fisubr(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    subtractFromMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  @Semantics({FIMUL_M16, FIMUL_M32})
  public static void fimul(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    multiplyMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  @Semantics({FIDIV_M16, FIDIV_M32})
  public static void fidiv(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    divideByMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  @Semantics({FIDIVR_M16, FIDIVR_M32})
  public static void fidivr(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    divideMemory(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  private static int realSignExponent(long bits, int size) {
    return size == 4 ? Extended.floatSignExponent((int) bits) : Extended.doubleSignExponent(bits);
  }

  private static long realSignificand(long bits, int size) {
    return size == 4 ? Extended.floatSignificand((int) bits) : Extended.doubleSignificand(bits);
  }

  private static void addMemory(CpuState cpu, int bSE, long bSig, int negate) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.add(cpu, top, cpu.stSignExponent[top], cpu.stSignificand[top], bSE, bSig, negate);
    }
  }

  private static void subtractFromMemory(CpuState cpu, int aSE, long aSig) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.add(cpu, top, aSE, aSig, cpu.stSignExponent[top], cpu.stSignificand[top], SIGN);
    }
  }

  private static void multiplyMemory(CpuState cpu, int bSE, long bSig) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.multiply(cpu, top, cpu.stSignExponent[top], cpu.stSignificand[top], bSE, bSig);
    }
  }

  private static void divideByMemory(CpuState cpu, int bSE, long bSig) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.divide(cpu, top, cpu.stSignExponent[top], cpu.stSignificand[top], bSE, bSig);
    }
  }

  private static void divideMemory(CpuState cpu, int aSE, long aSig) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.divide(cpu, top, aSE, aSig, cpu.stSignExponent[top], cpu.stSignificand[top]);
    }
  }

  /** Clears C1; false, with the stack fault raised and answered, if ST(0) is empty. */
  private static boolean topReady(CpuState cpu) {
    X87.clearC1(cpu);
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu, cpu.ftop);
      return false;
    }
    return true;
  }

  // ST(0) alone.

  @Semantics(FSQRT)
  public static void fsqrt(CpuState cpu) {
    if (topReady(cpu)) {
      int top = cpu.ftop;
      ExtendedArithmetic.squareRoot(cpu, top, cpu.stSignExponent[top], cpu.stSignificand[top]);
    }
  }

  @Semantics(FCHS)
  public static void fchs(CpuState cpu) {
    if (topReady(cpu)) {
      cpu.stSignExponent[cpu.ftop] ^= SIGN;
    }
  }

  @Semantics(FABS)
  public static void fabs(CpuState cpu) {
    if (topReady(cpu)) {
      cpu.stSignExponent[cpu.ftop] &= ~SIGN;
    }
  }
}
