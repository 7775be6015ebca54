package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;

/**
 * Changes of some arithmetic flags that nobody has asked for yet, on top of those that {@link LazyFlags} tells: what a
 * rotation, a product, a bit test or a shift by a count that may be zero does. A translation unit keeps one of them in its
 * locals: a kind, known when it is emitted, and two operands.
 *
 * <p>A kind is a family in bits 4 and up and the operand size in bytes in bits 0 to 3.
 */
public final class FlagChange {
  /** No change. */
  public static final int NONE = 0;
  /** CF and OF after a rotation left with result a. */
  public static final int ROTATED_LEFT = 1 << 4;
  /** CF and OF after a rotation right with result a. */
  public static final int ROTATED_RIGHT = 2 << 4;
  /** CF and OF after the multiplication of a and b, signed, to one operand's size. */
  public static final int PRODUCT = 3 << 4;
  /** CF and OF after an unsigned multiplication with lower half a and upper half b. */
  public static final int WIDE_PRODUCT = 4 << 4;
  /** CF and OF after a signed multiplication with lower half a and upper half b. */
  public static final int SIGNED_WIDE_PRODUCT = 5 << 4;
  /** After a division. */
  public static final int QUOTIENT = 6 << 4;
  /** CF is bit 0 of a. */
  public static final int BIT = 7 << 4;
  /** After a shifted left by b, which is to be masked and may be 0 then. */
  public static final int SHIFT_LEFT = 8 << 4;
  /** After a shifted right by b, likewise. */
  public static final int SHIFT_RIGHT = 9 << 4;
  /** After a shifted right with its sign by b, likewise. */
  public static final int SHIFT_SIGNED = 10 << 4;

  private static final int SIZE = 0xF;

  private FlagChange() {}

  /** Whether nothing is left of change {@code before} once {@code kind} has come after it. */
  public static boolean replaces(int kind, int before) {
    return before == NONE || changesCfAndOf(before) && changesCfAndOf(kind)
        || (kind & ~SIZE) == BIT && (before & ~SIZE) == BIT;
  }

  private static boolean changesCfAndOf(int kind) {
    return switch (kind & ~SIZE) {
      case ROTATED_LEFT, ROTATED_RIGHT, PRODUCT, WIDE_PRODUCT, SIGNED_WIDE_PRODUCT -> true;
      default -> false;
    };
  }

  /** Makes the change. */
  public static void apply(long a, long b, CpuState cpu, int kind) {
    LazyFlags.sync(cpu);
    int size = kind & SIZE;
    int top = (size << 3) - 1;
    switch (kind & ~SIZE) {
      case ROTATED_LEFT -> ArithmeticFlags.rotation(cpu, a & 1, a >>> top & 1);
      case ROTATED_RIGHT -> ArithmeticFlags.rotation(cpu, a >>> top & 1, a >>> top - 1 & 1);
      case PRODUCT -> Multiplication.imul(cpu, a, b, size);
      case WIDE_PRODUCT -> Multiplication.productFlags(cpu, a, b, size);
      case SIGNED_WIDE_PRODUCT -> Multiplication.signedProductFlags(cpu, a, b, size);
      case QUOTIENT -> UndefinedFlags.division(cpu);
      case BIT -> ArithmeticFlags.setCarry(cpu, a & 1);
      case SHIFT_LEFT -> Shifts.shl(cpu, a, b, size);
      case SHIFT_RIGHT -> Shifts.shr(cpu, a, b, size);
      case SHIFT_SIGNED -> Shifts.sar(cpu, a, b, size);
      default -> throw new AssertionError("kind " + kind);
    }
  }
}
