package dev.hagen.semantics;

import static dev.hagen.decode.Op.CALL_FAR;
import static dev.hagen.decode.Op.JMP_FAR;
import static dev.hagen.decode.Op.RET_FAR;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Operand;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Far JMP, CALL and RET (SDM vol. 2A CALL, JMP, vol. 2B RET, vol. 3A 5.8). Gates are {@link CallGate}'s. */
public final class FarTransfer {
  private FarTransfer() {}

  /** JMP to another segment, through a call gate, or to another task. */
  @Semantics(JMP_FAR)
  public static void jump(CpuState cpu, Instruction insn) {
    int size = SegmentLoader.offsetSize(cpu, insn);
    long offset = offset(cpu, insn, size);
    int selector = selector(cpu, insn, size);
    if (cpu.usesRealSegments()) {
      enterReal(cpu, selector, offset);
      return;
    }
    long raw = target(cpu, selector);
    if (Descriptor.isSystem(raw)) {
      CallGate.transfer(cpu, selector, raw, false);
      return;
    }
    checkDirect(cpu, selector, raw);
    checkOffset(cpu, raw, offset);
    enter(cpu, selector, raw, cpu.cpl, offset);
  }

  /** CALL of a procedure in another segment, through a call gate, or of another task. */
  @Semantics(CALL_FAR)
  public static void call(CpuState cpu, Instruction insn) {
    int size = SegmentLoader.offsetSize(cpu, insn);
    long offset = offset(cpu, insn, size);
    int selector = selector(cpu, insn, size);
    if (cpu.usesRealSegments()) {
      StackCursor stack = pushReturn(cpu, insn);
      checkRealOffset(cpu, offset);
      stack.commit();
      enterReal(cpu, selector, offset);
      return;
    }
    long raw = target(cpu, selector);
    if (Descriptor.isSystem(raw)) {
      CallGate.transfer(cpu, selector, raw, true);
      return;
    }
    checkDirect(cpu, selector, raw);
    StackCursor stack = pushReturn(cpu, insn);
    checkOffset(cpu, raw, offset);
    raw = DescriptorTable.touch(cpu, selector, raw);
    stack.commit();
    enter(cpu, selector, raw, cpu.cpl, offset);
  }

  /**
   * RET to another segment, perhaps of an outer privilege level, dropping parameters. It reads CS before RIP, and for
   * another privilege level SS before RSP, all before it checks any of them: this shows in page faults.
   */
  @Semantics(RET_FAR)
  public static void ret(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    int parameters = insn.operands().length == 0 ? 0
        : (int) ((Operand.Immediate) insn.operand(0)).value() & 0xFFFF;
    StackCursor stack = StackCursor.current(cpu, 0);
    int selector = (int) stack.peek(size, size) & 0xFFFF;
    long offset = stack.pop(size);
    stack.skip(size);
    if (cpu.usesRealSegments()) {
      checkRealOffset(cpu, offset);
      stack.skip(parameters);
      stack.commit();
      enterReal(cpu, selector, offset);
      return;
    }
    int rpl = selector & 3;
    stack.skip(parameters);
    if (rpl == cpu.cpl) {
      long raw = FarReturn.checkCode(cpu, selector);
      checkOffset(cpu, raw, offset);
      raw = DescriptorTable.touch(cpu, selector, raw);
      stack.commit();
      enter(cpu, selector, raw, rpl, offset);
      return;
    }
    int newStack = (int) stack.peek(size, size) & 0xFFFF;
    long newPointer = stack.pop(size);
    long raw = FarReturn.checkCode(cpu, selector);
    FarReturn.outward(cpu, selector, raw, offset, newStack, newPointer, parameters);
  }

  private static long offset(CpuState cpu, Instruction insn, int size) {
    return insn.operand(0) instanceof Operand.FarPointer pointer ? Bits.zeroExtend(pointer.offset(), size)
        : SystemOperands.load(cpu, SystemOperands.memory(insn, 0), 0, size);
  }

  private static int selector(CpuState cpu, Instruction insn, int size) {
    return insn.operand(0) instanceof Operand.FarPointer pointer ? pointer.selector()
        : (int) SystemOperands.load(cpu, SystemOperands.memory(insn, 0), size, 2);
  }

  /** REX.W widens the stack slots even where it does not widen the pointer. */
  private static StackCursor pushReturn(CpuState cpu, Instruction insn) {
    int size = insn.has(Prefix.REX_W) ? 8 : insn.operandSize();
    StackCursor stack = StackCursor.current(cpu, 0);
    stack.push(cpu.segment[Reg.CS].selector, size);
    stack.push(cpu.rip, size);
    return stack;
  }

  private static long target(CpuState cpu, int selector) {
    if (DescriptorTable.isNull(selector)) {
      throw cpu.generalProtection(0);
    }
    return DescriptorTable.read(cpu, selector);
  }

  /** Whether the code segment may be entered without a gate. */
  private static void checkDirect(CpuState cpu, int selector, long raw) {
    int code = DescriptorTable.errorCode(selector);
    int dpl = Descriptor.dpl(raw);
    boolean privileged = Descriptor.isConformingCode(raw) ? dpl <= cpu.cpl
        : (selector & 3) <= cpu.cpl && dpl == cpu.cpl;
    if (!Descriptor.isCode(raw) || !privileged || isImpossible(cpu, raw)) {
      throw cpu.generalProtection(code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
  }

  /** In long mode a code segment must not be both 64-bit and 32-bit. */
  static boolean isImpossible(CpuState cpu, long raw) {
    return cpu.isLongMode() && Descriptor.isLong(raw) && Descriptor.isBig(raw);
  }

  /** #GP(0) for an offset outside the code segment to be entered, or not canonical in a 64-bit one. */
  static void checkOffset(CpuState cpu, long raw, long offset) {
    boolean good = cpu.isLongMode() && Descriptor.isLong(raw) ? Bits.isCanonical(offset)
        : Long.compareUnsigned(offset, Descriptor.limit(raw)) <= 0;
    if (!good) {
      throw cpu.generalProtection(0);
    }
  }

  static void checkRealOffset(CpuState cpu, long offset) {
    if (offset > cpu.segment[Reg.CS].limit) {
      throw cpu.generalProtection(0);
    }
  }

  /** CS and RIP of real or virtual-8086 mode. */
  static void enterReal(CpuState cpu, int selector, long offset) {
    checkRealOffset(cpu, offset);
    SegmentLoader.loadReal(cpu, Reg.CS, selector);
    cpu.rip = offset;
    cpu.updateContext();
    cpu.transferred = true;
  }

  /** CS, CPL and RIP of protected mode; everything has been checked. */
  static void enter(CpuState cpu, int selector, long raw, int cpl, long offset) {
    setCode(cpu, selector, raw, cpl, offset);
    cpu.updateContext();
  }

  /** The same; the caller updates the context. */
  static void setCode(CpuState cpu, int selector, long raw, int cpl, long offset) {
    SegmentRegister code = cpu.segment[Reg.CS];
    Descriptor.load(code, selector & ~3 | cpl, DescriptorTable.touch(cpu, selector, raw));
    cpu.cpl = cpl;
    cpu.rip = offset;
    cpu.transferred = true;
  }
}
