package dev.hagen.emit;

import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which registers the step of an instruction reads and writes, for instructions whose step may run in the
 * middle of a unit while the other registers stay in locals: it touches nothing else but memory, flags, segment registers and
 * the floating-point units, and changes nothing if it faults. Registers are bits: {@link Slots}.
 */
final class StepUse {
  private static final Set<Op> PLAIN = EnumSet.of(Op.BT, Op.BTS, Op.BTR, Op.BTC, Op.BSF, Op.BSR, Op.XADD, Op.XCHG,
      Op.CRC32, Op.CLC, Op.STC, Op.CMC, Op.CLD, Op.STD, Op.LFENCE, Op.MFENCE, Op.SFENCE, Op.ADD, Op.ADC, Op.SUB,
      Op.SBB, Op.AND, Op.OR, Op.XOR, Op.INC, Op.DEC, Op.NEG, Op.NOT, Op.MOV, Op.MOVZX, Op.MOVSX, Op.MOVSXD, Op.CMP,
      Op.TEST, Op.SETCC, Op.CMOVCC, Op.SHL, Op.SHR, Op.SAR, Op.ROL, Op.ROR, Op.IMUL2, Op.IMUL3, Op.BSWAP);
  private static final Set<Op> ACCUMULATOR = EnumSet.of(Op.LAHF, Op.SAHF, Op.CMPXCHG, Op.SALC);
  private static final Set<Op> ACCUMULATOR_PAIR = EnumSet.of(Op.MUL, Op.IMUL1, Op.DIV, Op.IDIV);
  private static final Set<Op> FOUR = EnumSet.of(Op.CMPXCHG8B, Op.CMPXCHG16B);
  /** Instructions that change the interrupt flag, a segment register or the base of GS, and no general register implied. */
  private static final Set<Op> SYSTEM = EnumSet.of(Op.CLI, Op.STI, Op.MOV_FROM_SEG, Op.MOV_TO_SEG, Op.SWAPGS);
  /** Instructions that push or pop something else than a general register or memory. */
  private static final Set<Op> STACK = EnumSet.of(Op.PUSHF, Op.POPF, Op.PUSH_SEG, Op.POP_SEG);
  private static final int UNITS = Check.SSE | Check.MMX | Check.X87 | Check.X87_CONTROL;
  /**
   * Instructions of the floating-point units with implied registers, or with the state of more than one unit; LDMXCSR
   * changes how the others are computed.
   */
  private static final Set<Op> IRREGULAR = EnumSet.of(Op.MASKMOVQ, Op.MASKMOVDQU, Op.PCMPESTRI, Op.PCMPESTRM,
      Op.PCMPISTRI, Op.PCMPISTRM, Op.LDMXCSR, Op.FXSAVE, Op.FXRSTOR, Op.XSAVE, Op.XSAVEC, Op.XSAVEOPT, Op.XSAVES,
      Op.XRSTOR, Op.XRSTORS);
  /** Instructions of the x87 that leave its registers alone. */
  private static final Set<Op> CONTROL = EnumSet.of(Op.FNSTCW, Op.FLDCW, Op.FNSTSW, Op.FNCLEX);
  /** Operations that XMM0 takes part in without being an operand. */
  private static final Set<Op> BLENDS = EnumSet.of(Op.BLENDVPS, Op.BLENDVPD, Op.PBLENDVB);

  /** Registers that the state must have before the step. */
  long named;
  /** Registers that the step may have changed. */
  long changed;

  private StepUse() {}

  /** The use of an instruction, or null if its step must not run among locals. */
  static @Nullable StepUse of(Instruction instruction) {
    Op op = instruction.op();
    StepUse use = new StepUse();
    if (ACCUMULATOR.contains(op)) {
      use.change(Reg.RAX);
    } else if (ACCUMULATOR_PAIR.contains(op)) {
      use.change(Reg.RAX);
      use.change(Reg.RDX);
    } else if (FOUR.contains(op)) {
      use.change(Reg.RAX);
      use.change(Reg.RDX);
      use.name(Reg.RBX);
      use.name(Reg.RCX);
    } else if (STACK.contains(op)) {
      use.change(Reg.RSP);
    } else if (op == Op.CPUID) {
      use.change(Reg.RAX);
      use.change(Reg.RBX);
      use.change(Reg.RCX);
      use.change(Reg.RDX);
    } else if (asksTime(op)) {
      use.change(Reg.RAX);
      use.change(Reg.RDX);
    } else if (!PLAIN.contains(op) && !SYSTEM.contains(op) && ((instruction.checks() & UNITS) == 0 || IRREGULAR.contains(op))) {
      return null;
    }
    if (X87Plan.usesRegisters(instruction) && !CONTROL.contains(op)) {
      use.named |= Slots.ALL_X87;
      use.changed |= Slots.ALL_X87;
    }
    Operand[] operands = instruction.operands();
    for (int i = 0; i < operands.length; i++) {
      if (operands[i] instanceof Operand.Register register) {
        boolean written = i == 0 && op.access() != Op.Access.READ || op == Op.XCHG || op == Op.XADD;
        use.name(register.index());
        use.changed |= written ? Slots.general(register.index()) : 0;
      } else if (operands[i] instanceof Operand.Memory memory) {
        use.name(memory.base());
        use.name(memory.index());
      } else if (operands[i] instanceof Operand.Xmm xmm) {
        use.named |= Slots.xmm(xmm.index());
        use.changed |= i == 0 ? Slots.xmm(xmm.index()) : 0;
      }
    }
    if (BLENDS.contains(op)) {
      use.named |= Slots.xmm(0);
    }
    return use;
  }

  /** Whether the step asks for the time, which may be the count of instructions. */
  static boolean asksTime(Op op) {
    return op == Op.RDTSC;
  }

  /** Whether the step may change the base of FS or GS. */
  static boolean changesSegmentBase(Instruction instruction) {
    return instruction.op() == Op.SWAPGS || (instruction.op() == Op.MOV_TO_SEG || instruction.op() == Op.POP_SEG)
        && instruction.operand(0) instanceof Operand.Segment segment && segment.index() >= Reg.FS;
  }

  /** Whether an SSE operation has registers that are no operands. */
  static boolean hasImplied(Op op) {
    return IRREGULAR.contains(op) || BLENDS.contains(op);
  }

  private void change(int register) {
    name(register);
    changed |= Slots.general(register);
  }

  private void name(int register) {
    named |= Slots.general(register);
  }

  /** Whether the state must have the flags before the step: it reads some, or leaves some as they were. */
  static boolean needsFlags(Op op) {
    return op.flagsRead() != 0 || writesFlags(op) && op.flagsWritten() != Flags.ARITHMETIC;
  }

  static boolean writesFlags(Op op) {
    return (op.flagsWritten() | op.flagsUndefined()) != 0;
  }
}
