package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** What far RET and IRET share: the way back to the same or an outer privilege level (SDM vol. 3A 5.8.6). */
final class FarReturn {
  private FarReturn() {}

  /** The descriptor of the code segment to return to. */
  static long checkCode(CpuState cpu, int selector) {
    if (DescriptorTable.isNull(selector)) {
      throw cpu.generalProtection(0);
    }
    long raw = DescriptorTable.read(cpu, selector);
    int code = DescriptorTable.errorCode(selector);
    int rpl = selector & 3;
    int dpl = Descriptor.dpl(raw);
    boolean privileged = rpl >= cpu.cpl && (Descriptor.isConformingCode(raw) ? dpl <= rpl : dpl == rpl);
    if (!Descriptor.isCode(raw) || !privileged || FarTransfer.isImpossible(cpu, raw)) {
      throw cpu.generalProtection(code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
    return raw;
  }

  /**
   * Returns to another stack, at an outer privilege level or (IRET in 64-bit mode) the same.
   *
   * @param code the descriptor of CS, checked
   * @param parameters bytes to skip on the new stack
   */
  static void outward(CpuState cpu, int selector, long code, long offset, int newStack, long newPointer,
      int parameters) {
    int rpl = selector & 3;
    boolean toLong = cpu.isLongMode() && Descriptor.isLong(code);
    SegmentRegister stack = cpu.segment[Reg.SS];
    if (DescriptorTable.isNull(newStack)) {
      if (!toLong || rpl == 3 || (newStack & 3) != rpl) {
        throw cpu.generalProtection(0);
      }
      FarTransfer.checkOffset(cpu, code, offset);
      leave(cpu, selector, code, offset);
      stack.set(newStack, 0, 0, 0);
    } else {
      long raw = SegmentLoader.checkStack(cpu, newStack, rpl, Vector.GP, 0);
      FarTransfer.checkOffset(cpu, code, offset);
      raw = DescriptorTable.touch(cpu, newStack, raw);
      leave(cpu, selector, DescriptorTable.touch(cpu, selector, code), offset);
      Descriptor.load(stack, newStack, raw);
    }
    int width = toLong ? 8 : stack.has(SegmentRegister.DB) ? 4 : 2;
    cpu.setRegister(Reg.RSP, Bits.zeroExtend(newPointer + parameters, width), width);
    cpu.updateContext();
  }

  private static void leave(CpuState cpu, int selector, long code, long offset) {
    int old = cpu.cpl;
    FarTransfer.setCode(cpu, selector, code, selector & 3, offset);
    if (cpu.cpl != old) {
      SegmentLoader.dropInaccessible(cpu, cpu.cpl);
    }
  }
}
