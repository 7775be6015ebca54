package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;

/**
 * Where the halves of a result come from, for instructions that only move whole halves.
 *
 * @param low the half that becomes the low one: {@link #A_LOW} and so on
 * @param high the half that becomes the high one
 */
record HalfSelection(int low, int high) {
  /** Halves of the first operand. */
  static final int A_LOW = 0;
  static final int A_HIGH = 1;
  /** Halves of the second operand. */
  static final int B_LOW = 2;
  static final int B_HIGH = 3;

  static HalfSelection of(Instruction instruction) {
    return switch (instruction.op()) {
      case MOVHLPS -> new HalfSelection(B_HIGH, A_HIGH);
      case MOVDDUP -> new HalfSelection(B_LOW, B_LOW);
      case UNPCKHPD, PUNPCKHQDQ -> new HalfSelection(A_HIGH, B_HIGH);
      case SHUFPD -> {
        int immediate = immediate(instruction);
        yield new HalfSelection(immediate & 1, B_LOW + (immediate >> 1 & 1));
      }
      case BLENDPD -> {
        int immediate = immediate(instruction);
        yield new HalfSelection((immediate & 1) != 0 ? B_LOW : A_LOW, (immediate & 2) != 0 ? B_HIGH : A_HIGH);
      }
      // Of a store only the low half of the result counts.
      case MOVHPS_STORE, MOVHPD_STORE -> new HalfSelection(B_HIGH, A_HIGH);
      default -> new HalfSelection(A_LOW, B_LOW);
    };
  }

  private static int immediate(Instruction instruction) {
    return (int) ((Operand.Immediate) instruction.operand(2)).value();
  }

  /** The number of the half, as in {@link XmmUse}, that a component selects, for operands that are registers. */
  static int half(int component, int a, int b) {
    return component < B_LOW ? 2 * a + component : 2 * b + component - B_LOW;
  }

  XmmForm form() {
    int halves = 1 << low | 1 << high;
    int kept = (low == A_LOW ? XmmForm.LOW : 0) | (high == A_HIGH ? XmmForm.HIGH : 0);
    int written = XmmForm.BOTH & ~kept;
    // A half that stays where it is is not read.
    int read = (low == A_HIGH ? XmmForm.HIGH : 0) | (high == A_LOW ? XmmForm.LOW : 0);
    return XmmForm.moves(XmmForm.Kind.SELECT, read, written, halves >> 2);
  }
}
