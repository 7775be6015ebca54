package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LCONST_1;
import static org.objectweb.asm.Opcodes.LSUB;

import dev.hagen.decode.Instruction;
import dev.hagen.x86.Reg;
import org.objectweb.asm.Label;

/** Emits the instructions that go one of two ways: Jcc, JCXZ, and LOOP and its like, which count RCX down on either. */
final class BranchEmitter {
  /** The conditions of JE and JNE. */
  private static final int ZERO = 4;
  private static final int NOT_ZERO = 5;

  private final Code code;
  private final FlagEmitter flags;
  private final Registers registers;
  private final OperandEmitter operands;

  BranchEmitter(Code code, FlagEmitter flags, Registers registers, OperandEmitter operands) {
    this.code = code;
    this.flags = flags;
    this.registers = registers;
    this.operands = operands;
  }

  /** Goes to {@code target} if the branch is taken, and on if not. */
  void jumpIfTaken(Instruction instruction, Label target) {
    jump(instruction, true, target);
  }

  /** Goes on if the branch is taken, and to {@code target} if not. */
  void jumpUnlessTaken(Instruction instruction, Label target) {
    jump(instruction, false, target);
  }

  /** Whether an instruction is LOOP or one of its like that counts all of RCX, as far as code of a size knows it. */
  static boolean countsDown(Instruction instruction, int codeSize) {
    return switch (instruction.op()) {
      case LOOP, LOOPE, LOOPNE -> instruction.addressSize() == codeSize;
      default -> false;
    };
  }

  private void jump(Instruction instruction, boolean taken, Label target) {
    int size = instruction.addressSize();
    switch (instruction.op()) {
      case JCXZ -> jumpByCount(size, taken, target);
      case LOOP -> {
        countDown(size);
        jumpByCount(size, !taken, target);
      }
      case LOOPE -> loopWhile(ZERO, size, taken, target);
      case LOOPNE -> loopWhile(NOT_ZERO, size, taken, target);
      default -> flags.jumpIf(taken ? instruction.condition() : instruction.condition() ^ 1, target);
    }
  }

  private void loopWhile(int condition, int size, boolean taken, Label target) {
    countDown(size);
    Label end = new Label();
    flags.jumpIf(condition ^ 1, taken ? end : target);
    jumpByCount(size, !taken, target);
    code.label(end);
  }

  private void countDown(int size) {
    operands.pushRegister(Reg.RCX, size);
    code.op(LCONST_1);
    code.op(LSUB);
    operands.popRegister(Reg.RCX, size);
    long written = Slots.general(Reg.RCX);
    operands.pass(written);
    registers.setDirty(registers.dirty() | written);
  }

  private void jumpByCount(int size, boolean zero, Label target) {
    operands.pushRegister(Reg.RCX, size);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(zero ? IFEQ : IFNE, target);
  }
}
