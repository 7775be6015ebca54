package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DDIV;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DMUL;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.DSUB;
import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPEQ;
import static org.objectweb.asm.Opcodes.ISTORE;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.InlineFloat;
import org.objectweb.asm.Label;

/**
 * Emits arithmetic on the low doubles of XMM registers: by the host's, with a check of what is not known to be a normal
 * number, and a call behind the blocks for when a check fails ({@link InlineFloat}).
 */
final class DoubleEmitter {
  private final UnitEmitter unit;
  private final Code code;
  private final XmmOperands operands;
  private final XmmRegisters registers;
  private final NormalHalves normal;

  DoubleEmitter(UnitEmitter unit, Code code, XmmOperands operands, NormalHalves normal) {
    this.unit = unit;
    this.code = code;
    this.operands = operands;
    this.registers = operands.registers();
    this.normal = normal;
  }

  void emit(Instruction instruction) {
    int a = ((Operand.Xmm) instruction.operand(0)).index();
    Operand b = instruction.operand(1);
    boolean unary = instruction.op() == Op.SQRTSD;
    Label slow = new Label();
    Label done = new Label();
    if (b instanceof Operand.Memory) {
      operands.pushDouble(b, 0);
      code.local(DSTORE, Locals.SOURCE_LOW);
    }
    code.iload(Locals.FLOAT_MODE);
    code.jump(IFNE, slow);
    checkOperand(b, slow);
    if (!unary && !instruction.operand(0).equals(b)) {
      checkOperand(instruction.operand(0), slow);
      registers.pushDouble(a, 0);
    } else if (!unary) {
      registers.pushDouble(a, 0);
    }
    push(b);
    compute(instruction.op());
    code.op(DUP2);
    code.local(DSTORE, Locals.RESULT_LOW);
    boolean sum = instruction.op() == Op.ADDSD || instruction.op() == Op.SUBSD;
    (sum ? Names.IS_SUM : Names.IS_PRODUCT).call(code.visitor());
    code.jump(IFEQ, slow);
    code.local(DLOAD, Locals.RESULT_LOW);
    registers.popDouble(a, 0);
    code.label(done);
    Label miss = unit.miss();
    unit.addStub(() -> {
      code.label(slow);
      code.iload(Locals.FLOAT_MODE);
      code.constant(InlineFloat.LEAVE);
      code.jump(IF_ICMPEQ, miss);
      code.aload(Locals.CPU);
      if (!unary) {
        registers.pushDouble(a, 0);
      }
      push(b);
      slowMethod(instruction.op()).call(code.visitor());
      registers.popDouble(a, 0);
      code.aload(Locals.CPU);
      Names.FLOAT_MODE.get(code.visitor());
      code.local(ISTORE, Locals.FLOAT_MODE);
      code.jump(GOTO, done);
    });
  }

  private void push(Operand b) {
    if (b instanceof Operand.Memory) {
      code.local(DLOAD, Locals.SOURCE_LOW);
    } else {
      operands.pushDouble(b, 0);
    }
  }

  private void checkOperand(Operand operand, Label slow) {
    if (operand instanceof Operand.Xmm xmm && normal.contains(xmm.index(), 0)) {
      return;
    }
    push(operand);
    Names.IS_OPERAND.call(code.visitor());
    code.jump(IFEQ, slow);
  }

  private void compute(Op op) {
    switch (op) {
      case ADDSD -> code.op(DADD);
      case SUBSD -> code.op(DSUB);
      case MULSD -> code.op(DMUL);
      case DIVSD -> code.op(DDIV);
      case SQRTSD -> Names.SQUARE_ROOT.call(code.visitor());
      default -> throw new AssertionError(op);
    }
  }

  private static Names.MethodName slowMethod(Op op) {
    return switch (op) {
      case ADDSD -> Names.SLOW_ADD;
      case SUBSD -> Names.SLOW_SUBTRACT;
      case MULSD -> Names.SLOW_MULTIPLY;
      case DIVSD -> Names.SLOW_DIVIDE;
      case SQRTSD -> Names.SLOW_SQUARE_ROOT;
      default -> throw new AssertionError(op);
    };
  }
}
