package dev.hagen.semantics;

import static dev.hagen.decode.Op.IRET;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;

/**
 * IRET, IRETD and IRETQ (SDM vol. 2A IRET). The flags are read first, then CS, then RIP: this shows in page faults, and is
 * what AMD's processors do.
 */
public final class InterruptReturn {
  /** What IRET takes from the stack whatever the privilege; CPL decides about IF, IOPL, VIF and VIP. */
  private static final int ALWAYS = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT;
  private static final int ALWAYS_WIDE = ALWAYS | Flags.RF | Flags.AC | Flags.ID;

  private InterruptReturn() {}

  /** IRET in every mode. NMIs are no longer blocked even if it faults (SDM vol. 3A 6.7.1). */
  @Semantics(IRET)
  public static void interruptReturn(CpuState cpu, Instruction insn) {
    cpu.nmiBlocked = false;
    int size = insn.operandSize();
    if (!cpu.isProtected()) {
      toReal(cpu, size);
    } else if (cpu.isVirtual8086()) {
      fromVirtual8086(cpu, size);
    } else if ((cpu.systemFlags & Flags.NT) != 0) {
      if (cpu.isLongMode()) {
        throw cpu.generalProtection(0);
      }
      TaskSwitch.returnToPrevious(cpu);
    } else {
      fromProtected(cpu, size);
    }
    cpu.transferred = true;
  }

  /** A value of the frame by how many others lie below it. */
  private static long pushed(CpuState cpu, int index, int size) {
    return StackAccess.peek(cpu, (long) index * size, size);
  }

  /** Takes RIP, CS and the flags off the stack. */
  private static void drop(CpuState cpu, int size) {
    StackAccess.setPointer(cpu, cpu.gpr[Reg.RSP] + 3 * size);
  }

  private static void toReal(CpuState cpu, int size) {
    int flags = (int) pushed(cpu, 2, size);
    int selector = (int) pushed(cpu, 1, size) & 0xFFFF;
    long offset = pushed(cpu, 0, size);
    FarTransfer.checkRealOffset(cpu, offset);
    drop(cpu, size);
    SystemFlags.change(cpu, flags, (size == 2 ? ALWAYS : ALWAYS_WIDE) | Flags.IF | Flags.IOPL);
    FarTransfer.enterReal(cpu, selector, offset);
  }

  private static void fromVirtual8086(CpuState cpu, int size) {
    boolean extended = cpu.iopl() < 3;
    if (extended && ((cpu.cr4 & Control.CR4_VME) == 0 || size != 2)) {
      throw cpu.generalProtection(0);
    }
    int flags = (int) pushed(cpu, 2, size);
    int selector = (int) pushed(cpu, 1, size) & 0xFFFF;
    long offset = pushed(cpu, 0, size);
    FarTransfer.checkRealOffset(cpu, offset);
    if (extended) {
      boolean interrupts = (flags & Flags.IF) != 0;
      if ((flags & Flags.TF) != 0 || interrupts && (cpu.systemFlags & Flags.VIP) != 0) {
        throw cpu.generalProtection(0);
      }
      SystemFlags.change(cpu, flags & ~Flags.VIF | (interrupts ? Flags.VIF : 0), ALWAYS | Flags.VIF);
    } else {
      SystemFlags.change(cpu, flags, (size == 2 ? ALWAYS : ALWAYS_WIDE) | Flags.IF);
    }
    drop(cpu, size);
    FarTransfer.enterReal(cpu, selector, offset);
  }

  private static void fromProtected(CpuState cpu, int size) {
    int flags = (int) pushed(cpu, 2, size);
    int selector = (int) pushed(cpu, 1, size) & 0xFFFF;
    long offset = pushed(cpu, 0, size);
    if (size == 4 && (flags & Flags.VM) != 0 && cpu.cpl == 0 && !cpu.isLongMode()) {
      toVirtual8086(cpu, offset, selector, flags);
      return;
    }
    int changeable = changeable(cpu, size);
    long code = FarReturn.checkCode(cpu, selector);
    if ((selector & 3) == cpu.cpl && !cpu.is64Bit()) {
      FarTransfer.checkOffset(cpu, code, offset);
      code = DescriptorTable.touch(cpu, selector, code);
      drop(cpu, size);
      FarTransfer.enter(cpu, selector, code, cpu.cpl, offset);
    } else {
      long newPointer = pushed(cpu, 3, size);
      int newStack = (int) pushed(cpu, 4, size) & 0xFFFF;
      FarReturn.outward(cpu, selector, code, offset, newStack, newPointer, 0);
    }
    SystemFlags.change(cpu, flags, changeable);
  }

  /** The flags that IRET changes at the CPL before it. */
  private static int changeable(CpuState cpu, int size) {
    int changeable = size == 2 ? ALWAYS : ALWAYS_WIDE;
    if (cpu.cpl <= cpu.iopl()) {
      changeable |= Flags.IF;
    }
    if (cpu.cpl == 0) {
      changeable |= Flags.IOPL | (size == 2 ? 0 : Flags.VIF | Flags.VIP);
    }
    return changeable;
  }

  private static void toVirtual8086(CpuState cpu, long offset, int selector, int flags) {
    long newPointer = pushed(cpu, 3, 4);
    int[] selectors = new int[6];
    selectors[Reg.CS] = selector;
    selectors[Reg.SS] = (int) pushed(cpu, 4, 4) & 0xFFFF;
    selectors[Reg.ES] = (int) pushed(cpu, 5, 4) & 0xFFFF;
    selectors[Reg.DS] = (int) pushed(cpu, 6, 4) & 0xFFFF;
    selectors[Reg.FS] = (int) pushed(cpu, 7, 4) & 0xFFFF;
    selectors[Reg.GS] = (int) pushed(cpu, 8, 4) & 0xFFFF;
    if (offset > 0xFFFF) {
      throw cpu.generalProtection(0);
    }
    SystemFlags.change(cpu, flags, Flags.ALL);
    for (int i = 0; i < 6; i++) {
      SegmentLoader.loadReal(cpu, i, selectors[i]);
    }
    cpu.cpl = 3;
    cpu.setRegister(Reg.RSP, newPointer, 4);
    cpu.rip = offset;
    cpu.updateContext();
  }
}
