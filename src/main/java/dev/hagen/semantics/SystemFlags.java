package dev.hagen.semantics;

import static dev.hagen.decode.Op.CLAC;
import static dev.hagen.decode.Op.CLI;
import static dev.hagen.decode.Op.POPF;
import static dev.hagen.decode.Op.PUSHF;
import static dev.hagen.decode.Op.STAC;
import static dev.hagen.decode.Op.STI;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Feature;
import dev.hagen.decode.Instruction;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;

/** EFLAGS as a whole and its interrupt flag, with IOPL and the virtual-8086 and protected-mode extensions. */
public final class SystemFlags {
  private static final int POPPED = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT;
  private static final int POPPED_WIDE = POPPED | Flags.AC | Flags.ID;

  private SystemFlags() {}

  /** Takes the flags in {@code mask} from {@code flags}; {@link CpuState#context} follows. */
  static void change(CpuState cpu, int flags, int mask) {
    int old = (mask & Flags.ARITHMETIC) == Flags.ARITHMETIC ? cpu.systemFlags : cpu.flags();
    cpu.setFlags(old & ~mask | flags & mask);
    if (((old ^ cpu.systemFlags) & (Flags.VM | Flags.AC)) != 0) {
      cpu.updateContext();
    }
  }

  /** Whether virtual-8086 mode runs with an IOPL that does not let it at the interrupt flag. */
  private static boolean isConfined(CpuState cpu) {
    return cpu.isVirtual8086() && cpu.iopl() < 3;
  }

  private static boolean isExtended(CpuState cpu) {
    return (cpu.cr4 & Control.CR4_VME) != 0;
  }

  /** PUSHF, PUSHFD, PUSHFQ. */
  @Semantics(PUSHF)
  public static void push(CpuState cpu, Instruction insn) {
    int flags = cpu.flags() & ~(Flags.VM | Flags.RF);
    int size = insn.operandSize();
    if (isConfined(cpu)) {
      if (!isExtended(cpu) || size != 2) {
        throw cpu.generalProtection(0);
      }
      flags = flags & ~Flags.IF | Flags.IOPL | ((flags & Flags.VIF) != 0 ? Flags.IF : 0);
    }
    StackAccess.push(cpu, flags, size);
  }

  /** POPF, POPFD, POPFQ. */
  @Semantics(POPF)
  public static void pop(CpuState cpu, Instruction insn) {
    int size = insn.operandSize();
    if (isConfined(cpu)) {
      popConfined(cpu, size);
      return;
    }
    int mask = size == 2 ? POPPED : POPPED_WIDE;
    if (cpu.cpl <= cpu.iopl()) {
      mask |= Flags.IF;
    }
    if (cpu.cpl == 0) {
      mask |= Flags.IOPL;
    }
    int old = cpu.systemFlags;
    int flags = (int) StackAccess.pop(cpu, size);
    cpu.setFlags(old & ~(mask | Flags.RF) | flags & mask);
    int changed = old ^ cpu.systemFlags;
    if ((changed & Flags.AC) != 0) {
      cpu.updateContext();
    }
    if ((changed & (Flags.IF | Flags.TF | Flags.AC | Flags.RF)) != 0) {
      cpu.leaveBlock = true;
    }
  }

  private static void popConfined(CpuState cpu, int size) {
    if (!isExtended(cpu) || size != 2) {
      throw cpu.generalProtection(0);
    }
    int flags = (int) StackAccess.peek(cpu, 0, 2);
    boolean interrupts = (flags & Flags.IF) != 0;
    if ((flags & Flags.TF) != 0 || interrupts && (cpu.systemFlags & Flags.VIP) != 0) {
      throw cpu.generalProtection(0);
    }
    StackAccess.pop(cpu, 2);
    int virtual = interrupts ? Flags.VIF : 0;
    change(cpu, flags & POPPED | virtual, POPPED | Flags.VIF | Flags.RF);
    cpu.leaveBlock = true;
  }

  /** CLI: IF, or VIF where the extensions of virtual-8086 or protected mode say so. */
  @Semantics(CLI)
  public static void clearInterruptFlag(CpuState cpu) {
    cpu.systemFlags &= ~interruptFlag(cpu);
  }

  /** STI: IF or VIF; the instruction after it still runs without interrupts. */
  @Semantics(STI)
  public static void setInterruptFlag(CpuState cpu) {
    int flag = interruptFlag(cpu);
    if (flag == Flags.VIF) {
      if ((cpu.systemFlags & Flags.VIP) != 0) {
        throw cpu.generalProtection(0);
      }
      cpu.systemFlags |= Flags.VIF;
    } else if ((cpu.systemFlags & Flags.IF) == 0) {
      cpu.systemFlags |= Flags.IF;
      cpu.interruptShadow = true;
      cpu.leaveBlock = true;
    }
  }

  /** The flag that CLI and STI change here (SDM vol. 2A CLI, table). */
  private static int interruptFlag(CpuState cpu) {
    if (cpu.cpl <= cpu.iopl()) {
      return Flags.IF;
    }
    long extension = cpu.isVirtual8086() ? Control.CR4_VME : cpu.cpl == 3 ? Control.CR4_PVI : 0;
    if ((cpu.cr4 & extension) == 0) {
      throw cpu.generalProtection(0);
    }
    return Flags.VIF;
  }

  /** STAC: supervisor accesses to user pages are allowed. */
  @Semantics(STAC)
  public static void setAlignmentFlag(CpuState cpu) {
    checkSmap(cpu);
    cpu.systemFlags |= Flags.AC;
    cpu.updateContext();
  }

  /** CLAC: supervisor accesses to user pages are forbidden. */
  @Semantics(CLAC)
  public static void clearAlignmentFlag(CpuState cpu) {
    checkSmap(cpu);
    cpu.systemFlags &= ~Flags.AC;
    cpu.updateContext();
  }

  private static void checkSmap(CpuState cpu) {
    if (!cpu.model.has(Feature.SMAP) || cpu.cpl != 0) {
      throw cpu.undefinedOpcode();
    }
  }
}
