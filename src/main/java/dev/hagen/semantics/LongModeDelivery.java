package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Delivery through the 16-byte gates of long mode (SDM vol. 3A 6.14, APM vol. 2 8.9). */
final class LongModeDelivery {
  private LongModeDelivery() {}

  static void deliver(CpuState cpu, int vector, boolean hasErrorCode, int errorCode,
      InterruptDelivery.Source source) {
    int external = source.externalBit();
    int gateCode = (vector << 3) + 2 + external;
    if ((vector << 4) + 15 > cpu.idtrLimit) {
      throw cpu.raise(Vector.GP, gateCode);
    }
    long gate = LinearMemory.loadSystem(cpu, cpu.idtrBase + (vector << 4), 8);
    long upper = LinearMemory.loadSystem(cpu, cpu.idtrBase + (vector << 4) + 8, 8);
    checkGate(cpu, gate, gateCode, source);
    int selector = Descriptor.gateSelector(gate);
    long target = Descriptor.gateOffset(gate) | upper << 32;
    long code = handlerCode(cpu, selector, external);
    int cpl = Descriptor.isConformingCode(code) ? cpu.cpl : Descriptor.dpl(code);
    boolean inner = cpl < cpu.cpl;
    StackCursor stack = stack(cpu, (int) (gate >>> 32) & 7, inner, cpl, external);
    if (!Bits.isCanonical(target)) {
      throw cpu.raise(Vector.GP, external);
    }
    code = DescriptorTable.touch(cpu, selector, code);
    stack.push(cpu.segment[Reg.SS].selector, 8);
    stack.push(cpu.gpr[Reg.RSP], 8);
    stack.push(InterruptDelivery.pushedFlags(cpu, vector, source), 8);
    stack.push(cpu.segment[Reg.CS].selector, 8);
    stack.push(cpu.rip, 8);
    if (hasErrorCode) {
      stack.push(errorCode, 8);
    }
    stack.commit();
    if (inner) {
      cpu.segment[Reg.SS].set(cpl, 0, 0, 0);
    }
    cpu.cpl = cpl;
    Descriptor.load(cpu.segment[Reg.CS], selector & ~3 | cpl, code);
    cpu.rip = target;
    InterruptDelivery.enterHandler(cpu, Descriptor.type(gate) == Descriptor.INTERRUPT_GATE32);
  }

  private static void checkGate(CpuState cpu, long gate, int gateCode, InterruptDelivery.Source source) {
    int type = Descriptor.type(gate);
    boolean known = Descriptor.isSystem(gate)
        && (type == Descriptor.INTERRUPT_GATE32 || type == Descriptor.TRAP_GATE32);
    if (!known || source.isSoftware() && Descriptor.dpl(gate) < cpu.cpl) {
      throw cpu.raise(Vector.GP, gateCode);
    }
    if (!Descriptor.isPresent(gate)) {
      throw cpu.raise(Vector.NP, gateCode);
    }
  }

  /** The descriptor of a handler's code segment, which must be 64-bit code. */
  private static long handlerCode(CpuState cpu, int selector, int external) {
    if (DescriptorTable.isNull(selector)) {
      throw cpu.raise(Vector.GP, external);
    }
    long code = DescriptorTable.read(cpu, selector, Vector.GP, external);
    int errorCode = DescriptorTable.errorCode(selector) | external;
    if (!Descriptor.isCode(code) || Descriptor.dpl(code) > cpu.cpl || !Descriptor.isLong(code)
        || Descriptor.isBig(code)) {
      throw cpu.raise(Vector.GP, errorCode);
    }
    if (!Descriptor.isPresent(code)) {
      throw cpu.raise(Vector.NP, errorCode);
    }
    return code;
  }

  private static StackCursor stack(CpuState cpu, int ist, boolean inner, int cpl, int external) {
    long pointer = ist != 0 ? TaskState.interruptStack(cpu, ist, external)
        : inner ? TaskState.stackPointer64(cpu, cpl, external)
        : cpu.gpr[Reg.RSP];
    if (!Bits.isCanonical(pointer)) {
      throw cpu.raise(Vector.SS, external);
    }
    return StackCursor.flat(cpu, pointer & ~15L, cpl, external);
  }
}
