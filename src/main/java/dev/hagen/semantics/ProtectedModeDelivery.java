package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Delivery through the gates of protected mode outside long mode (SDM vol. 3A 6.12, vol. 3B 20.3.1). */
final class ProtectedModeDelivery {
  private ProtectedModeDelivery() {}

  static void deliver(CpuState cpu, int vector, boolean hasErrorCode, int errorCode,
      InterruptDelivery.Source source) {
    int external = source.externalBit();
    long gate = gate(cpu, vector, source);
    if (Descriptor.type(gate) == Descriptor.TASK_GATE) {
      int flags = InterruptDelivery.pushedFlags(cpu, vector, source);
      if (source.isInstruction()) {
        TaskSwitch.throughGateByInstruction(cpu, Descriptor.gateSelector(gate), flags, external);
      } else {
        TaskSwitch.throughInterruptGate(cpu, Descriptor.gateSelector(gate), flags, hasErrorCode, errorCode, external);
      }
      return;
    }
    int selector = Descriptor.gateSelector(gate);
    long code = handlerCode(cpu, selector, external);
    boolean conforming = Descriptor.isConformingCode(code);
    int dpl = Descriptor.dpl(code);
    if (cpu.isVirtual8086() && (conforming || dpl != 0)) {
      throw cpu.raise(Vector.GP, DescriptorTable.errorCode(selector) | external);
    }
    int cpl = conforming ? cpu.cpl : dpl;
    boolean inner = cpl < cpu.cpl;
    SegmentRegister newStack = inner ? new SegmentRegister() : cpu.segment[Reg.SS];
    StackCursor stack = inner ? innerStack(cpu, newStack, cpl, external) : StackCursor.current(cpu, external);
    if (Descriptor.gateOffset(gate) > Descriptor.limit(code)) {
      throw cpu.raise(Vector.GP, external);
    }
    code = DescriptorTable.touch(cpu, selector, code);
    int size = (Descriptor.type(gate) & 8) != 0 ? 4 : 2;
    pushFrame(cpu, stack, inner, size, InterruptDelivery.pushedFlags(cpu, vector, source));
    if (hasErrorCode) {
      stack.push(errorCode, size);
    }
    if (inner) {
      cpu.segment[Reg.SS].copyFrom(newStack);
    }
    stack.commit();
    if (cpu.isVirtual8086()) {
      dropDataSegments(cpu);
    }
    cpu.cpl = cpl;
    Descriptor.load(cpu.segment[Reg.CS], selector & ~3 | cpl, code);
    cpu.rip = Descriptor.gateOffset(gate);
    InterruptDelivery.enterHandler(cpu, (Descriptor.type(gate) & 1) == 0);
  }

  private static long gate(CpuState cpu, int vector, InterruptDelivery.Source source) {
    int gateCode = (vector << 3) + 2 + source.externalBit();
    if ((vector << 3) + 7 > cpu.idtrLimit) {
      throw cpu.raise(Vector.GP, gateCode);
    }
    long gate = LinearMemory.loadSystem(cpu, DescriptorTable.wrap(cpu, cpu.idtrBase + (vector << 3)), 8);
    boolean known = Descriptor.isSystem(gate) && switch (Descriptor.type(gate)) {
      case Descriptor.TASK_GATE, Descriptor.INTERRUPT_GATE16, Descriptor.TRAP_GATE16, Descriptor.INTERRUPT_GATE32,
          Descriptor.TRAP_GATE32 -> true;
      default -> false;
    };
    if (!known || source.isSoftware() && Descriptor.dpl(gate) < cpu.cpl) {
      throw cpu.raise(Vector.GP, gateCode);
    }
    if (!Descriptor.isPresent(gate)) {
      throw cpu.raise(Vector.NP, gateCode);
    }
    return gate;
  }

  private static long handlerCode(CpuState cpu, int selector, int external) {
    if (DescriptorTable.isNull(selector)) {
      throw cpu.raise(Vector.GP, external);
    }
    long code = DescriptorTable.read(cpu, selector, Vector.GP, external);
    int errorCode = DescriptorTable.errorCode(selector) | external;
    if (!Descriptor.isCode(code) || Descriptor.dpl(code) > cpu.cpl) {
      throw cpu.raise(Vector.GP, errorCode);
    }
    if (!Descriptor.isPresent(code)) {
      throw cpu.raise(Vector.NP, errorCode);
    }
    return code;
  }

  /** The stack of the inner privilege {@code cpl} from the TSS; fills {@code register} with its segment. */
  static StackCursor innerStack(CpuState cpu, SegmentRegister register, int cpl, int external) {
    long pointer = TaskState.stackPointer(cpu, cpl, external);
    int selector = TaskState.stackSelector(cpu, cpl);
    if (DescriptorTable.isNull(selector)) {
      throw cpu.raise(Vector.TS, external);
    }
    long raw = SegmentLoader.checkStack(cpu, selector, cpl, Vector.TS, external);
    Descriptor.load(register, selector, DescriptorTable.touch(cpu, selector, raw));
    return StackCursor.legacy(cpu, register, pointer, cpl, DescriptorTable.errorCode(selector) | external);
  }

  private static void pushFrame(CpuState cpu, StackCursor stack, boolean inner, int size, int flags) {
    if (cpu.isVirtual8086()) {
      stack.push(cpu.segment[Reg.GS].selector, size);
      stack.push(cpu.segment[Reg.FS].selector, size);
      stack.push(cpu.segment[Reg.DS].selector, size);
      stack.push(cpu.segment[Reg.ES].selector, size);
    }
    if (inner) {
      stack.push(cpu.segment[Reg.SS].selector, size);
      stack.push(cpu.gpr[Reg.RSP], size);
    }
    stack.push(flags, size);
    stack.push(cpu.segment[Reg.CS].selector, size);
    stack.push(cpu.rip, size);
  }

  private static void dropDataSegments(CpuState cpu) {
    cpu.segment[Reg.GS].set(0, 0, 0, 0);
    cpu.segment[Reg.FS].set(0, 0, 0, 0);
    cpu.segment[Reg.DS].set(0, 0, 0, 0);
    cpu.segment[Reg.ES].set(0, 0, 0, 0);
  }
}
