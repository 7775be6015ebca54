package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.util.Bits;
import dev.hagen.x86.Flags;

/**
 * Arithmetic flags that nobody has asked for yet, as a translation unit keeps them in its locals and leaves them in
 * {@link CpuState#lazyKind} and its operands: a kind and three operands, from which the flags can be computed when they
 * are needed.
 *
 * <p>A kind is a family in bits 4 and up and the operand size in bytes in bits 0 to 3. {@link #IN_STATE} means that the
 * flags are where {@link CpuState} has them, lazy or not.
 */
public final class LazyFlags {
  public static final int IN_STATE = 0;
  /** After a + b. */
  public static final int SUM = 1 << 4;
  /** After a - b. */
  public static final int DIFFERENCE = 2 << 4;
  /** After a logical operation with result a. */
  public static final int LOGIC = 3 << 4;
  /** After a + 1, with CF c as before. */
  public static final int INCREMENT = 4 << 4;
  /** After a - 1, with CF c as before. */
  public static final int DECREMENT = 5 << 4;
  /** After a shifted left by b, 1 to 63. */
  public static final int SHIFT_LEFT = 6 << 4;
  /** After a shifted right by b, 1 to 63. */
  public static final int SHIFT_RIGHT = 7 << 4;
  /** After a shifted right with its sign by b, 1 to 63. */
  public static final int SHIFT_SIGNED = 8 << 4;
  /** After a + b + c, c being CF. */
  public static final int SUM_CARRY = 9 << 4;
  /** After a - b - c, c being CF. */
  public static final int DIFFERENCE_BORROW = 10 << 4;
  /** After a comparison of a and b as singles or doubles: COMISD and its like. */
  public static final int ORDER = 12 << 4;

  private static final int SIZE = 0xF;

  private LazyFlags() {}

  /** Computes the flags of {@link CpuState} if they are lazy; whoever reads or changes them needs this first. */
  public static void sync(CpuState cpu) {
    int kind = cpu.lazyKind;
    if (kind != IN_STATE) {
      cpu.lazyKind = IN_STATE;
      compute(cpu, kind, cpu.lazyA, cpu.lazyB, cpu.lazyC);
    }
  }

  /** Makes these the flags, to be computed later. */
  public static void keep(CpuState cpu, int kind, long a, long b, long c) {
    if (kind != IN_STATE) {
      cpu.lazyKind = kind;
      cpu.lazyA = a;
      cpu.lazyB = b;
      cpu.lazyC = c;
    }
  }

  /** Makes these the flags and computes them. */
  public static void store(CpuState cpu, int kind, long a, long b, long c) {
    if (kind == IN_STATE) {
      sync(cpu);
    } else {
      cpu.lazyKind = IN_STATE;
      compute(cpu, kind, a, b, c);
    }
  }

  private static void compute(CpuState cpu, int kind, long a, long b, long c) {
    int size = kind & SIZE;
    switch (kind & ~SIZE) {
      case SUM -> ArithmeticFlags.sum(cpu, a, b, a + b, size);
      case DIFFERENCE -> ArithmeticFlags.difference(cpu, a, b, a - b, size);
      case LOGIC -> ArithmeticFlags.logic(cpu, a, size);
      case INCREMENT -> {
        ArithmeticFlags.setCarry(cpu, c);
        Arithmetic.inc(cpu, a, size);
      }
      case DECREMENT -> {
        ArithmeticFlags.setCarry(cpu, c);
        Arithmetic.dec(cpu, a, size);
      }
      case SHIFT_LEFT -> Shifts.shl(cpu, a, b, size);
      case SHIFT_RIGHT -> Shifts.shr(cpu, a, b, size);
      case SHIFT_SIGNED -> Shifts.sar(cpu, a, b, size);
      case SUM_CARRY -> ArithmeticFlags.sum(cpu, a, b, a + b + c, size);
      case DIFFERENCE_BORROW -> ArithmeticFlags.difference(cpu, a, b, a - b - c, size);
      case ORDER -> cpu.setArithmeticFlags(order(a, b, size));
      default -> throw new AssertionError("kind " + kind);
    }
  }

  /** CF as 0 or 1; changes no flag. */
  public static long carry(CpuState cpu, int kind, long a, long b, long c) {
    int size = kind & SIZE;
    int width = size << 3;
    return switch (kind & ~SIZE) {
      case SUM -> (a & b | (a | b) & ~(a + b)) >>> width - 1 & 1;
      case DIFFERENCE -> (~a & b | (~a | b) & a - b) >>> width - 1 & 1;
      case LOGIC -> 0;
      case INCREMENT, DECREMENT -> c;
      case SHIFT_LEFT -> (b > width ? 0 : a >>> width - b) & 1;
      case SHIFT_RIGHT -> a >>> b - 1 & 1;
      case SHIFT_SIGNED -> Bits.signExtend(a, size) >> b - 1 & 1;
      case SUM_CARRY -> (a & b | (a | b) & ~(a + b + c)) >>> width - 1 & 1;
      case DIFFERENCE_BORROW -> (~a & b | (~a | b) & a - b - c) >>> width - 1 & 1;
      case ORDER -> order(a, b, size) & Flags.CF;
      default -> {
        sync(cpu);
        yield cpu.flagCarries >>> 63;
      }
    };
  }

  private static int order(long a, long b, int size) {
    double x = size == 4 ? Float.intBitsToFloat((int) a) : Double.longBitsToDouble(a);
    double y = size == 4 ? Float.intBitsToFloat((int) b) : Double.longBitsToDouble(b);
    return x > y ? 0 : x < y ? Flags.CF : x == y ? Flags.ZF : Flags.ZF | Flags.PF | Flags.CF;
  }
}
