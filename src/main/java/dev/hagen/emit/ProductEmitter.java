package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LDIV;
import static org.objectweb.asm.Opcodes.LMUL;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LUSHR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.FlagChange;
import dev.hagen.x86.Reg;
import org.objectweb.asm.Label;

/** Emits multiplication and division of integers. */
final class ProductEmitter {
  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final OperandEmitter operands;

  ProductEmitter(UnitEmitter unit, Code code, FlagEmitter flags, OperandEmitter operands) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.operands = operands;
  }

  /** IMUL with two or three operands. */
  void multiply(Operand[] operand) {
    if (!flags.areWanted()) {
      operands.pushLow(operand[operand.length - 2]);
      operands.pushLow(operand[operand.length - 1]);
    } else {
      operands.push(operand[operand.length - 2]);
      operands.push(operand[operand.length - 1]);
      code.lstore(Locals.TEMPORARY_2);
      code.lstore(Locals.TEMPORARY_1);
      code.lload(Locals.TEMPORARY_1);
      code.lload(Locals.TEMPORARY_2);
      flags.change(FlagChange.PRODUCT | operand[0].size());
      code.lload(Locals.TEMPORARY_1);
      code.lload(Locals.TEMPORARY_2);
    }
    code.op(LMUL);
    operands.pop(operand[0]);
  }

  /** MUL and IMUL of the accumulator. */
  void multiplyWide(Instruction instruction) {
    Operand operand = instruction.operand(0);
    boolean signed = instruction.op() == Op.IMUL1;
    int size = operand.size();
    pushFactor(operand, signed);
    code.lstore(Locals.TEMPORARY_2);
    operands.pushRegister(Reg.RAX, size);
    if (signed) {
      operands.signExtend(size);
    }
    code.lstore(Locals.TEMPORARY_1);
    code.lload(Locals.TEMPORARY_1);
    code.lload(Locals.TEMPORARY_2, LMUL);
    if (size == 8) {
      code.lstore(Locals.register(Reg.RAX));
      code.lload(Locals.TEMPORARY_1);
      code.lload(Locals.TEMPORARY_2);
      (signed ? Names.MULTIPLY_HIGH : Names.UNSIGNED_MULTIPLY_HIGH).call(code.visitor());
      code.lstore(Locals.register(Reg.RDX));
    } else {
      code.op(DUP2);
      operands.popRegister(Reg.RAX, 4);
      code.constant(32);
      code.op(LUSHR);
      code.lstore(Locals.register(Reg.RDX));
    }
    if (flags.areWanted()) {
      // CF and OF say whether the upper half matters, the others stay.
      code.lload(Locals.register(Reg.RAX));
      code.lload(Locals.register(Reg.RDX));
      flags.change((signed ? FlagChange.SIGNED_WIDE_PRODUCT : FlagChange.WIDE_PRODUCT) | size);
    }
  }

  private void pushFactor(Operand operand, boolean signed) {
    operands.push(operand);
    if (signed) {
      operands.signExtend(operand.size());
    }
  }

  /** DIV and IDIV; leaves for the interpreter where the quotient does not fit, or the dividend is really 128 bits wide. */
  void divide(Instruction instruction) {
    Operand operand = instruction.operand(0);
    boolean signed = instruction.op() == Op.IDIV;
    int size = operand.size();
    Label miss = unit.miss();
    pushFactor(operand, signed);
    code.lstore(Locals.TEMPORARY_2);
    code.lload(Locals.TEMPORARY_2);
    jumpIfZero(unit.divideError());
    Label done = new Label();
    if (size == 8) {
      checkUpperHalf(signed, miss);
    } else {
      if (!signed) {
        divideNarrow(done);
      }
      takeWideDividend(signed, miss);
    }
    code.lload(Locals.TEMPORARY_1);
    code.lload(Locals.TEMPORARY_2);
    if (size == 8 && !signed) {
      Names.DIVIDE_UNSIGNED.call(code.visitor());
    } else {
      code.op(LDIV);
    }
    code.lstore(Locals.OFFSET);
    if (size == 4) {
      checkQuotient(signed, miss);
    }
    code.label(done);
    finishDivision(size);
  }

  /** Where EDX is 0, as it is mostly, a division of 32 bits does, which the host is faster at; the quotient fits. */
  private void divideNarrow(Label done) {
    Label wide = new Label();
    operands.pushRegister(Reg.RDX, 4);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(IFNE, wide);
    operands.pushRegister(Reg.RAX, 4);
    code.lstore(Locals.TEMPORARY_1);
    code.lload(Locals.TEMPORARY_1);
    code.op(L2I);
    code.lload(Locals.TEMPORARY_2);
    code.op(L2I);
    Names.DIVIDE_UNSIGNED_INT.call(code.visitor());
    code.op(I2L);
    code.zeroExtend(4);
    code.lstore(Locals.OFFSET);
    code.jump(GOTO, done);
    code.label(wide);
  }

  /** EDX:EAX into {@link Locals#TEMPORARY_1}; leaves if that is no number of the JVM. */
  private void takeWideDividend(boolean signed, Label miss) {
    code.lload(Locals.register(Reg.RDX));
    code.constant(32);
    code.op(LSHL);
    operands.pushRegister(Reg.RAX, 4);
    code.op(LOR);
    code.lstore(Locals.TEMPORARY_1);
    if (!signed) {
      code.lload(Locals.TEMPORARY_1);
      code.op(LCONST_0);
      code.op(LCMP);
      code.jump(IFLT, miss);
    }
  }

  /** The 64-bit dividend into {@link Locals#TEMPORARY_1}; leaves unless RDX only extends it. */
  private void checkUpperHalf(boolean signed, Label miss) {
    code.lload(Locals.register(Reg.RAX));
    code.lstore(Locals.TEMPORARY_1);
    code.lload(Locals.register(Reg.RDX));
    if (!signed) {
      code.op(LCONST_0);
      code.op(LCMP);
      code.jump(IFNE, miss);
      return;
    }
    code.lload(Locals.TEMPORARY_1);
    code.constant(63);
    code.op(LSHR);
    code.op(LCMP);
    code.jump(IFNE, miss);
    // The smallest number by -1: whatever is divided by -1 goes the long way.
    code.lload(Locals.TEMPORARY_2);
    code.constant(-1L);
    code.op(LCMP);
    code.jump(IFEQ, miss);
  }

  private void checkQuotient(boolean signed, Label miss) {
    code.lload(Locals.OFFSET);
    if (signed) {
      code.op(L2I);
      code.op(I2L);
      code.lload(Locals.OFFSET, LCMP);
    } else {
      code.constant(32);
      code.op(LUSHR);
      code.op(LCONST_0);
      code.op(LCMP);
    }
    code.jump(IFNE, miss);
  }

  private void finishDivision(int size) {
    code.lload(Locals.TEMPORARY_1);
    code.lload(Locals.OFFSET);
    code.lload(Locals.TEMPORARY_2, LMUL);
    code.op(LSUB);
    operands.popRegister(Reg.RDX, size);
    code.lload(Locals.OFFSET);
    operands.popRegister(Reg.RAX, size);
    if (flags.areWanted()) {
      code.op(LCONST_0);
      code.op(LCONST_0);
      flags.change(FlagChange.QUOTIENT | size);
    }
  }

  private void jumpIfZero(Label target) {
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(IFEQ, target);
  }
}
