package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LADD;

import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;

/** Emits accesses to the guest's stack, whose pointer is as wide as the code. */
final class StackEmitter {
  private final Code code;
  private final MemoryEmitter memory;
  private final OperandEmitter operands;
  private final int codeSize;

  StackEmitter(Code code, MemoryEmitter memory, OperandEmitter operands, int codeSize) {
    this.code = code;
    this.memory = memory;
    this.operands = operands;
    this.codeSize = codeSize;
  }

  /** PUSH. */
  void push(Operand operand) {
    operands.push(operand);
    code.lstore(Locals.TEMPORARY_2);
    pushTemporary(operand.size());
  }

  /** Pushes {@link Locals#TEMPORARY_2}; until the place is found nothing has changed. */
  void pushTemporary(int size) {
    locatePush(size);
    memory.store(Locals.TEMPORARY_2, size);
    code.lload(Locals.ADDRESS);
    code.lstore(Locals.register(Reg.RSP));
  }

  /** Finds the place of a PUSH, whose address is in {@link Locals#ADDRESS} then. */
  void locatePush(int size) {
    pushStackPointer(-size);
    memory.locateStack(Reg.RSP, -size, size, true);
  }

  /** POP. */
  void pop(Operand operand) {
    int size = operand.size();
    loadTop(size);
    release(size);
    operands.pop(operand);
  }

  /** Loads the top of the stack, and leaves it there; the value is on the JVM's stack. */
  void loadTop(int size) {
    locateTop(size);
    memory.load(size);
  }

  /** Finds the place of the top of the stack. */
  void locateTop(int size) {
    code.lload(Locals.register(Reg.RSP));
    memory.locateStack(Reg.RSP, 0, size, false);
  }

  /** Moves the stack pointer up. */
  void release(long distance) {
    pushStackPointer(distance);
    code.lstore(Locals.register(Reg.RSP));
  }

  private void pushStackPointer(long distance) {
    code.lload(Locals.register(Reg.RSP));
    code.constant(distance);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
  }

  /** LEAVE. */
  void leave() {
    code.lload(Locals.register(Reg.RBP));
    memory.locateStack(Reg.RBP, 0, codeSize, false);
    memory.load(codeSize);
    code.lstore(Locals.register(Reg.RBP));
    code.lload(Locals.ADDRESS);
    code.constant((long) codeSize);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
    code.lstore(Locals.register(Reg.RSP));
  }
}
