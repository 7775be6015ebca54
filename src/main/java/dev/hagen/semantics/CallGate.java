package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Far JMP and CALL whose selector names a call gate, a task gate or a TSS (SDM vol. 3A 5.8.3 to 5.8.5). */
final class CallGate {
  private static final int MOST_PARAMETERS = 31;

  private CallGate() {}

  /** Transfers through the descriptor {@code gate} of {@code selector}. */
  static void transfer(CpuState cpu, int selector, long gate, boolean call) {
    int type = Descriptor.type(gate);
    boolean known = cpu.isLongMode() ? type == Descriptor.CALL_GATE32
        : type == Descriptor.CALL_GATE16 || type == Descriptor.CALL_GATE32 || type == Descriptor.TASK_GATE
            || type == Descriptor.TSS16 || type == Descriptor.TSS32;
    int code = DescriptorTable.errorCode(selector);
    int dpl = Descriptor.dpl(gate);
    if (!known || dpl < cpu.cpl || dpl < (selector & 3)) {
      throw cpu.generalProtection(code);
    }
    if (Descriptor.isTss(gate)) {
      TaskSwitch.toDescriptor(cpu, selector, call);
      return;
    }
    long upper = cpu.isLongMode() ? DescriptorTable.readUpper(cpu, selector, Vector.GP, 0) : 0;
    if (!Descriptor.isPresent(gate)) {
      throw cpu.raise(Vector.NP, code);
    }
    if (type == Descriptor.TASK_GATE) {
      TaskSwitch.throughGate(cpu, gate, call);
      return;
    }
    long offset = Descriptor.gateOffset(gate) | upper << 32;
    enter(cpu, gate, offset, call);
  }

  private static void enter(CpuState cpu, long gate, long offset, boolean call) {
    int selector = Descriptor.gateSelector(gate);
    long raw = target(cpu, selector, call);
    int cpl = Descriptor.isConformingCode(raw) ? cpu.cpl : Descriptor.dpl(raw);
    if (!call) {
      FarTransfer.checkOffset(cpu, raw, offset);
      FarTransfer.enter(cpu, selector, raw, cpu.cpl, offset);
      return;
    }
    int size = cpu.isLongMode() ? 8 : (Descriptor.type(gate) & 8) != 0 ? 4 : 2;
    if (cpl == cpu.cpl) {
      StackCursor stack = StackCursor.current(cpu, 0);
      pushReturn(cpu, stack, size);
      FarTransfer.checkOffset(cpu, raw, offset);
      raw = DescriptorTable.touch(cpu, selector, raw);
      stack.commit();
      FarTransfer.enter(cpu, selector, raw, cpl, offset);
    } else if (cpu.isLongMode()) {
      inward64(cpu, selector, raw, cpl, offset);
    } else {
      inward(cpu, gate, raw, cpl, offset, size);
    }
  }

  private static long target(CpuState cpu, int selector, boolean call) {
    if (DescriptorTable.isNull(selector)) {
      throw cpu.generalProtection(0);
    }
    long raw = DescriptorTable.read(cpu, selector);
    int code = DescriptorTable.errorCode(selector);
    int dpl = Descriptor.dpl(raw);
    boolean privileged = dpl <= cpu.cpl && (call || Descriptor.isConformingCode(raw) || dpl == cpu.cpl);
    boolean wrongSize = cpu.isLongMode() && (!Descriptor.isLong(raw) || Descriptor.isBig(raw));
    if (!Descriptor.isCode(raw) || !privileged || wrongSize) {
      throw cpu.generalProtection(code);
    }
    if (!Descriptor.isPresent(raw)) {
      throw cpu.raise(Vector.NP, code);
    }
    return raw;
  }

  private static void pushReturn(CpuState cpu, StackCursor stack, int size) {
    stack.push(cpu.segment[Reg.CS].selector, size);
    stack.push(cpu.rip, size);
  }

  private static void inward(CpuState cpu, long gate, long raw, int cpl, long offset, int size) {
    SegmentRegister newStack = new SegmentRegister();
    StackCursor stack = ProtectedModeDelivery.innerStack(cpu, newStack, cpl, 0);
    FarTransfer.checkOffset(cpu, raw, offset);
    int count = (int) (gate >>> 32) & MOST_PARAMETERS;
    StackCursor old = StackCursor.current(cpu, 0);
    stack.push(cpu.segment[Reg.SS].selector, size);
    stack.push(cpu.gpr[Reg.RSP], size);
    long[] parameters = new long[count];
    for (int i = 0; i < count; i++) {
      parameters[i] = old.pop(size);
    }
    for (int i = count - 1; i >= 0; i--) {
      stack.push(parameters[i], size);
    }
    pushReturn(cpu, stack, size);
    int selector = Descriptor.gateSelector(gate);
    raw = DescriptorTable.touch(cpu, selector, raw);
    cpu.segment[Reg.SS].copyFrom(newStack);
    stack.commit();
    FarTransfer.enter(cpu, selector, raw, cpl, offset);
  }

  private static void inward64(CpuState cpu, int selector, long raw, int cpl, long offset) {
    long pointer = TaskState.stackPointer64(cpu, cpl, 0);
    if (!Bits.isCanonical(pointer)) {
      throw cpu.raise(Vector.SS, 0);
    }
    FarTransfer.checkOffset(cpu, raw, offset);
    StackCursor stack = StackCursor.flat(cpu, pointer, cpl, 0);
    stack.push(cpu.segment[Reg.SS].selector, 8);
    stack.push(cpu.gpr[Reg.RSP], 8);
    pushReturn(cpu, stack, 8);
    raw = DescriptorTable.touch(cpu, selector, raw);
    stack.commit();
    cpu.segment[Reg.SS].set(cpl, 0, 0, 0);
    FarTransfer.enter(cpu, selector, raw, cpl, offset);
  }
}
