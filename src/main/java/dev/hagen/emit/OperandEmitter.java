package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LUSHR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;

/** Emits the fetching of operands to the JVM's stack, zero-extended, and the writing of results to them. */
final class OperandEmitter {
  private final Code code;
  private final MemoryEmitter memory;
  private final int codeSize;
  /** The register whose low part is in {@link Locals#LOW} too, until something writes it; the bytes that are. */
  private int lowRegister = Reg.NONE;
  private int lowSize;
  private boolean isNew;

  /** Which register's low bytes are in {@link Locals#LOW} too. */
  record Low(int register, int size) {}

  OperandEmitter(Code code, MemoryEmitter memory, int codeSize) {
    this.code = code;
    this.memory = memory;
    this.codeSize = codeSize;
  }

  /** Whether every operand of an instruction is of a kind that can be emitted. */
  static boolean canEmit(Instruction instruction, int codeSize) {
    for (Operand operand : instruction.operands()) {
      boolean can = operand instanceof Operand.Memory memory ? isReachable(memory, codeSize) && memory.size() <= 8
          : operand instanceof Operand.Register || operand instanceof Operand.Immediate;
      if (!can) {
        return false;
      }
    }
    return true;
  }

  /** Whether the linear address of a memory operand can be computed here. */
  static boolean isReachable(Operand.Memory memory, int codeSize) {
    return memory.addressSize() != 2 && (codeSize == 8 || memory.segment() != Reg.CS);
  }

  /** Finds the place of the memory operand, before anything else: from here on the instruction cannot leave for it. */
  void prepare(Instruction instruction) {
    switch (instruction.op()) {
      case LEA, NOP, PREFETCH -> {
      }
      default -> {
        Operand[] operands = instruction.operands();
        for (int i = 0; i < operands.length; i++) {
          if (operands[i] instanceof Operand.Memory place) {
            memory.locate(place, place.size(), i == 0 && instruction.op().access() != Op.Access.READ);
          }
        }
      }
    }
  }

  /** Pushes the value of an operand. */
  void push(Operand operand) {
    if (operand instanceof Operand.Register register) {
      if (register.highByte()) {
        code.lload(Locals.register(register.index()));
        code.constant(8);
        code.op(LUSHR);
        code.zeroExtend(1);
      } else {
        pushRegister(register.index(), register.size());
      }
    } else if (operand instanceof Operand.Immediate immediate) {
      code.constant(Bits.zeroExtend(immediate.value(), immediate.size()));
    } else if (operand instanceof Operand.Memory place) {
      memory.load(place.size());
    } else {
      throw new AssertionError(operand);
    }
  }

  /**
   * Pushes the value of an operand, with anything above its size if it is a register: for sums and products, whose low bytes
   * depend on nothing else, and which are to be cut to their size anyway.
   */
  void pushLow(Operand operand) {
    if (operand instanceof Operand.Register register && !register.highByte()) {
      code.lload(hasLow(register.index(), register.size()) ? Locals.LOW : Locals.register(register.index()));
    } else {
      push(operand);
    }
  }

  void pushRegister(int index, int size) {
    boolean low = hasLow(index, size);
    code.lload(low ? Locals.LOW : Locals.register(index));
    if (size < (low ? lowSize : codeSize)) {
      code.zeroExtend(size);
    }
  }

  private boolean hasLow(int index, int size) {
    return index == lowRegister && size <= lowSize;
  }

  /**
   * Writes the long on the stack to an operand that nothing else of the instruction writes. Its low part, if it is that of a
   * register, is kept apart for those who read no more: they need not wait for it to be merged with the rest.
   */
  void popAlone(Operand operand) {
    if (operand instanceof Operand.Register register && register.size() <= 2 && !register.highByte() && !code.keepsState()) {
      code.zeroExtend(register.size());
      code.op(DUP2);
      code.lstore(Locals.LOW);
      lowRegister = register.index();
      lowSize = register.size();
      isNew = true;
    }
    pop(operand);
  }

  /** Nothing is known of what the next instruction finds. */
  void forgetLow() {
    lowRegister = Reg.NONE;
  }

  /** What is known before the current instruction. */
  Low low() {
    return new Low(lowRegister, lowSize);
  }

  /** Emission goes on where this is known. */
  void setLow(Low low) {
    lowRegister = low.register;
    lowSize = low.size;
    isNew = false;
  }

  /** An instruction has been emitted, which writes some registers. */
  void pass(long written) {
    if (!isNew && lowRegister != Reg.NONE && Slots.hasGeneral(written, lowRegister)) {
      lowRegister = Reg.NONE;
    }
    isNew = false;
  }

  /** Pushes the value of an operand, sign-extended. */
  void pushSigned(Operand operand) {
    push(operand);
    signExtend(operand.size());
  }

  /** Writes the long on the stack to an operand. */
  void pop(Operand operand) {
    if (operand instanceof Operand.Register register) {
      if (register.highByte()) {
        popHighByte(register.index());
      } else {
        popRegister(register.index(), register.size());
      }
    } else if (operand instanceof Operand.Memory place) {
      code.lstore(Locals.TEMPORARY_1);
      memory.store(Locals.TEMPORARY_1, place.size());
    } else {
      throw new AssertionError(operand);
    }
  }

  void popRegister(int index, int size) {
    int local = Locals.register(index);
    switch (size) {
      case 8 -> code.lstore(local);
      case 4 -> {
        code.zeroExtend(4);
        code.lstore(local);
      }
      default -> {
        code.zeroExtend(size);
        code.lload(local);
        code.constant(~Bits.mask(size));
        code.op(LAND);
        code.op(LOR);
        code.lstore(local);
      }
    }
  }

  private void popHighByte(int index) {
    int local = Locals.register(index);
    code.zeroExtend(1);
    code.constant(8);
    code.op(LSHL);
    code.lload(local);
    code.constant(~0xFF00L);
    code.op(LAND);
    code.op(LOR);
    code.lstore(local);
  }

  /** Sign-extends the long on the stack. */
  void signExtend(int size) {
    switch (size) {
      case 4 -> {
        code.op(L2I);
        code.op(I2L);
      }
      case 8 -> {
      }
      default -> {
        code.shiftUp(size);
        code.constant(64 - 8 * size);
        code.op(LSHR);
      }
    }
  }
}
