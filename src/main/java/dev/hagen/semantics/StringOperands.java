package dev.hagen.semantics;

import static dev.hagen.x86.Reg.ES;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDI;
import static dev.hagen.x86.Reg.RSI;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Flags;

/**
 * Index registers, count and interruption of string instructions. Registers are as wide as the address size: writing 16
 * bits leaves the rest alone, writing 32 clears the upper half.
 */
final class StringOperands {
  private static final int PAGE = 0x1000;

  private StringOperands() {}

  /** The repeat count. */
  static long count(CpuState cpu, Instruction insn) {
    return cpu.register(RCX, insn.addressSize());
  }

  /** The offset in index register {@code register}. */
  static long offset(CpuState cpu, Instruction insn, int register) {
    return cpu.register(register, insn.addressSize());
  }

  /** The element at the source index. */
  static long loadSource(CpuState cpu, Instruction insn) {
    return SegmentedMemory.load(cpu, insn.segment(), offset(cpu, insn, RSI), insn.operandSize());
  }

  /** Moves an index register by {@code elements}, downwards if DF is set. */
  static void advance(CpuState cpu, Instruction insn, int register, long elements) {
    long distance = elements * insn.operandSize();
    boolean down = (cpu.systemFlags & Flags.DF) != 0;
    cpu.setRegister(register, cpu.gpr[register] + (down ? -distance : distance), insn.addressSize());
  }

  /** Whether several elements may be taken at once: upwards, and without a trap after each. */
  static boolean mayTakeSeveral(CpuState cpu) {
    return (cpu.systemFlags & (Flags.DF | Flags.TF)) == 0;
  }

  /**
   * How many of {@code left} elements from index register {@code register} (at {@code linear}) on lie in one page,
   * without the index wrapping or passing the segment's limit. 0 if the first does not.
   */
  static long inPage(CpuState cpu, Instruction insn, int register, int segment, long linear, long left) {
    int size = insn.operandSize();
    long room = PAGE - (linear & PAGE - 1);
    if (insn.addressSize() != 8) {
      room = Math.min(room, (1L << (insn.addressSize() << 3)) - offset(cpu, insn, register));
    }
    if (insn.codeSize() != 8 && !ExecutionContext.isFlat(cpu.context)) {
      room = Math.min(room, beforeLimit(cpu.segment[segment], offset(cpu, insn, register)));
    }
    long elements = room / size;
    return elements <= 0 ? 0 : Long.compareUnsigned(left, elements) < 0 ? left : elements;
  }

  /** Bytes from {@code offset} up to the limit of a segment; none known in one that expands down. */
  private static long beforeLimit(SegmentRegister segment, long offset) {
    boolean down = (segment.attributes & (SegmentRegister.CODE | SegmentRegister.EXPAND_DOWN_OR_CONFORMING))
        == SegmentRegister.EXPAND_DOWN_OR_CONFORMING;
    return down ? 0 : segment.limit + 1 - offset;
  }

  /** The linear address of the element at an index register for reading. */
  static long linearForLoad(CpuState cpu, Instruction insn, int register, int segment) {
    return SegmentedMemory.linearForLoad(cpu, segment, offset(cpu, insn, register), insn.operandSize());
  }

  /** The linear address of the destination element for writing. */
  static long linearForStore(CpuState cpu, Instruction insn) {
    return SegmentedMemory.linearForStore(cpu, ES, offset(cpu, insn, RDI), insn.operandSize());
  }

  /**
   * Whether a repeated instruction with work left must stop after this step: for an event, a single-step trap, or
   * because the step has changed code. If so it is made to start again, with RF set so that it does not hit an
   * instruction breakpoint twice (SDM vol. 3B 17.3.1.1).
   */
  static boolean interrupted(CpuState cpu, Instruction insn) {
    if (cpu.pending() == 0 && !cpu.leaveBlock && (cpu.systemFlags & Flags.TF) == 0) {
      return false;
    }
    cpu.rip = Bits.zeroExtend(cpu.rip - insn.length(), insn.codeSize());
    cpu.systemFlags |= Flags.RF;
    cpu.leaveBlock = true;
    cpu.retired--;
    return true;
  }
}
