package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Flags;

/**
 * Arithmetic flags that nobody has asked for yet, as a translation unit keeps them in its locals: a kind and two
 * operands, from which the flags can be computed when they are needed.
 *
 * <p>A kind is a family in bits 4 and up and the operand size in bytes in bits 0 to 3. {@link #IN_STATE} means that
 * {@link CpuState#flagResult} and {@link CpuState#flagCarries} are up to date.
 */
public final class LazyFlags {
  public static final int IN_STATE = 0;
  /** After a + b. */
  public static final int SUM = 1 << 4;
  /** After a - b. */
  public static final int DIFFERENCE = 2 << 4;
  /** After a logical operation with result a. */
  public static final int LOGIC = 3 << 4;
  /** After a + 1, with CF b as before. */
  public static final int INCREMENT = 4 << 4;
  /** After a - 1, with CF b as before. */
  public static final int DECREMENT = 5 << 4;
  /** After a shifted left by b, 1 to 63. */
  public static final int SHIFT_LEFT = 6 << 4;
  /** After a shifted right by b, 1 to 63. */
  public static final int SHIFT_RIGHT = 7 << 4;
  /** After a shifted right with its sign by b, 1 to 63. */
  public static final int SHIFT_SIGNED = 8 << 4;
  /** After a comparison of a and b as singles or doubles: COMISD and its like. */
  public static final int ORDER = 12 << 4;

  private static final int SIZE = 0xF;

  private LazyFlags() {}

  /** Brings the flags of {@link CpuState} up to date. */
  public static void store(CpuState cpu, int kind, long a, long b) {
    int size = kind & SIZE;
    switch (kind & ~SIZE) {
      case SUM -> ArithmeticFlags.sum(cpu, a, b, a + b, size);
      case DIFFERENCE -> ArithmeticFlags.difference(cpu, a, b, a - b, size);
      case LOGIC -> ArithmeticFlags.logic(cpu, a, size);
      case INCREMENT -> {
        ArithmeticFlags.setCarry(cpu, b);
        Arithmetic.inc(cpu, a, size);
      }
      case DECREMENT -> {
        ArithmeticFlags.setCarry(cpu, b);
        Arithmetic.dec(cpu, a, size);
      }
      case SHIFT_LEFT -> Shifts.shl(cpu, a, b, size);
      case SHIFT_RIGHT -> Shifts.shr(cpu, a, b, size);
      case SHIFT_SIGNED -> Shifts.sar(cpu, a, b, size);
      case ORDER -> cpu.setArithmeticFlags(order(a, b, size));
      default -> {
      }
    }
  }

  /** CF as 0 or 1; changes nothing. */
  public static long carry(CpuState cpu, int kind, long a, long b) {
    int size = kind & SIZE;
    int width = size << 3;
    return switch (kind & ~SIZE) {
      case SUM -> (a & b | (a | b) & ~(a + b)) >>> width - 1 & 1;
      case DIFFERENCE -> (~a & b | (~a | b) & a - b) >>> width - 1 & 1;
      case LOGIC -> 0;
      case INCREMENT, DECREMENT -> b;
      case SHIFT_LEFT -> (b > width ? 0 : a >>> width - b) & 1;
      case SHIFT_RIGHT -> a >>> b - 1 & 1;
      case SHIFT_SIGNED -> dev.hagen.util.Bits.signExtend(a, size) >> b - 1 & 1;
      case ORDER -> order(a, b, size) & Flags.CF;
      default -> cpu.flagCarries >>> 63;
    };
  }

  private static int order(long a, long b, int size) {
    double x = size == 4 ? Float.intBitsToFloat((int) a) : Double.longBitsToDouble(a);
    double y = size == 4 ? Float.intBitsToFloat((int) b) : Double.longBitsToDouble(b);
    return x > y ? 0 : x < y ? Flags.CF : x == y ? Flags.ZF : Flags.ZF | Flags.PF | Flags.CF;
  }
}
