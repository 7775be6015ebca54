package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Delivery through a table of far pointers: real mode, and the redirected interrupts of virtual-8086 mode. */
final class RealModeDelivery {
  private RealModeDelivery() {}

  static void deliver(CpuState cpu, int vector, InterruptDelivery.Source source) {
    if ((vector << 2) + 3 > cpu.idtrLimit) {
      throw cpu.raise(Vector.GP, (vector << 3) + 2 + source.externalBit());
    }
    int flags = InterruptDelivery.pushedFlags(cpu, vector, source);
    enter(cpu, cpu.idtrBase + (vector << 2), flags);
    cpu.systemFlags &= ~(Flags.IF | Flags.TF | Flags.AC | Flags.RF);
    cpu.updateContext();
    cpu.transferred = true;
  }

  /**
   * INT n in virtual-8086 mode that the TSS's bitmap sends to the 8086 program's own table at linear address 0
   * (SDM vol. 3B 20.3.3).
   */
  static void redirect(CpuState cpu, int vector) {
    int flags = cpu.flags() & ~Flags.RF;
    int interruptFlag = Flags.IF;
    if (cpu.iopl() < 3) {
      flags = flags & ~Flags.IF | Flags.IOPL | ((flags & Flags.VIF) != 0 ? Flags.IF : 0);
      interruptFlag = Flags.VIF;
    }
    enter(cpu, vector << 2, flags);
    cpu.systemFlags &= ~(interruptFlag | Flags.TF | Flags.RF);
    cpu.updateContext();
    cpu.transferred = true;
  }

  private static void enter(CpuState cpu, long entry, int flags) {
    long pointer = LinearMemory.load(cpu, entry & 0xFFFF_FFFFL, 4);
    long target = pointer & 0xFFFF;
    StackCursor stack = StackCursor.current(cpu, 0);
    stack.push(flags, 2);
    stack.push(cpu.segment[Reg.CS].selector, 2);
    stack.push(cpu.rip, 2);
    if (target > cpu.segment[Reg.CS].limit) {
      throw cpu.generalProtection(0);
    }
    stack.commit();
    SegmentLoader.loadReal(cpu, Reg.CS, (int) (pointer >>> 16));
    cpu.rip = target;
  }
}
