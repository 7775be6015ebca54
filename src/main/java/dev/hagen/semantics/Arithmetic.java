package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;

/** Addition, subtraction and comparison (SDM vol. 1 5.1.2). */
public final class Arithmetic {
  private Arithmetic() {}

  /** Sum of both operands. Sets all arithmetic flags. */
  @Semantics(Op.ADD)
  public static long add(CpuState cpu, long a, long b, int size) {
    long result = a + b;
    ArithmeticFlags.sum(cpu, a, b, result, size);
    return result;
  }

  /** Sum of both operands and CF. Sets all arithmetic flags. */
  @Semantics(Op.ADC)
  public static long adc(CpuState cpu, long a, long b, int size) {
    long result = a + b + ArithmeticFlags.carry(cpu);
    ArithmeticFlags.sum(cpu, a, b, result, size);
    return result;
  }

  /** Difference of both operands. Sets all arithmetic flags. */
  @Semantics(Op.SUB)
  public static long sub(CpuState cpu, long a, long b, int size) {
    long result = a - b;
    ArithmeticFlags.difference(cpu, a, b, result, size);
    return result;
  }

  /** Difference of both operands and CF. Sets all arithmetic flags. */
  @Semantics(Op.SBB)
  public static long sbb(CpuState cpu, long a, long b, int size) {
    long result = a - b - ArithmeticFlags.carry(cpu);
    ArithmeticFlags.difference(cpu, a, b, result, size);
    return result;
  }

  /** Sets all arithmetic flags as SUB does. */
  @Semantics(Op.CMP)
  public static void cmp(CpuState cpu, long a, long b, int size) {
    ArithmeticFlags.difference(cpu, a, b, a - b, size);
  }

  /** Adds 1. Sets all arithmetic flags but CF. */
  @Semantics(Op.INC)
  public static long inc(CpuState cpu, long a, int size) {
    long result = a + 1;
    // Bit i carries where it was one and became zero.
    ArithmeticFlags.keepingCf(cpu, result, a & ~result, size);
    return result;
  }

  /** Subtracts 1. Sets all arithmetic flags but CF. */
  @Semantics(Op.DEC)
  public static long dec(CpuState cpu, long a, int size) {
    long result = a - 1;
    ArithmeticFlags.keepingCf(cpu, result, ~a & result, size);
    return result;
  }

  /** Subtracts from 0. Sets all arithmetic flags. */
  @Semantics(Op.NEG)
  public static long neg(CpuState cpu, long a, int size) {
    long result = -a;
    ArithmeticFlags.difference(cpu, 0, a, result, size);
    return result;
  }
}
