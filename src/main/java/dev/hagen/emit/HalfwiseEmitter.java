package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import java.util.Objects;

/** Emits packed operations on eight bytes, once for each half. */
final class HalfwiseEmitter {
  private final Code code;
  private final XmmOperands operands;

  HalfwiseEmitter(Code code, XmmOperands operands) {
    this.code = code;
    this.operands = operands;
  }

  /** Whether the result does not depend on the operand: PXOR of a register with itself, and the like. */
  static boolean isConstant(Instruction instruction) {
    if (instruction.operands().length != 2 || !instruction.operand(0).equals(instruction.operand(1))) {
      return false;
    }
    return switch (instruction.op()) {
      case PXOR, XORPS, XORPD, PSUBB, PSUBW, PSUBD, PSUBQ, PCMPEQB, PCMPEQW, PCMPEQD, PCMPEQQ, PCMPGTB, PCMPGTW,
          PCMPGTD, PCMPGTQ, PANDN, ANDNPS, ANDNPD -> true;
      default -> false;
    };
  }

  private static boolean isAllOnes(Instruction instruction) {
    return switch (instruction.op()) {
      case PCMPEQB, PCMPEQW, PCMPEQD, PCMPEQQ -> true;
      default -> false;
    };
  }

  /** Emits {@code operation} on both halves; {@code sameSource}: with the low half of the source for both. */
  void emit(Instruction instruction, boolean sameSource) {
    int destination = ((Operand.Xmm) instruction.operand(0)).index();
    XmmRegisters registers = operands.registers();
    if (isConstant(instruction)) {
      for (int half = 0; half < 2; half++) {
        if (isAllOnes(instruction)) {
          code.constant(-1L);
          registers.popLong(destination, half);
        } else {
          registers.clear(destination, half);
        }
      }
      return;
    }
    Names.MethodName method =
        Names.of(Objects.requireNonNull(SemanticMethods.method(instruction.op(), Shapes.Lanes.class)));
    if (sameSource) {
      // The count may be the destination's own low half.
      operands.pushLong(instruction.operand(1), 0);
      code.lstore(Locals.SOURCE_LOW);
    }
    for (int half = 0; half < 2; half++) {
      registers.pushLong(destination, half);
      if (sameSource) {
        code.lload(Locals.SOURCE_LOW);
      } else if (instruction.operand(1) instanceof Operand.Immediate immediate) {
        code.constant(immediate.value() & 0xFF);
      } else {
        operands.pushLong(instruction.operand(1), half);
      }
      method.call(code.visitor());
      registers.popLong(destination, half);
    }
  }
}
