package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DUP2;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.I2B;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LCMP;
import static org.objectweb.asm.Opcodes.LCONST_0;
import static org.objectweb.asm.Opcodes.LOR;
import static org.objectweb.asm.Opcodes.LSHL;
import static org.objectweb.asm.Opcodes.LSHR;
import static org.objectweb.asm.Opcodes.LSUB;
import static org.objectweb.asm.Opcodes.LUSHR;
import static org.objectweb.asm.Opcodes.LXOR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import java.util.EnumSet;
import java.util.Set;
import org.objectweb.asm.Label;

/** Emits single instructions as bytecode. What it does not know it leaves to the interpreter. */
final class InstructionEmitter {
  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final int codeSize;
  private final boolean intrinsics;

  InstructionEmitter(UnitEmitter unit, Code code, FlagEmitter flags, int codeSize, boolean intrinsics) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.codeSize = codeSize;
    this.intrinsics = intrinsics;
  }

  /** Emits an instruction that falls through; false, with nothing emitted, if it must be interpreted. */
  boolean emit(Instruction instruction) {
    if (instruction.has(Prefix.LOCK) || !areKnown(instruction)) {
      return false;
    }
    Operand[] operands = instruction.operands();
    boolean shared = SemanticCall.canEmit(instruction);
    if (!shared && !(intrinsics && KNOWN.contains(instruction.op())) || isIrregular(instruction)) {
      return false;
    }
    prepare(instruction);
    if (!intrinsics) {
      SemanticCall.emit(instruction, this);
      return true;
    }
    switch (instruction.op()) {
      case NOP, PREFETCH -> {
      }
      case MOV, MOVNTI -> move(operands[0], operands[1]);
      case MOVZX -> move(operands[0], operands[1]);
      case MOVSX, MOVSXD -> {
        push(operands[1]);
        signExtend(operands[1].size());
        pop(operands[0]);
      }
      case LEA -> {
        pushEffectiveAddress((Operand.Memory) operands[1]);
        pop(operands[0]);
      }
      case ADD -> binary(operands, LADD, LazyFlags.SUM);
      case SUB -> binary(operands, LSUB, LazyFlags.DIFFERENCE);
      case CMP -> {
        push(operands[0]);
        push(operands[1]);
        flags.takeOperands();
        flags.set(LazyFlags.DIFFERENCE | operands[0].size());
      }
      case AND -> logic(operands, LAND);
      case OR -> logic(operands, LOR);
      case XOR -> logic(operands, LXOR);
      case TEST -> {
        push(operands[0]);
        push(operands[1]);
        code.op(LAND);
        code.lstore(Locals.FLAG_A);
        flags.set(LazyFlags.LOGIC | operands[0].size());
      }
      case INC -> increment(operands[0], LADD, LazyFlags.INCREMENT);
      case DEC -> increment(operands[0], LSUB, LazyFlags.DECREMENT);
      case NEG -> negate(operands[0]);
      case NOT -> {
        push(operands[0]);
        code.constant(-1L);
        code.op(LXOR);
        pop(operands[0]);
      }
      case SHL, SHR, SAR -> {
        if (!shift(instruction)) {
          SemanticCall.emit(instruction, this);
        }
      }
      case PUSH -> pushStack(operands[0]);
      case POP -> {
        popFromStack(operands[0].size(), 0);
        pop(operands[0]);
      }
      case LEAVE -> leave();
      case SETCC -> setIf(instruction);
      case CMOVCC -> moveIf(instruction);
      case CBW -> {
        int size = instruction.operandSize();
        pushRegister(Reg.RAX, size / 2);
        signExtend(size / 2);
        popRegister(Reg.RAX, size);
      }
      case CWD -> {
        int size = instruction.operandSize();
        pushRegister(Reg.RAX, size);
        code.shiftUp(size);
        code.constant(63);
        code.op(LSHR);
        popRegister(Reg.RDX, size);
      }
      case XCHG -> {
        push(operands[0]);
        push(operands[1]);
        pop(operands[0]);
        pop(operands[1]);
      }
      case BSWAP -> byteSwap(operands[0]);
      default -> SemanticCall.emit(instruction, this);
    }
    return true;
  }

  /** Operations with bytecode of their own. */
  private static final Set<Op> KNOWN = EnumSet.of(Op.NOP, Op.PREFETCH, Op.MOV, Op.MOVNTI, Op.MOVZX, Op.MOVSX, Op.MOVSXD,
      Op.LEA, Op.ADD, Op.SUB, Op.CMP, Op.AND, Op.OR, Op.XOR, Op.TEST, Op.INC, Op.DEC, Op.NEG, Op.NOT, Op.SHL, Op.SHR,
      Op.SAR, Op.PUSH, Op.POP, Op.LEAVE, Op.SETCC, Op.CMOVCC, Op.CBW, Op.CWD, Op.XCHG, Op.BSWAP);

  /** Forms of the known operations that are left to the interpreter. */
  private static boolean isIrregular(Instruction instruction) {
    Operand[] operands = instruction.operands();
    return switch (instruction.op()) {
      case POP -> !(operands[0] instanceof Operand.Register);
      case XCHG -> !(operands[0] instanceof Operand.Register) || !(operands[1] instanceof Operand.Register);
      case BSWAP -> operands[0].size() < 4;
      case LEAVE -> instruction.operandSize() == 2;
      default -> false;
    };
  }

  /**
   * Asks the TLB for the memory operand, before anything else is on the stack: from here on its place is in a local and
   * the instruction cannot leave on its account.
   */
  private void prepare(Instruction instruction) {
    switch (instruction.op()) {
      case LEA, NOP, PREFETCH -> {
      }
      default -> {
        Operand[] operands = instruction.operands();
        for (int i = 0; i < operands.length; i++) {
          if (operands[i] instanceof Operand.Memory memory) {
            pushLinearAddress(memory);
            probe(memory.size(), i == 0 && instruction.op().access() != Op.Access.READ);
            code.lstore(Locals.OFFSET);
          }
        }
      }
    }
  }

  /** Calls a semantic method: pushes its operands, brings the flags up to date, and takes its result. */
  void call(Names.MethodName method, Operand[] operands, int firstRead, boolean writesFlags, boolean writesFirst) {
    flags.store();
    code.aload(Locals.CPU);
    for (int i = firstRead; i < operands.length; i++) {
      push(operands[i]);
    }
    code.constant(operands[0].size());
    method.call(code.visitor());
    if (writesFlags) {
      flags.set(LazyFlags.IN_STATE);
    }
    if (writesFirst) {
      pop(operands[0]);
    }
  }

  /** Whether every operand is of a kind that can be emitted. */
  private boolean areKnown(Instruction instruction) {
    for (Operand operand : instruction.operands()) {
      switch (operand) {
        case Operand.Register register -> {
        }
        case Operand.Immediate immediate -> {
        }
        case Operand.Memory memory -> {
          if (!isReachable(memory, codeSize) || memory.size() > 8) {
            return false;
          }
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether the linear address of a memory operand can be computed here. */
  static boolean isReachable(Operand.Memory memory, int codeSize) {
    boolean based = memory.segment() == Reg.FS || memory.segment() == Reg.GS;
    return memory.addressSize() != 2 && (codeSize == 8 || !based && memory.segment() != Reg.CS);
  }

  // Operands.

  void push(Operand operand) {
    switch (operand) {
      case Operand.Register register -> {
        if (register.highByte()) {
          code.lload(Locals.register(register.index()));
          code.constant(8);
          code.op(LUSHR);
          code.zeroExtend(1);
        } else {
          pushRegister(register.index(), register.size());
        }
      }
      case Operand.Immediate immediate -> code.constant(Bits.zeroExtend(immediate.value(), immediate.size()));
      case Operand.Memory memory -> {
        code.lload(Locals.OFFSET);
        load(memory.size());
      }
      default -> throw new AssertionError(operand);
    }
  }

  private void pushRegister(int index, int size) {
    code.lload(Locals.register(index));
    if (size < codeSize) {
      code.zeroExtend(size);
    }
  }

  /** Writes the long on the stack to an operand. */
  void pop(Operand operand) {
    switch (operand) {
      case Operand.Register register -> {
        if (register.highByte()) {
          popHighByte(register.index());
        } else {
          popRegister(register.index(), register.size());
        }
      }
      case Operand.Memory memory -> {
        code.lstore(Locals.TEMPORARY_1);
        code.lload(Locals.OFFSET);
        code.lload(Locals.TEMPORARY_1);
        store(memory.size());
      }
      default -> throw new AssertionError(operand);
    }
  }

  private void popRegister(int index, int size) {
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

  private void pushEffectiveAddress(Operand.Memory memory) {
    boolean empty = true;
    if (memory.ripRelative()) {
      unit.pushAddress(unit.next() + memory.displacement());
      empty = false;
    }
    if (memory.base() != Reg.NONE) {
      code.lload(Locals.register(memory.base()));
      empty = addTo(empty);
    }
    if (memory.index() != Reg.NONE) {
      code.lload(Locals.register(memory.index()));
      if (memory.scale() != 0) {
        code.constant(memory.scale());
        code.op(LSHL);
      }
      empty = addTo(empty);
    }
    if (empty || memory.displacement() != 0 && !memory.ripRelative()) {
      code.constant(memory.displacement());
      addTo(empty);
    }
    if (memory.addressSize() == 4) {
      code.zeroExtend(4);
    }
  }

  private boolean addTo(boolean empty) {
    if (!empty) {
      code.op(LADD);
    }
    return false;
  }

  void pushLinearAddress(Operand.Memory memory) {
    pushEffectiveAddress(memory);
    if (memory.segment() == Reg.FS || memory.segment() == Reg.GS) {
      code.lload(memory.segment() == Reg.FS ? Locals.FS_BASE : Locals.GS_BASE);
      code.op(LADD);
    }
  }

  /** Replaces the linear address on the stack by its place in host memory, or leaves. */
  void probe(int size, boolean write) {
    code.lstore(Locals.TEMPORARY_2);
    code.aload(Locals.TLB);
    code.iload(write ? Locals.TLB_WRITE : Locals.TLB_READ);
    code.lload(Locals.TEMPORARY_2);
    code.constant(size);
    Names.PROBE.call(code.visitor());
    code.op(DUP2);
    code.lstore(Locals.TEMPORARY_3);
    code.op(LCONST_0);
    code.op(LCMP);
    code.jump(IFLT, unit.miss());
    code.lload(Locals.TEMPORARY_3);
  }

  void load(int size) {
    switch (size) {
      case 8 -> Names.GET_LONG.call(code.visitor());
      case 4 -> {
        Names.GET_INT.call(code.visitor());
        code.op(I2L);
        code.zeroExtend(4);
      }
      case 2 -> {
        Names.GET_SHORT.call(code.visitor());
        code.op(I2L);
        code.zeroExtend(2);
      }
      default -> {
        Names.GET_BYTE.call(code.visitor());
        code.op(I2L);
        code.zeroExtend(1);
      }
    }
  }

  private void store(int size) {
    switch (size) {
      case 8 -> Names.PUT_LONG.call(code.visitor());
      case 4 -> {
        code.op(L2I);
        Names.PUT_INT.call(code.visitor());
      }
      case 2 -> {
        code.op(L2I);
        code.op(I2S);
        Names.PUT_SHORT.call(code.visitor());
      }
      default -> {
        code.op(L2I);
        code.op(I2B);
        Names.PUT_BYTE.call(code.visitor());
      }
    }
  }

  private void signExtend(int size) {
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

  // Operations.

  private void move(Operand destination, Operand source) {
    push(source);
    pop(destination);
  }

  private void binary(Operand[] operands, int opcode, int family) {
    push(operands[0]);
    push(operands[1]);
    flags.takeOperands();
    flags.set(family | operands[0].size());
    code.lload(Locals.FLAG_A);
    code.lload(Locals.FLAG_B);
    code.op(opcode);
    pop(operands[0]);
  }

  private void logic(Operand[] operands, int opcode) {
    int size = operands[0].size();
    boolean clears = opcode == LXOR && operands[0].equals(operands[1]);
    if (clears) {
      code.constant(0L);
    } else {
      push(operands[0]);
      push(operands[1]);
      code.op(opcode);
    }
    code.lstore(Locals.FLAG_A);
    flags.set(LazyFlags.LOGIC | size);
    code.lload(Locals.FLAG_A);
    pop(operands[0]);
  }

  private void increment(Operand operand, int opcode, int family) {
    push(operand);
    code.lstore(Locals.TEMPORARY_1);
    flags.pushCarry();
    code.lstore(Locals.FLAG_B);
    code.lload(Locals.TEMPORARY_1);
    code.lstore(Locals.FLAG_A);
    flags.set(family | operand.size());
    code.lload(Locals.FLAG_A);
    code.constant(1L);
    code.op(opcode);
    pop(operand);
  }

  private void negate(Operand operand) {
    push(operand);
    code.lstore(Locals.FLAG_B);
    code.constant(0L);
    code.lstore(Locals.FLAG_A);
    flags.set(LazyFlags.DIFFERENCE | operand.size());
    code.constant(0L);
    code.lload(Locals.FLAG_B);
    code.op(LSUB);
    pop(operand);
  }

  private boolean shift(Instruction instruction) {
    Operand operand = instruction.operand(0);
    if (!(instruction.operand(1) instanceof Operand.Immediate immediate)) {
      return false;
    }
    int size = operand.size();
    int count = (int) immediate.value() & (size == 8 ? 63 : 31);
    if (count == 0 || count >= 8 * size) {
      return false;
    }
    push(operand);
    code.lstore(Locals.FLAG_A);
    code.constant((long) count);
    code.lstore(Locals.FLAG_B);
    code.lload(Locals.FLAG_A);
    int family;
    switch (instruction.op()) {
      case SHL -> {
        family = LazyFlags.SHIFT_LEFT;
        code.constant(count);
        code.op(LSHL);
      }
      case SHR -> {
        family = LazyFlags.SHIFT_RIGHT;
        code.constant(count);
        code.op(LUSHR);
      }
      default -> {
        family = LazyFlags.SHIFT_SIGNED;
        signExtend(size);
        code.constant(count);
        code.op(LSHR);
      }
    }
    flags.set(family | size);
    pop(operand);
    return true;
  }

  private int stackWidth() {
    return codeSize;
  }

  private void pushStack(Operand operand) {
    int size = operand.size();
    push(operand);
    code.lstore(Locals.TEMPORARY_1);
    pushOnStack(size);
  }

  /** Stores {@link Locals#TEMPORARY_1} below the stack pointer and moves it. */
  private void pushOnStack(int size) {
    pushRegister(Reg.RSP, stackWidth());
    code.constant((long) size);
    code.op(LSUB);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
    code.op(DUP2);
    code.lstore(Locals.OFFSET);
    probe(size, true);
    code.lload(Locals.TEMPORARY_1);
    store(size);
    code.lload(Locals.OFFSET);
    code.lstore(Locals.register(Reg.RSP));
  }

  /** Pushes the top of the stack and moves the stack pointer. */
  private void popFromStack(int size, long release) {
    pushRegister(Reg.RSP, stackWidth());
    probe(size, false);
    load(size);
    moveStack(size + release);
  }

  private void moveStack(long distance) {
    code.lload(Locals.register(Reg.RSP));
    code.constant(distance);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
    code.lstore(Locals.register(Reg.RSP));
  }

  private void leave() {
    int size = stackWidth();
    code.lload(Locals.register(Reg.RBP));
    code.op(DUP2);
    code.lstore(Locals.OFFSET);
    probe(size, false);
    load(size);
    code.lstore(Locals.register(Reg.RBP));
    code.lload(Locals.OFFSET);
    code.constant((long) size);
    code.op(LADD);
    if (codeSize == 4) {
      code.zeroExtend(4);
    }
    code.lstore(Locals.register(Reg.RSP));
  }

  private void setIf(Instruction instruction) {
    Label yes = new Label();
    Label done = new Label();
    flags.jumpIf(instruction.condition(), yes);
    code.constant(0L);
    code.lstore(Locals.TEMPORARY_1);
    code.jump(GOTO, done);
    code.label(yes);
    code.constant(1L);
    code.lstore(Locals.TEMPORARY_1);
    code.label(done);
    code.lload(Locals.TEMPORARY_1);
    pop(instruction.operand(0));
  }

  private void moveIf(Instruction instruction) {
    Operand destination = instruction.operand(0);
    Label yes = new Label();
    push(instruction.operand(1));
    code.lstore(Locals.TEMPORARY_1);
    flags.jumpIf(instruction.condition(), yes);
    push(destination);
    code.lstore(Locals.TEMPORARY_1);
    code.label(yes);
    code.lload(Locals.TEMPORARY_1);
    pop(destination);
  }

  private void byteSwap(Operand operand) {
    push(operand);
    if (operand.size() == 8) {
      Names.REVERSE_LONG.call(code.visitor());
    } else {
      code.op(L2I);
      Names.REVERSE_INT.call(code.visitor());
      code.op(I2L);
    }
    pop(operand);
  }

  // Control transfers.

  /** Pushes the address at distance {@code next} from the head on the guest's stack. */
  void pushReturnAddress(long next) {
    unit.pushAddress(next);
    code.lstore(Locals.TEMPORARY_1);
    pushOnStack(codeSize);
  }

  /** Emits a return or an indirect transfer up to where RIP at exit is known; false if it must be interpreted. */
  boolean emitComputed(Instruction instruction) {
    if (!areKnown(instruction)) {
      return false;
    }
    prepare(instruction);
    switch (instruction.op()) {
      case RET -> {
        long release = instruction.operands().length == 0 ? 0 : ((Operand.Immediate) instruction.operand(0)).value();
        pushRegister(Reg.RSP, codeSize);
        probe(codeSize, false);
        load(codeSize);
        code.lstore(Locals.TEMPORARY_1);
        checkTarget();
        moveStack(codeSize + release);
        code.lload(Locals.TEMPORARY_1);
        code.lstore(Locals.EXIT_RIP);
      }
      case JMP -> {
        push(instruction.operand(0));
        code.lstore(Locals.TEMPORARY_1);
        checkTarget();
        code.lload(Locals.TEMPORARY_1);
        code.lstore(Locals.EXIT_RIP);
      }
      case CALL -> {
        push(instruction.operand(0));
        code.lstore(Locals.TEMPORARY_1);
        checkTarget();
        code.lload(Locals.TEMPORARY_1);
        code.lstore(Locals.EXIT_RIP);
        unit.pushAddress(unit.next());
        code.lstore(Locals.TEMPORARY_1);
        pushOnStack(codeSize);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Leaves if the target in {@link Locals#TEMPORARY_1} is not canonical. */
  private void checkTarget() {
    if (codeSize == 8) {
      code.lload(Locals.TEMPORARY_1);
      code.constant(16);
      code.op(LSHL);
      code.constant(16);
      code.op(LSHR);
      code.lload(Locals.TEMPORARY_1);
      code.op(LCMP);
      code.jump(IFNE, unit.miss());
    }
  }
}
