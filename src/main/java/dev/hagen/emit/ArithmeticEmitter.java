package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LCONST_1;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LUSHR;
import static org.objectweb.asm.Opcodes.LXOR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.FlagChange;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.x86.Reg;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;

/**
 * Emits integer arithmetic but for multiplication and division. Where nobody wants the flags of an instruction, nothing is
 * emitted for them.
 */
final class ArithmeticEmitter {
  private static final FlagSource.Term ZERO = new FlagSource.Constant(0);

  private final Code code;
  private final FlagEmitter flags;
  private final OperandEmitter operands;

  ArithmeticEmitter(Code code, FlagEmitter flags, OperandEmitter operands) {
    this.code = code;
    this.flags = flags;
    this.operands = operands;
  }

  /** XOR or SUB of a register with itself. */
  void clear(Instruction instruction) {
    code.constant(0L);
    operands.pop(instruction.operand(0));
    if (flags.areWanted()) {
      code.constant(0L);
      code.lstore(Locals.FLAG_A);
      flags.set(LazyFlags.LOGIC | instruction.operand(0).size());
      flags.derive(ZERO, ZERO);
    }
  }

  /** ADD and SUB. */
  void binary(Operand[] operand, int opcode, int family) {
    if (flags.areWanted()) {
      operands.push(operand[0]);
      operands.push(operand[1]);
      flags.takeOperands();
      flags.set(family | operand[0].size());
      pushLow(operand[0], Locals.FLAG_A);
      pushLow(operand[1], Locals.FLAG_B);
    } else {
      operands.pushLow(operand[0]);
      operands.pushLow(operand[1]);
    }
    code.op(opcode);
    operands.popAlone(operand[0]);
    if (flags.areWanted()) {
      flags.derive(before(operand, opcode == LADD), FlagSource.term(operand[1]));
    }
  }

  /** The same as {@link OperandEmitter#pushLow} for an operand that has been copied to a local. */
  private void pushLow(Operand operand, int copy) {
    if (operand instanceof Operand.Memory || code.keepsState()) {
      code.lload(copy);
    } else {
      operands.pushLow(operand);
    }
  }

  /** What the first operand of ADD or SUB was, by its result and the second. */
  private static FlagSource.@Nullable Term before(Operand[] operand, boolean added) {
    FlagSource.Term second = FlagSource.term(operand[1]);
    return FlagSource.term(operand[0]) instanceof FlagSource.Register result && second != null
        && (second.registers() & result.registers()) == 0 ? new FlagSource.Before(result, second, added) : null;
  }

  /** ADC and SBB. */
  void binaryWithCarry(Operand[] operand, int opcode, int family) {
    flags.pushCarry();
    code.lstore(Locals.TEMPORARY_2);
    operands.push(operand[0]);
    operands.push(operand[1]);
    if (flags.areWanted()) {
      flags.takeOperands();
      code.lload(Locals.TEMPORARY_2);
      code.lstore(Locals.FLAG_C);
      flags.set(family | operand[0].size());
      code.lload(Locals.FLAG_A);
      code.lload(Locals.FLAG_B);
    }
    code.op(opcode);
    code.lload(Locals.TEMPORARY_2, opcode);
    operands.pop(operand[0]);
  }

  /** XADD of memory and a register. */
  void exchangeAdd(Operand[] operand) {
    operands.push(operand[0]);
    code.lstore(Locals.TEMPORARY_2);
    if (flags.areWanted()) {
      code.lload(Locals.TEMPORARY_2);
      operands.push(operand[1]);
      flags.takeOperands();
      flags.set(LazyFlags.SUM | operand[0].size());
    }
    code.lload(Locals.TEMPORARY_2);
    operands.push(operand[1]);
    code.op(LADD);
    operands.pop(operand[0]);
    code.lload(Locals.TEMPORARY_2);
    operands.pop(operand[1]);
  }

  /** CMPXCHG of memory and a register. */
  void compareExchange(Operand[] operand) {
    int size = operand[0].size();
    operands.push(operand[0]);
    code.lstore(Locals.TEMPORARY_2);
    if (flags.areWanted()) {
      operands.pushRegister(Reg.RAX, size);
      code.lload(Locals.TEMPORARY_2);
      flags.takeOperands();
      flags.set(LazyFlags.DIFFERENCE | size);
    }
    Label differs = new Label();
    Label done = new Label();
    operands.pushRegister(Reg.RAX, size);
    code.lload(Locals.TEMPORARY_2, LCMP);
    code.jump(IFNE, differs);
    operands.push(operand[1]);
    operands.pop(operand[0]);
    code.jump(GOTO, done);
    code.label(differs);
    code.lload(Locals.TEMPORARY_2);
    operands.popRegister(Reg.RAX, size);
    code.label(done);
  }

  void compare(Operand[] operand) {
    if (flags.areWanted()) {
      operands.push(operand[0]);
      operands.push(operand[1]);
      flags.takeOperands();
      flags.set(LazyFlags.DIFFERENCE | operand[0].size());
      flags.derive(FlagSource.term(operand[0]), FlagSource.term(operand[1]));
    }
  }

  /** AND, OR, XOR. */
  void logic(Operand[] operand, int opcode) {
    operands.push(operand[0]);
    operands.push(operand[1]);
    code.op(opcode);
    if (flags.areWanted()) {
      code.lstore(Locals.FLAG_A);
      flags.set(LazyFlags.LOGIC | operand[0].size());
      code.lload(Locals.FLAG_A);
    }
    operands.popAlone(operand[0]);
    if (flags.areWanted()) {
      flags.derive(FlagSource.term(operand[0]), ZERO);
    }
  }

  void test(Operand[] operand) {
    if (flags.areWanted()) {
      operands.push(operand[0]);
      operands.push(operand[1]);
      code.op(LAND);
      code.lstore(Locals.FLAG_A);
      flags.set(LazyFlags.LOGIC | operand[0].size());
      if (operand[0].equals(operand[1])) {
        flags.derive(FlagSource.term(operand[0]), ZERO);
      }
    }
  }

  /** INC and DEC. */
  void increment(Operand operand, int opcode, int family) {
    if (flags.areWanted()) {
      flags.pushCarry();
      code.lstore(Locals.FLAG_C);
      operands.push(operand);
      code.lstore(Locals.FLAG_A);
      flags.set(family | operand.size());
      code.lload(Locals.FLAG_A);
    } else {
      operands.pushLow(operand);
    }
    code.constant(1L);
    code.op(opcode);
    operands.pop(operand);
  }

  void negate(Operand operand) {
    operands.push(operand);
    code.lstore(Locals.TEMPORARY_2);
    if (flags.areWanted()) {
      code.lload(Locals.TEMPORARY_2);
      code.lstore(Locals.FLAG_B);
      code.constant(0L);
      code.lstore(Locals.FLAG_A);
      flags.set(LazyFlags.DIFFERENCE | operand.size());
    }
    code.constant(0L);
    code.lload(Locals.TEMPORARY_2, LSUB);
    operands.pop(operand);
  }

  /** Shifts and rotations as far as they need no semantic method; false if nothing is emitted. */
  boolean shift(Instruction instruction) {
    Operand operand = instruction.operand(0);
    int size = operand.size();
    boolean rotates = instruction.op() == Op.ROL || instruction.op() == Op.ROR;
    if (instruction.operand(1) instanceof Operand.Immediate immediate) {
      int count = Effects.count(immediate, size);
      if (count == 0 || count >= 8 * size || rotates && (size < 4 || flags.areWanted() && code.keepsState())) {
        return false;
      }
      if (rotates) {
        rotate(operand, instruction.op() == Op.ROL, count);
      } else {
        shift(instruction.op(), operand, count);
      }
      return true;
    }
    if (rotates || size < 4 || flags.areWanted() && code.keepsState()) {
      return false;
    }
    shiftByRegister(instruction.op(), operand);
    return true;
  }

  private void shift(Op op, Operand operand, int count) {
    int size = operand.size();
    if (op == Op.SHR || flags.areWanted()) {
      operands.push(operand);
    } else {
      operands.pushLow(operand);
    }
    if (flags.areWanted()) {
      code.lstore(Locals.FLAG_A);
      code.constant((long) count);
      code.lstore(Locals.FLAG_B);
      flags.set(family(op) | size);
      code.lload(Locals.FLAG_A);
    }
    if (op == Op.SAR) {
      operands.signExtend(size);
    }
    code.constant(count);
    code.op(opcode(op));
    operands.pop(operand);
  }

  private void shiftByRegister(Op op, Operand operand) {
    int size = operand.size();
    operands.push(operand);
    if (flags.areWanted()) {
      code.lstore(Locals.TEMPORARY_2);
      code.lload(Locals.TEMPORARY_2);
      code.lload(Locals.register(Reg.RCX));
      flags.change(change(op) | size);
      code.lload(Locals.TEMPORARY_2);
    }
    if (op == Op.SAR) {
      operands.signExtend(size);
    }
    code.lload(Locals.register(Reg.RCX));
    code.op(L2I);
    if (size == 4) {
      code.constant(31);
      code.op(IAND);
    }
    code.op(opcode(op));
    operands.pop(operand);
  }

  private static int opcode(Op op) {
    return op == Op.SHL ? LSHL : op == Op.SHR ? LUSHR : LSHR;
  }

  private static int family(Op op) {
    return op == Op.SHL ? LazyFlags.SHIFT_LEFT : op == Op.SHR ? LazyFlags.SHIFT_RIGHT : LazyFlags.SHIFT_SIGNED;
  }

  private static int change(Op op) {
    return op == Op.SHL ? FlagChange.SHIFT_LEFT : op == Op.SHR ? FlagChange.SHIFT_RIGHT : FlagChange.SHIFT_SIGNED;
  }

  private void rotate(Operand operand, boolean toLeft, int count) {
    int left = toLeft ? count : 8 * operand.size() - count;
    operands.push(operand);
    if (operand.size() == 8) {
      code.constant(left);
      Names.ROTATE_LEFT.call(code.visitor());
    } else {
      code.op(L2I);
      code.constant(left);
      Names.ROTATE_LEFT_INT.call(code.visitor());
      code.op(I2L);
    }
    if (flags.areWanted()) {
      code.lstore(Locals.TEMPORARY_2);
      code.lload(Locals.TEMPORARY_2);
      code.op(LCONST_0);
      flags.change((toLeft ? FlagChange.ROTATED_LEFT : FlagChange.ROTATED_RIGHT) | operand.size());
      code.lload(Locals.TEMPORARY_2);
    }
    operands.pop(operand);
  }

  /** BT, BTS, BTR and BTC with a bit inside of the operand. */
  void bit(Instruction instruction) {
    Operand operand = instruction.operand(0);
    int size = operand.size();
    operands.push(operand);
    code.lstore(Locals.TEMPORARY_2);
    operands.push(instruction.operand(1));
    code.op(L2I);
    code.constant(8 * size - 1);
    code.op(IAND);
    code.local(ISTORE, Locals.BIT);
    if (flags.areWanted()) {
      code.lload(Locals.TEMPORARY_2);
      code.iload(Locals.BIT);
      code.op(LUSHR);
      code.op(LCONST_0);
      flags.change(FlagChange.BIT | size);
    }
    if (instruction.op() == Op.BT) {
      return;
    }
    code.lload(Locals.TEMPORARY_2);
    code.op(LCONST_1);
    code.iload(Locals.BIT);
    code.op(LSHL);
    switch (instruction.op()) {
      case BTS -> code.op(LOR);
      case BTC -> code.op(LXOR);
      default -> {
        code.constant(-1L);
        code.op(LXOR);
        code.op(LAND);
      }
    }
    operands.pop(operand);
  }
}
