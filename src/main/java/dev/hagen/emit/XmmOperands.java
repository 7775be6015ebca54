package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LLOAD;
import static org.objectweb.asm.Opcodes.LSTORE;

import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;

/** Values of XMM registers, of general registers, and of the memory operand whose place is in {@link Locals#OFFSET}. */
final class XmmOperands {
  private final Code code;
  private final MemoryEmitter memory;
  private final OperandEmitter general;
  private final XmmRegisters registers;

  XmmOperands(Code code, MemoryEmitter memory, OperandEmitter general, XmmRegisters registers) {
    this.code = code;
    this.memory = memory;
    this.general = general;
    this.registers = registers;
  }

  XmmRegisters registers() {
    return registers;
  }

  // As they are.

  /** Pushes half {@code half} of a vector, zero-extended if memory holds less. */
  void pushLong(Operand operand, int half) {
    if (operand instanceof Operand.Xmm xmm) {
      registers.pushLong(xmm.index(), half);
    } else if (operand instanceof Operand.Memory place) {
      pushPlace(half);
      memory.loadFrom(Math.min(place.size(), 8));
    } else {
      general.push(operand);
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

  // As elements of floating-point operations: each half a double, or a long with one or two singles.

  /** Loads an operand from memory into locals, since it is needed more than once. */
  void fetch(Operand operand, Elements elements) {
    if (operand instanceof Operand.Memory) {
      for (int half = 0; half < elements.count(); half++) {
        if (elements.areDoubles()) {
          pushDouble(operand, half);
        } else {
          pushLong(operand, half);
        }
        code.local(elements.areDoubles() ? DSTORE : LSTORE, Locals.SOURCE_LOW + 2 * half);
      }
    }
  }

  /** Pushes a half of a register, or of memory that was fetched. */
  void push(Operand operand, int half, Elements elements) {
    if (operand instanceof Operand.Memory) {
      code.local(elements.areDoubles() ? DLOAD : LLOAD, Locals.SOURCE_LOW + 2 * half);
    } else if (elements.areDoubles()) {
      pushDouble(operand, half);
    } else {
      pushLong(operand, half);
    }
  }

  /** Writes what is on the JVM's stack to a half of a register. */
  void pop(Operand register, int half, Elements elements) {
    int index = ((Operand.Xmm) register).index();
    if (elements.areDoubles()) {
      registers.popDouble(index, half);
    } else {
      registers.popLong(index, half);
    }
  }

  void popResult(int half, Elements elements) {
    code.local(elements.areDoubles() ? DSTORE : LSTORE, Locals.RESULT_LOW + 2 * half);
  }

  void pushResult(int half, Elements elements) {
    code.local(elements.areDoubles() ? DLOAD : LLOAD, Locals.RESULT_LOW + 2 * half);
  }
}
