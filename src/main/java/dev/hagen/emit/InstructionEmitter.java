package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LXOR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.x86.Reg;
import java.util.EnumSet;
import java.util.Set;
import org.objectweb.asm.Label;

/** Emits single instructions that fall through as bytecode. */
final class InstructionEmitter {
  private final Code code;
  private final FlagEmitter flags;
  private final MemoryEmitter memory;
  private final OperandEmitter operands;
  private final ArithmeticEmitter arithmetic;
  private final ProductEmitter products;
  private final StackEmitter stack;
  private final boolean intrinsics;

  InstructionEmitter(UnitEmitter unit, Code code, FlagEmitter flags, MemoryEmitter memory, int codeSize,
      boolean intrinsics) {
    this.code = code;
    this.flags = flags;
    this.memory = memory;
    this.operands = new OperandEmitter(code, memory, codeSize);
    this.arithmetic = new ArithmeticEmitter(code, flags, operands);
    this.products = new ProductEmitter(unit, code, flags, operands);
    this.stack = new StackEmitter(code, memory, operands, codeSize);
    this.intrinsics = intrinsics;
  }

  OperandEmitter operands() {
    return operands;
  }

  StackEmitter stack() {
    return stack;
  }

  /** Whether {@link #emit} knows an instruction. */
  static boolean canEmit(Instruction instruction, int codeSize, boolean intrinsics) {
    return OperandEmitter.canEmit(instruction, codeSize) && !isIrregular(instruction)
        && (SemanticCall.canEmit(instruction) || intrinsics && KNOWN.contains(instruction.op()));
  }

  /** Emits an instruction. */
  void emit(Instruction instruction) {
    Operand[] operand = instruction.operands();
    if (Effects.isClearing(instruction) && intrinsics) {
      arithmetic.clear(instruction);
      return;
    }
    operands.prepare(instruction);
    if (!intrinsics) {
      call(instruction);
      return;
    }
    switch (instruction.op()) {
      case NOP, PREFETCH -> {
      }
      case MOV, MOVNTI, MOVZX -> {
        operands.push(operand[1]);
        operands.popAlone(operand[0]);
      }
      case MOVSX, MOVSXD -> {
        operands.pushSigned(operand[1]);
        operands.pop(operand[0]);
      }
      case LEA -> {
        memory.pushEffectiveAddress((Operand.Memory) operand[1]);
        operands.pop(operand[0]);
      }
      case ADD -> arithmetic.binary(operand, LADD, LazyFlags.SUM);
      case SUB -> arithmetic.binary(operand, LSUB, LazyFlags.DIFFERENCE);
      case ADC -> arithmetic.binaryWithCarry(operand, LADD, LazyFlags.SUM_CARRY);
      case SBB -> arithmetic.binaryWithCarry(operand, LSUB, LazyFlags.DIFFERENCE_BORROW);
      case CMP -> arithmetic.compare(operand);
      case AND -> arithmetic.logic(operand, LAND);
      case OR -> arithmetic.logic(operand, LOR);
      case XOR -> arithmetic.logic(operand, LXOR);
      case TEST -> arithmetic.test(operand);
      case INC -> arithmetic.increment(operand[0], LADD, LazyFlags.INCREMENT);
      case DEC -> arithmetic.increment(operand[0], LSUB, LazyFlags.DECREMENT);
      case NEG -> arithmetic.negate(operand[0]);
      case NOT -> {
        operands.push(operand[0]);
        code.constant(-1L);
        code.op(LXOR);
        operands.pop(operand[0]);
      }
      case SHL, SHR, SAR, ROL, ROR -> {
        if (!arithmetic.shift(instruction)) {
          call(instruction);
        }
      }
      case IMUL2, IMUL3 -> products.multiply(operand);
      case BT, BTS, BTR, BTC -> arithmetic.bit(instruction);
      case MUL, IMUL1 -> products.multiplyWide(instruction);
      case DIV, IDIV -> products.divide(instruction);
      case PUSH -> stack.push(operand[0]);
      case POP -> stack.pop(operand[0]);
      case LEAVE -> stack.leave();
      case SETCC -> setIf(instruction);
      case CMOVCC -> moveIf(instruction);
      case CBW -> {
        int size = instruction.operandSize();
        operands.pushRegister(Reg.RAX, size / 2);
        operands.signExtend(size / 2);
        operands.popRegister(Reg.RAX, size);
      }
      case CWD -> {
        int size = instruction.operandSize();
        operands.pushRegister(Reg.RAX, size);
        code.shiftUp(size);
        code.constant(63);
        code.op(LSHR);
        operands.popRegister(Reg.RDX, size);
      }
      case XCHG -> {
        operands.push(operand[0]);
        operands.push(operand[1]);
        operands.pop(operand[0]);
        operands.pop(operand[1]);
      }
      case XADD -> arithmetic.exchangeAdd(operand);
      case CMPXCHG -> arithmetic.compareExchange(operand);
      case BSWAP -> byteSwap(operand[0]);
      default -> call(instruction);
    }
  }

  /** Operations with bytecode of their own. */
  private static final Set<Op> KNOWN = EnumSet.of(Op.NOP, Op.PREFETCH, Op.MOV, Op.MOVNTI, Op.MOVZX, Op.MOVSX, Op.MOVSXD,
      Op.LEA, Op.ADD, Op.SUB, Op.ADC, Op.SBB, Op.CMP, Op.AND, Op.OR, Op.XOR, Op.TEST, Op.INC, Op.DEC, Op.NEG, Op.NOT,
      Op.SHL, Op.SHR, Op.SAR, Op.ROL, Op.ROR, Op.IMUL2, Op.IMUL3, Op.MUL, Op.IMUL1, Op.DIV, Op.IDIV, Op.PUSH, Op.POP,
      Op.BT, Op.BTS, Op.BTR, Op.BTC, Op.LEAVE, Op.SETCC, Op.CMOVCC, Op.CBW, Op.CWD, Op.XCHG, Op.XADD, Op.CMPXCHG, Op.BSWAP);

  /** Forms of the known operations that are left to the interpreter. */
  private static boolean isIrregular(Instruction instruction) {
    Operand[] operands = instruction.operands();
    return switch (instruction.op()) {
      case POP -> !(operands[0] instanceof Operand.Register);
      case XADD, CMPXCHG -> !(operands[0] instanceof Operand.Memory);
      // An index in a register reaches beyond the operand.
      case BT, BTS, BTR, BTC -> operands[0] instanceof Operand.Memory && operands[1] instanceof Operand.Register;
      case BSWAP, MUL, IMUL1, DIV, IDIV -> operands[0].size() < 4;
      case LEAVE -> instruction.operandSize() == 2;
      default -> false;
    };
  }

  private void call(Instruction instruction) {
    SemanticCall.emit(instruction, this);
  }

  /** Calls a semantic method: pushes its operands, brings the flags up to date, and takes its result. */
  void call(Names.MethodName method, Op op, Operand[] operand) {
    if (op.flagsRead() != 0 || Effects.changesFlags(op) && flags.areWanted()) {
      flags.store();
    }
    int firstRead = op.access() == Op.Access.WRITE ? 1 : 0;
    code.aload(Locals.CPU);
    for (int i = firstRead; i < operand.length; i++) {
      operands.push(operand[i]);
    }
    code.constant(operand[0].size());
    method.call(code.visitor());
    if (op.access() != Op.Access.READ) {
      operands.pop(operand[0]);
    }
  }

  private void setIf(Instruction instruction) {
    Label yes = new Label();
    Label done = new Label();
    flags.jumpIf(instruction.condition(), yes);
    code.constant(0L);
    code.lstore(Locals.TEMPORARY_2);
    code.jump(GOTO, done);
    code.label(yes);
    code.constant(1L);
    code.lstore(Locals.TEMPORARY_2);
    code.label(done);
    code.lload(Locals.TEMPORARY_2);
    operands.pop(instruction.operand(0));
  }

  private void moveIf(Instruction instruction) {
    Operand destination = instruction.operand(0);
    Label yes = new Label();
    operands.push(instruction.operand(1));
    code.lstore(Locals.TEMPORARY_2);
    flags.jumpIf(instruction.condition(), yes);
    operands.push(destination);
    code.lstore(Locals.TEMPORARY_2);
    code.label(yes);
    code.lload(Locals.TEMPORARY_2);
    operands.pop(destination);
  }

  private void byteSwap(Operand operand) {
    operands.push(operand);
    if (operand.size() == 8) {
      Names.REVERSE_LONG.call(code.visitor());
    } else {
      code.op(L2I);
      Names.REVERSE_INT.call(code.visitor());
      code.op(I2L);
    }
    operands.pop(operand);
  }
}
