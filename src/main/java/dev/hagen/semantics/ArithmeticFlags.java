package dev.hagen.semantics;

import static dev.hagen.cpu.CpuState.CARRY_AUX;
import static dev.hagen.cpu.CpuState.CARRY_IN;
import static dev.hagen.cpu.CpuState.CARRY_OUT;

import dev.hagen.cpu.CpuState;
import dev.hagen.util.Bits;

/**
 * Sets the lazy arithmetic flags of {@link CpuState} from operands and results.
 *
 * <p>A carry vector has in bit i the carry (or borrow) out of bit i of a sum (or difference). All of them follow from
 * the operands and the result alone, whatever the carry that came in was.
 */
final class ArithmeticFlags {
  private static final long BOTH = CARRY_OUT | CARRY_IN;

  private ArithmeticFlags() {}

  /** All six flags after {@code result = a + b}, or plus one more. */
  static void sum(CpuState cpu, long a, long b, long result, int size) {
    cpu.flagResult = Bits.signExtend(result, size);
    cpu.flagCarries = kept(a & b | (a | b) & ~result, size);
  }

  /** All six flags after {@code result = a - b}, or minus one more. */
  static void difference(CpuState cpu, long a, long b, long result, int size) {
    cpu.flagResult = Bits.signExtend(result, size);
    cpu.flagCarries = kept(~a & b | (~a | b) & result, size);
  }

  /** SF, ZF and PF after {@code result}; OF, AF and CF are cleared. */
  static void logic(CpuState cpu, long result, int size) {
    cpu.flagResult = Bits.signExtend(result, size);
    cpu.flagCarries = 0;
  }

  /** All flags but CF after {@code result} and a sum or difference with this carry vector. */
  static void keepingCf(CpuState cpu, long result, long carries, int size) {
    long aligned = carries << 64 - (size << 3);
    long old = cpu.flagCarries;
    cpu.flagResult = Bits.signExtend(result, size);
    // OF is bit 63 of aligned xor bit 62; together with the old CF it gives the carry in.
    cpu.flagCarries = old & CARRY_OUT | (old ^ aligned ^ aligned << 1) >>> 1 & CARRY_IN | carries & CARRY_AUX;
  }

  /** Sets CF and OF to {@code value} and leaves the other four flags alone. */
  static void setCfAndOf(CpuState cpu, boolean value) {
    long others = cpu.flagCarries & ~BOTH;
    cpu.flagCarries = value ? others | CARRY_OUT : others;
  }

  /**
   * All six flags after a shift.
   *
   * @param carry CF, 0 or 1
   * @param into 0 or 1: CF xor OF
   */
  static void shift(CpuState cpu, long result, long carry, long into, int size) {
    cpu.flagResult = Bits.signExtend(result, size);
    cpu.flagCarries = carry << 63 | into << 62 | UndefinedFlags.AF_AFTER_SHIFT;
  }

  /** CF and OF after a rotation, parameters as in {@link #shift}; the other four flags stay. */
  static void rotation(CpuState cpu, long carry, long into) {
    cpu.flagCarries = cpu.flagCarries & ~BOTH | carry << 63 | into << 62;
  }

  /** CF alone, 0 or 1. */
  static void setCarry(CpuState cpu, long carry) {
    long change = cpu.flagCarries ^ carry << 63;
    // OF stays only if the carry in changes with the carry out.
    cpu.flagCarries ^= change >> 63 & BOTH;
  }

  /** CF as 0 or 1. */
  static long carry(CpuState cpu) {
    return cpu.flagCarries >>> 63;
  }

  private static long kept(long carries, int size) {
    return carries << 64 - (size << 3) & BOTH | carries & CARRY_AUX;
  }
}
