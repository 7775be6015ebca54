package dev.hagen.semantics;

import static dev.hagen.x86.Reg.CS;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RSP;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;

/** Near control transfers (SDM vol. 1 5.1.7). A target that is not allowed faults before anything changes. */
public final class Branches {
  private Branches() {}

  @Semantics(Op.JMP)
  public static void jmp(CpuState cpu, Instruction insn) {
    cpu.rip = target(cpu, insn);
  }

  @Semantics(Op.JCC)
  public static void jcc(CpuState cpu, Instruction insn) {
    if (cpu.condition(insn.condition())) {
      cpu.rip = target(cpu, insn);
    }
  }

  /** Jumps if CX, ECX or RCX, by address size, is zero. */
  @Semantics(Op.JCXZ)
  public static void jcxz(CpuState cpu, Instruction insn) {
    if (cpu.register(RCX, insn.addressSize()) == 0) {
      cpu.rip = target(cpu, insn);
    }
  }

  /** Counts CX, ECX or RCX, by address size, down and jumps unless it has become zero. */
  @Semantics(Op.LOOP)
  public static void loop(CpuState cpu, Instruction insn) {
    loop(cpu, insn, true);
  }

  /** Likewise, but jumps only if ZF is set too. */
  @Semantics(Op.LOOPE)
  public static void loope(CpuState cpu, Instruction insn) {
    loop(cpu, insn, cpu.zf());
  }

  /** Likewise, but jumps only if ZF is clear too. */
  @Semantics(Op.LOOPNE)
  public static void loopne(CpuState cpu, Instruction insn) {
    loop(cpu, insn, !cpu.zf());
  }

  private static void loop(CpuState cpu, Instruction insn, boolean condition) {
    int size = insn.addressSize();
    long count = Bits.zeroExtend(cpu.gpr[RCX] - 1, size);
    if (condition && count != 0) {
      cpu.rip = target(cpu, insn);
    }
    cpu.setRegister(RCX, count, size);
  }

  /** Pushes the address of the next instruction and jumps. A fault of the push comes before one of the target. */
  @Semantics(Op.CALL)
  public static void call(CpuState cpu, Instruction insn) {
    long target = unchecked(cpu, insn);
    int size = insn.operandSize();
    if (!isAllowed(cpu, insn.codeSize(), target)) {
      StackAccess.checkPush(cpu, size);
      throw cpu.generalProtection(0);
    }
    StackAccess.push(cpu, cpu.rip, size);
    cpu.rip = target;
  }

  /** Pops RIP, then drops as many bytes of parameters as the operand, if there is one, says. */
  @Semantics(Op.RET)
  public static void ret(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    long target = StackAccess.peek(cpu, 0, size);
    checkTarget(cpu, insn.codeSize(), target);
    long parameters = insn.operands().length == 0 ? 0 : Operands.read(cpu, insn, 0) & 0xFFFF;
    StackAccess.setPointer(cpu, cpu.gpr[RSP] + size + parameters);
    cpu.rip = target;
  }

  /**
   * #BR if the signed index in the first operand is outside the pair of bounds in memory.
   *
   * @throws GuestException #BR
   */
  @Semantics(Op.BOUND)
  public static void bound(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    Operand.Memory memory = (Operand.Memory) insn.operand(1);
    long address = Operands.effectiveAddress(cpu, memory);
    long second = Bits.zeroExtend(address + size, memory.addressSize());
    long index = Bits.signExtend(Operands.read(cpu, insn, 0), size);
    long lower = Bits.signExtend(SegmentedMemory.load(cpu, memory.segment(), address, size), size);
    long upper = Bits.signExtend(SegmentedMemory.load(cpu, memory.segment(), second, size), size);
    if (index < lower || index > upper) {
      throw cpu.raise(Vector.BR);
    }
  }

  /** The target of a near jump, cut to the operand size and checked. */
  private static long target(CpuState cpu, Instruction insn) {
    long target = unchecked(cpu, insn);
    checkTarget(cpu, insn.codeSize(), target);
    return target;
  }

  private static long unchecked(CpuState cpu, Instruction insn) {
    Operand operand = insn.operand(0);
    long target = operand instanceof Operand.Relative relative
        ? cpu.rip + relative.displacement()
        : Operands.read(cpu, insn, 0);
    return Bits.zeroExtend(target, insn.operandSize());
  }

  private static void checkTarget(CpuState cpu, int codeSize, long target) {
    if (!isAllowed(cpu, codeSize, target)) {
      throw cpu.generalProtection(0);
    }
  }

  /** Whether a near transfer may go to {@code target}: canonical, or within the code segment's limit. */
  private static boolean isAllowed(CpuState cpu, int codeSize, long target) {
    return codeSize == 8 ? Bits.isCanonical(target) : Long.compareUnsigned(target, cpu.segment[CS].limit) <= 0;
  }
}
