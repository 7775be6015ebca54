package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFGE;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.IFLE;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IF_ICMPGT;
import static org.objectweb.asm.Opcodes.IF_ICMPLE;
import static org.objectweb.asm.Opcodes.IF_ICMPLT;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LCONST_1;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LUSHR;

import dev.hagen.semantics.LazyFlags;
import org.objectweb.asm.Label;

/**
 * Emits conditions and the carry of flags whose kind is known when emitting, as comparisons of their operands, which are in
 * their locals: see {@link LazyFlags}.
 */
final class KnownFlags {
  private static final int OVERFLOW = 0;
  /** The test of CF. */
  static final int BELOW = 1;
  private static final int EQUAL = 2;
  private static final int BELOW_OR_EQUAL = 3;
  private static final int SIGN = 4;
  private static final int LESS = 6;
  /** The bits of a kind that are its family. */
  static final int FAMILY = ~0xF;

  private final Code code;

  KnownFlags(Code code) {
    this.code = code;
  }

  /** Pushes CF as a long, 0 or 1, if that takes no more than a few instructions. */
  boolean pushCarry(int kind) {
    int size = kind & ~FAMILY;
    switch (kind & FAMILY) {
      case LazyFlags.LOGIC -> code.constant(0L);
      case LazyFlags.INCREMENT, LazyFlags.DECREMENT -> code.lload(Locals.FLAG_C);
      case LazyFlags.SUM, LazyFlags.SUM_CARRY -> {
        if (size == 8) {
          return false;
        }
        pushResult(kind & FAMILY, size);
        code.constant(8 * size);
        code.op(LUSHR);
      }
      case LazyFlags.DIFFERENCE, LazyFlags.DIFFERENCE_BORROW -> {
        if (size == 8) {
          return false;
        }
        pushResult(kind & FAMILY, size);
        code.constant(63);
        code.op(LUSHR);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Jumps to {@code target} if a condition holds, where that takes no more than a few instructions; otherwise emits nothing.
   *
   * @param test the condition without its lowest bit
   * @param negated that bit: whether the condition must not hold
   */
  boolean jumpIf(int kind, int test, boolean negated, Label target) {
    int size = kind & ~FAMILY;
    return switch (kind & FAMILY) {
      case LazyFlags.DIFFERENCE -> difference(test, negated, size, target);
      case LazyFlags.LOGIC -> logic(test, negated, size, target);
      case LazyFlags.DIFFERENCE_BORROW -> borrow(test, negated, size, target)
          || result(kind & FAMILY, test, negated, size, target);
      case LazyFlags.SUM, LazyFlags.SUM_CARRY -> carry(kind, test, negated, target)
          || result(kind & FAMILY, test, negated, size, target);
      case LazyFlags.INCREMENT, LazyFlags.DECREMENT, LazyFlags.SHIFT_LEFT, LazyFlags.SHIFT_RIGHT,
          LazyFlags.SHIFT_SIGNED -> result(kind & FAMILY, test, negated, size, target);
      case LazyFlags.ORDER -> {
        new OrderEmitter(code, size).jumpIf(test, negated, target);
        yield true;
      }
      default -> false;
    };
  }

  private boolean difference(int test, boolean negated, int size, Label target) {
    switch (test) {
      case BELOW -> unsigned(size, negated ? IFGE : IFLT, target);
      case BELOW_OR_EQUAL -> unsigned(size, negated ? IFGT : IFLE, target);
      case EQUAL -> {
        code.lload(Locals.FLAG_A);
        code.lload(Locals.FLAG_B);
        code.op(LCMP);
        code.jump(negated ? IFNE : IFEQ, target);
      }
      case LESS -> signed(size, negated ? IFGE : IFLT, negated ? IF_ICMPGE : IF_ICMPLT, target);
      case LESS + 1 -> signed(size, negated ? IFGT : IFLE, negated ? IF_ICMPGT : IF_ICMPLE, target);
      case SIGN -> {
        code.lload(Locals.FLAG_A);
        code.lload(Locals.FLAG_B);
        code.op(LSUB);
        sign(size, negated, target);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void unsigned(int size, int jump, Label target) {
    code.lload(Locals.FLAG_A);
    if (size == 8 && code.keepsState()) {
      // C1 compares and jumps in one; it does not know the method for it.
      flipSign();
      code.lload(Locals.FLAG_B);
      flipSign();
      code.op(LCMP);
    } else {
      code.lload(Locals.FLAG_B);
      if (size == 8) {
        Names.COMPARE_UNSIGNED.call(code.visitor());
      } else {
        code.op(LCMP);
      }
    }
    code.jump(jump, target);
  }

  private void flipSign() {
    code.constant(Long.MIN_VALUE);
    code.op(LADD);
  }

  private void signed(int size, int longJump, int intJump, Label target) {
    if (size == 4) {
      code.lload(Locals.FLAG_A);
      code.op(L2I);
      code.lload(Locals.FLAG_B);
      code.op(L2I);
      code.jump(intJump, target);
      return;
    }
    code.lload(Locals.FLAG_A);
    code.shiftUp(size);
    code.lload(Locals.FLAG_B);
    code.shiftUp(size);
    code.op(LCMP);
    code.jump(longJump, target);
  }

  /** Jumps by the sign of the value on the stack. */
  private void sign(int size, boolean negated, Label target) {
    code.shiftUp(size);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(negated ? IFGE : IFLT, target);
  }

  private boolean logic(int test, boolean negated, int size, Label target) {
    switch (test) {
      case OVERFLOW, BELOW -> {
        if (negated) {
          code.jump(GOTO, target);
        }
      }
      case EQUAL, BELOW_OR_EQUAL -> compareWithZero(Locals.FLAG_A, size, negated ? IFNE : IFEQ, target);
      case SIGN, LESS -> compareWithZero(Locals.FLAG_A, size, negated ? IFGE : IFLT, target);
      case LESS + 1 -> compareWithZero(Locals.FLAG_A, size, negated ? IFGT : IFLE, target);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void compareWithZero(int local, int size, int jump, Label target) {
    code.lload(local);
    code.shiftUp(size);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(jump, target);
  }

  /** Conditions after a subtraction with borrow, of operands narrow enough for the difference to fit. */
  private boolean borrow(int test, boolean negated, int size, Label target) {
    if (size == 8 || test != BELOW && test != LESS) {
      return false;
    }
    code.lload(Locals.FLAG_A);
    extend(size, test == LESS);
    code.lload(Locals.FLAG_B);
    extend(size, test == LESS);
    code.op(LSUB);
    code.lload(Locals.FLAG_C);
    code.op(LSUB);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(negated ? IFGE : IFLT, target);
    return true;
  }

  private void extend(int size, boolean signed) {
    if (signed) {
      code.shiftUp(size);
      code.constant(64 - 8 * size);
      code.op(LSHR);
    }
  }

  /** The carry of an addition. */
  private boolean carry(int kind, int test, boolean negated, Label target) {
    if (test != BELOW) {
      return false;
    }
    if (kind == (LazyFlags.SUM | 8)) {
      pushResult(LazyFlags.SUM, 8);
      code.lload(Locals.FLAG_A);
      Names.COMPARE_UNSIGNED.call(code.visitor());
      code.jump(negated ? IFGE : IFLT, target);
      return true;
    }
    if (!pushCarry(kind)) {
      return false;
    }
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(negated ? IFEQ : IFNE, target);
    return true;
  }

  /** Conditions on the result alone. */
  private boolean result(int family, int test, boolean negated, int size, Label target) {
    if (test != EQUAL && test != SIGN) {
      return false;
    }
    pushResult(family, size);
    if (test == SIGN) {
      sign(size, negated, target);
    } else {
      code.shiftUp(size);
      code.op(LCONST_0);
      code.op(LCMP);
      code.jump(negated ? IFNE : IFEQ, target);
    }
    return true;
  }

  /** Pushes the result of the operation that has set the flags, with garbage above its size. */
  private void pushResult(int family, int size) {
    code.lload(Locals.FLAG_A);
    switch (family) {
      case LazyFlags.SUM, LazyFlags.SUM_CARRY -> code.lload(Locals.FLAG_B, LADD);
      case LazyFlags.DIFFERENCE, LazyFlags.DIFFERENCE_BORROW -> code.lload(Locals.FLAG_B, LSUB);
      case LazyFlags.INCREMENT -> {
        code.op(LCONST_1);
        code.op(LADD);
      }
      case LazyFlags.DECREMENT -> {
        code.op(LCONST_1);
        code.op(LSUB);
      }
      default -> {
        extend(size, family == LazyFlags.SHIFT_SIGNED);
        code.lload(Locals.FLAG_B);
        code.op(L2I);
        code.op(family == LazyFlags.SHIFT_LEFT ? LSHL : family == LazyFlags.SHIFT_RIGHT ? LUSHR : LSHR);
      }
    }
    if (family == LazyFlags.SUM_CARRY) {
      code.lload(Locals.FLAG_C, LADD);
    } else if (family == LazyFlags.DIFFERENCE_BORROW) {
      code.lload(Locals.FLAG_C, LSUB);
    }
  }
}
