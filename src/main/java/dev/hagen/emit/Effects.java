package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.Interpreter;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an instruction is emitted, and what it does to the registers that live in locals: sets of {@link Slots}.
 *
 * @param form how it is emitted
 * @param reads registers whose locals it reads
 * @param writes registers whose locals it writes as a whole
 * @param clean registers whose values the state has behind it
 * @param step the use of registers by its step, if it is executed by that among the locals
 * @param mayLeave whether the unit may leave before it, with nothing changed
 * @param readsFlags whether the flags before it matter to it
 * @param setsFlags whether no flag is after it as it was before
 */
record Effects(Form form, long reads, long writes, long clean, @Nullable StepUse step, boolean mayLeave,
    boolean readsFlags, boolean setsFlags) {
  /** How an instruction is emitted. */
  enum Form {
    /** As bytecode on locals, perhaps with the call of a semantic method. */
    VALUE,
    /** By its step, or the semantic method that this calls, among the locals. */
    STEP,
    /** Likewise with everything in the state. */
    INTERPRETED
  }

  /** Of an instruction that the unit leaves to the interpreter. */
  static final Effects NOTHING = new Effects(Form.VALUE, 0, 0, 0, null, true, true, false);

  private static final Set<Op> SETTING = EnumSet.of(Op.ADD, Op.ADC, Op.SUB, Op.SBB, Op.CMP, Op.NEG, Op.AND, Op.OR, Op.XOR,
      Op.TEST, Op.POPCNT, Op.BSF, Op.BSR, Op.XADD, Op.CMPXCHG);
  private static final Set<Op> NOT_ACCESSING = EnumSet.of(Op.LEA, Op.NOP, Op.PREFETCH);
  private static final Set<Op> LEAVING =
      EnumSet.of(Op.PUSH, Op.POP, Op.LEAVE, Op.CALL, Op.RET, Op.DIV, Op.IDIV);

  /**
   * Of an instruction that falls through.
   *
   * @param at its distance from the region's head
   * @param vectors whether SSE instructions may have bytecode of their own
   * @param x87 whether x87 instructions may
   * @param plan which of these compute on locals
   * @param record what is known of it, see {@link dev.hagen.interpret.Interpreter#record}: one that units would leave for all
   *     the time is executed by its step
   */
  static Effects of(Instruction instruction, long at, int codeSize, boolean intrinsics, boolean vectors, boolean x87,
      X87Plan plan, int record) {
    XmmForm vector = vectors ? XmmForm.of(instruction) : null;
    if (vector != null && (!Interpreter.isWorst(record) || vector.computes())) {
      return vector(instruction, vector, codeSize);
    }
    if (x87 && !Interpreter.isWorst(record) && X87Emitter.canEmit(instruction, codeSize)) {
      return x87(instruction, codeSize, plan.place(at));
    }
    boolean leaves = Interpreter.isWorst(record) || record != 0 && !accessesMemory(instruction);
    if (!leaves && InstructionEmitter.canEmit(instruction, codeSize, intrinsics)) {
      return value(instruction, codeSize, intrinsics);
    }
    StepUse step = StepUse.of(instruction);
    if (step != null) {
      return new Effects(Form.STEP, 0, step.changed, step.named | step.changed, step, true,
          StepUse.needsFlags(instruction.op()), false);
    }
    return new Effects(Form.INTERPRETED, 0, 0, -1, null, true, true, false);
  }

  /** Of an instruction that is emitted as bytecode, control transfers included. */
  static Effects value(Instruction instruction, int codeSize, boolean intrinsics) {
    long reads = 0;
    long writes = 0;
    boolean memory = false;
    Op op = instruction.op();
    Operand[] operands = instruction.operands();
    for (int i = 0; i < operands.length; i++) {
      if (operands[i] instanceof Operand.Register register) {
        boolean exchanged = op == Op.XCHG || op == Op.XADD;
        boolean written = exchanged || i == 0 && op.access() != Op.Access.READ;
        boolean whole = !register.highByte() && (register.size() == codeSize || register.size() >= 4);
        if (!written || !whole || exchanged || op.access() == Op.Access.READ_WRITE) {
          reads |= Slots.general(register.index());
        }
        writes |= written ? Slots.general(register.index()) : 0;
      } else if (operands[i] instanceof Operand.Memory place) {
        reads |= Slots.general(place.base()) | Slots.general(place.index());
        memory |= !NOT_ACCESSING.contains(op);
      }
    }
    writes |= impliedlyWritten(op);
    reads |= impliedlyRead(instruction);
    return new Effects(Form.VALUE, intrinsics && isClearing(instruction) ? reads & ~writes : reads, writes, 0, null,
        memory || LEAVING.contains(op), readsFlags(op), setsFlags(instruction));
  }

  /** Of an x87 instruction that is emitted as bytecode. */
  private static Effects x87(Instruction instruction, int codeSize, X87Plan.@Nullable Place place) {
    Effects general = value(instruction, codeSize, true);
    boolean flags = instruction.op().flagsRead() != 0 || StepUse.writesFlags(instruction.op());
    if (place != null) {
      return new Effects(Form.VALUE, general.reads | place.form().reads(place.depth()),
          place.form().writes(place.depth(), instruction), 0, null, true, flags, false);
    }
    return new Effects(Form.VALUE, general.reads, Slots.ALL_X87, Slots.ALL_X87, null, true, flags, false);
  }

  /** Of an SSE instruction that is emitted as bytecode. */
  private static Effects vector(Instruction instruction, XmmForm form, int codeSize) {
    Effects general = value(instruction, codeSize, true);
    long reads = general.reads;
    long writes = general.writes;
    long clean = 0;
    if (instruction.operand(0) instanceof Operand.Xmm first) {
      reads |= Slots.halves(first.index(), form.read());
      writes |= Slots.halves(first.index(), form.written());
    }
    if (instruction.operand(1) instanceof Operand.Xmm second) {
      reads |= Slots.halves(second.index(), form.source());
    }
    if (form.kind() == XmmForm.Kind.CALL) {
      // The method works on the state.
      clean = (reads | writes) & Slots.ALL_HALVES;
      reads &= ~clean;
    }
    boolean order = form.kind() == XmmForm.Kind.ORDER;
    return new Effects(Form.VALUE, reads, writes, clean, null, general.mayLeave || form.computes(), general.readsFlags,
        order);
  }

  private static boolean accessesMemory(Instruction instruction) {
    return instruction.memory() != null || instruction.op() == Op.PUSH || instruction.op() == Op.POP
        || instruction.op() == Op.LEAVE;
  }

  /** The registers that its step uses, or its method, in the state. */
  long used() {
    long byStep = step == null ? 0 : step.named | step.changed;
    return form == Form.INTERPRETED ? byStep : byStep | clean;
  }

  /** The registers that only locals have behind it, given those before it. */
  long dirtyAfter(long dirty) {
    return (dirty | writes) & ~clean;
  }

  /** Whether the result does not depend on the operands: XOR and SUB of a register with itself. */
  static boolean isClearing(Instruction instruction) {
    Op op = instruction.op();
    return (op == Op.XOR || op == Op.SUB) && instruction.operand(0).size() >= 4
        && instruction.operand(0).equals(instruction.operand(1));
  }

  private static int impliedlyRead(Instruction instruction) {
    return switch (instruction.op()) {
      case CWD -> instruction.operandSize() >= 4 ? 1 << Reg.RAX : 1 << Reg.RAX | 1 << Reg.RDX;
      case JCXZ -> 1 << Reg.RCX;
      default -> impliedlyWritten(instruction.op());
    };
  }

  private static int impliedlyWritten(Op op) {
    return switch (op) {
      case PUSH, POP, CALL, RET -> 1 << Reg.RSP;
      case LEAVE -> 1 << Reg.RSP | 1 << Reg.RBP;
      case CBW, CMPXCHG -> 1 << Reg.RAX;
      case MUL, IMUL1, DIV, IDIV -> 1 << Reg.RAX | 1 << Reg.RDX;
      case CWD -> 1 << Reg.RDX;
      case LOOP, LOOPE, LOOPNE -> 1 << Reg.RCX;
      default -> 0;
    };
  }

  private static boolean readsFlags(Op op) {
    return op.flagsRead() != 0 || StepUse.needsFlags(op) && !SETTING.contains(op) && !isShift(op);
  }

  private static boolean isShift(Op op) {
    return op == Op.SHL || op == Op.SHR || op == Op.SAR;
  }

  private static boolean setsFlags(Instruction instruction) {
    Op op = instruction.op();
    return SETTING.contains(op) || isShift(op) && instruction.operand(1) instanceof Operand.Immediate immediate
        && count(immediate, instruction.operand(0).size()) != 0;
  }

  /** The count of a shift by a constant. */
  static int count(Operand.Immediate immediate, int size) {
    return (int) immediate.value() & (size == 8 ? 63 : 31);
  }

  /** Whether the flags before the instruction may be wanted, given whether those after it are. */
  boolean flagsLiveBefore(boolean liveAfter) {
    return mayLeave || readsFlags || liveAfter && !setsFlags;
  }

  /** Whether any arithmetic flag changes. */
  static boolean changesFlags(Op op) {
    return ((op.flagsWritten() | op.flagsUndefined()) & Flags.ARITHMETIC) != 0;
  }
}
