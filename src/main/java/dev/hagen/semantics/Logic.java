package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;

/** Bitwise logic (SDM vol. 1 5.1.4) and TEST. */
public final class Logic {
  private Logic() {}

  /** Clears CF and OF, sets SF, ZF and PF. */
  @Semantics(Op.AND)
  public static long and(CpuState cpu, long a, long b, int size) {
    long result = a & b;
    ArithmeticFlags.logic(cpu, result, size);
    return result;
  }

  /** Clears CF and OF, sets SF, ZF and PF. */
  @Semantics(Op.OR)
  public static long or(CpuState cpu, long a, long b, int size) {
    long result = a | b;
    ArithmeticFlags.logic(cpu, result, size);
    return result;
  }

  /** Clears CF and OF, sets SF, ZF and PF. */
  @Semantics(Op.XOR)
  public static long xor(CpuState cpu, long a, long b, int size) {
    long result = a ^ b;
    ArithmeticFlags.logic(cpu, result, size);
    return result;
  }

  /** Inverts every bit; no flags. */
  @Semantics(Op.NOT)
  public static long not(CpuState cpu, long a, int size) {
    return ~a;
  }

  /** Sets flags as AND does. */
  @Semantics(Op.TEST)
  public static void test(CpuState cpu, long a, long b, int size) {
    ArithmeticFlags.logic(cpu, a & b, size);
  }
}
