package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LADD;

import dev.hagen.decode.Operand;

/** Values of XMM registers, of general registers, and of the memory operand whose place is in {@link Locals#OFFSET}. */
final class XmmOperands {
  private final Code code;
  private final InstructionEmitter instructions;
  private final XmmRegisters registers;

  XmmOperands(Code code, InstructionEmitter instructions, XmmRegisters registers) {
    this.code = code;
    this.instructions = instructions;
    this.registers = registers;
  }

  XmmRegisters registers() {
    return registers;
  }

  /** Pushes half {@code half} of a vector, zero-extended if memory holds less. */
  void pushLong(Operand operand, int half) {
    switch (operand) {
      case Operand.Xmm xmm -> registers.pushLong(xmm.index(), half);
      case Operand.Memory memory -> {
        pushPlace(half);
        instructions.load(Math.min(memory.size(), 8));
      }
      default -> instructions.push(operand);
    }
  }

  /** Pushes a double. */
  void pushDouble(Operand operand, int half) {
    if (operand instanceof Operand.Xmm xmm) {
      registers.pushDouble(xmm.index(), half);
    } else {
      pushLong(operand, half);
      Names.DOUBLE_OF_BITS.call(code.visitor());
    }
  }

  /** Whether half {@code half} of an operand is a local of type {@code double}. */
  boolean isDouble(Operand operand, int half) {
    return operand instanceof Operand.Xmm xmm && registers.isDouble(xmm.index(), half);
  }

  /** Pushes where half {@code half} of the memory operand lies. */
  void pushPlace(int half) {
    code.lload(Locals.OFFSET);
    if (half != 0) {
      code.constant(8L);
      code.op(LADD);
    }
  }
}
