package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DCMPG;
import static org.objectweb.asm.Opcodes.DCMPL;
import static org.objectweb.asm.Opcodes.FCMPG;
import static org.objectweb.asm.Opcodes.FCMPL;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IFGE;
import static org.objectweb.asm.Opcodes.IFGT;
import static org.objectweb.asm.Opcodes.IFLE;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.L2I;

import org.objectweb.asm.Label;

/**
 * Emits conditions behind COMISD and its like, as comparisons of the numbers that are the operands of the lazy flags. If one
 * of them is a NaN, CF, ZF and PF are set: less, and equal. OF and SF are always clear.
 */
final class OrderEmitter {
  private static final int BELOW = 1;
  private static final int EQUAL = 2;
  private static final int BELOW_OR_EQUAL = 3;
  private static final int PARITY = 5;
  private static final int LESS_OR_EQUAL = 7;

  private final Code code;
  private final int size;

  /** For numbers of {@code size} bytes. */
  OrderEmitter(Code code, int size) {
    this.code = code;
    this.size = size;
  }

  /** Jumps if condition {@code test} (the opcode's bits 1 to 3) holds, or if {@code negated} if it does not. */
  void jumpIf(int test, boolean negated, Label target) {
    switch (test) {
      case BELOW -> compare(true, negated ? IFGE : IFLT, target);
      case BELOW_OR_EQUAL -> compare(true, negated ? IFGT : IFLE, target);
      case EQUAL, LESS_OR_EQUAL -> {
        // Neither less nor greater.
        Label differ = new Label();
        compare(false, IFLT, negated ? target : differ);
        compare(true, IFGT, negated ? target : differ);
        end(negated, target, differ);
      }
      case PARITY -> {
        // Neither greater or equal nor less or equal.
        Label ordered = new Label();
        compare(true, IFGE, negated ? target : ordered);
        compare(false, IFLE, negated ? target : ordered);
        end(negated, target, ordered);
      }
      default -> {
        if (negated) {
          code.jump(GOTO, target);
        }
      }
    }
  }

  private void end(boolean negated, Label target, Label otherwise) {
    if (!negated) {
      code.jump(GOTO, target);
    }
    code.label(otherwise);
  }

  /** Compares the two numbers, a NaN counting as less or as greater, and jumps. */
  private void compare(boolean less, int jump, Label target) {
    for (int local : new int[] {Locals.FLAG_A, Locals.FLAG_B}) {
      code.lload(local);
      if (size == 4) {
        code.op(L2I);
        Names.FLOAT_OF_BITS.call(code.visitor());
      } else {
        Names.DOUBLE_OF_BITS.call(code.visitor());
      }
    }
    code.op(size == 4 ? less ? FCMPL : FCMPG : less ? DCMPL : DCMPG);
    code.jump(jump, target);
  }
}
