package dev.hagen.semantics;

import static dev.hagen.decode.Op.CLTS;
import static dev.hagen.decode.Op.LMSW;
import static dev.hagen.decode.Op.MOV_FROM_CR;
import static dev.hagen.decode.Op.MOV_TO_CR;
import static dev.hagen.decode.Op.SMSW;
import static dev.hagen.x86.Control.CR0_CD;
import static dev.hagen.x86.Control.CR0_ET;
import static dev.hagen.x86.Control.CR0_NW;
import static dev.hagen.x86.Control.CR0_PE;
import static dev.hagen.x86.Control.CR0_PG;
import static dev.hagen.x86.Control.CR0_TS;
import static dev.hagen.x86.Control.CR0_WP;
import static dev.hagen.x86.Control.CR3_NO_FLUSH;
import static dev.hagen.x86.Control.CR3_PCID;
import static dev.hagen.x86.Control.CR4_PAE;
import static dev.hagen.x86.Control.CR4_PCIDE;
import static dev.hagen.x86.Control.CR4_PGE;
import static dev.hagen.x86.Control.CR4_PSE;
import static dev.hagen.x86.Control.CR4_SMAP;
import static dev.hagen.x86.Control.CR4_SMEP;
import static dev.hagen.x86.Control.CR4_UMIP;
import static dev.hagen.x86.Control.EFER_LMA;
import static dev.hagen.x86.Control.EFER_LME;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** CR0, CR2, CR3, CR4 and CR8 with the rules for their values (SDM vol. 2B MOV—Control Registers, vol. 3A 2.5). */
public final class ControlRegisters {
  private static final long CR0_KNOWN = CR0_PE | Control.CR0_MP | Control.CR0_EM | CR0_TS | CR0_ET | Control.CR0_NE
      | CR0_WP | Control.CR0_AM | CR0_NW | CR0_CD | CR0_PG;
  private static final long CR4_FLUSHES = CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | CR4_SMEP | CR4_SMAP;

  private ControlRegisters() {}

  /** MOV r, CRn. */
  @Semantics(MOV_FROM_CR)
  public static void moveFrom(CpuState cpu, Instruction insn) {
    int index = ((Operand.Control) insn.operand(1)).index();
    checkExists(cpu, index);
    SystemOperands.requirePrivilege(cpu);
    cpu.counters.exit(Counter.CR_READS);
    long value = switch (index) {
      case 0 -> cpu.cr0;
      case 2 -> cpu.cr2;
      case 3 -> cpu.cr3;
      case 4 -> cpu.cr4;
      default -> cpu.vmm.readCr8(cpu);
    };
    cpu.setRegister(SystemOperands.register(insn, 0), value, insn.codeSize() == 8 ? 8 : 4);
  }

  /** MOV CRn, r. */
  @Semantics(MOV_TO_CR)
  public static void moveTo(CpuState cpu, Instruction insn) {
    int index = ((Operand.Control) insn.operand(0)).index();
    checkExists(cpu, index);
    SystemOperands.requirePrivilege(cpu);
    cpu.counters.exit(Counter.CR_WRITES);
    long value = cpu.register(SystemOperands.register(insn, 1), insn.codeSize() == 8 ? 8 : 4);
    switch (index) {
      case 0 -> writeCr0(cpu, value);
      case 2 -> cpu.cr2 = value;
      case 3 -> writeCr3(cpu, value);
      case 4 -> writeCr4(cpu, value);
      default -> writeCr8(cpu, value);
    }
    if (index != 2 && index != 3) {
      cpu.leaveBlock = true;
    }
  }

  private static void checkExists(CpuState cpu, int index) {
    if (index != 0 && index != 2 && index != 3 && index != 4 && index != 8) {
      throw cpu.undefinedOpcode();
    }
  }

  private static void writeCr8(CpuState cpu, long value) {
    if ((value & ~0xFL) != 0) {
      throw cpu.generalProtection(0);
    }
    cpu.vmm.writeCr8(cpu, value);
  }

  /**
   * Writes CR0; long mode begins and ends here.
   *
   * @throws dev.hagen.cpu.GuestException #GP(0) for a forbidden value
   */
  public static void writeCr0(CpuState cpu, long value) {
    long next = value & CR0_KNOWN | CR0_ET;
    long changed = next ^ cpu.cr0;
    boolean paging = (next & CR0_PG) != 0;
    if (value >>> 32 != 0 || paging && (next & CR0_PE) == 0 || (next & (CR0_NW | CR0_CD)) == CR0_NW) {
      throw cpu.generalProtection(0);
    }
    if ((changed & CR0_PG) != 0) {
      checkPagingChange(cpu, paging);
    }
    boolean longMode = paging && (cpu.efer & EFER_LME) != 0;
    if (paging && !longMode && (cpu.cr4 & CR4_PAE) != 0 && (changed & (CR0_PG | CR0_CD | CR0_NW)) != 0) {
      Paging.loadPdptes(cpu, cpu.cr3);
    }
    cpu.cr0 = next;
    if ((changed & CR0_PG) != 0) {
      cpu.efer = longMode ? cpu.efer | EFER_LMA : cpu.efer & ~EFER_LMA;
    }
    if ((changed & (CR0_PG | CR0_WP | CR0_PE)) != 0) {
      Paging.flush(cpu);
    }
    cpu.updateContext();
  }

  private static void checkPagingChange(CpuState cpu, boolean on) {
    if (!on) {
      if (cpu.is64Bit() || (cpu.cr4 & CR4_PCIDE) != 0) {
        throw cpu.generalProtection(0);
      }
    } else if ((cpu.efer & EFER_LME) != 0) {
      if ((cpu.cr4 & CR4_PAE) == 0 || cpu.segment[Reg.CS].has(SegmentRegister.L)) {
        throw cpu.generalProtection(0);
      }
    }
  }

  private static void writeCr3(CpuState cpu, long value) {
    boolean tagged = (cpu.cr4 & CR4_PCIDE) != 0;
    long next = tagged ? value & ~CR3_NO_FLUSH : value;
    if (cpu.isLongMode() && next >>> cpu.model.physicalBits() != 0) {
      throw cpu.generalProtection(0);
    }
    loadCr3(cpu, next, next != value);
  }

  /**
   * Sets CR3 to an allowed value.
   *
   * @param keep whether translations remembered under its PCID stay valid
   */
  static void loadCr3(CpuState cpu, long value, boolean keep) {
    if (isPae(cpu)) {
      Paging.loadPdptes(cpu, value);
    }
    if (keep && value == cpu.cr3) {
      return;
    }
    cpu.cr3 = value;
    Paging.enterAddressSpace(cpu, keep);
  }

  private static boolean isPae(CpuState cpu) {
    return (cpu.cr0 & CR0_PG) != 0 && (cpu.cr4 & CR4_PAE) != 0 && !cpu.isLongMode();
  }

  /**
   * Writes CR4.
   *
   * @throws dev.hagen.cpu.GuestException #GP(0) for a forbidden value
   */
  public static void writeCr4(CpuState cpu, long value) {
    long changed = value ^ cpu.cr4;
    boolean turnsPcidOn = (changed & value & CR4_PCIDE) != 0;
    if ((value & ~cpu.model.cr4Bits()) != 0 || cpu.isLongMode() && (value & CR4_PAE) == 0
        || turnsPcidOn && (!cpu.isLongMode() || (cpu.cr3 & CR3_PCID) != 0)) {
      throw cpu.generalProtection(0);
    }
    boolean loadsPointers = (cpu.cr0 & CR0_PG) != 0 && (value & CR4_PAE) != 0 && !cpu.isLongMode()
        && (changed & (CR4_PAE | CR4_PSE | CR4_PGE | CR4_SMEP)) != 0;
    if (loadsPointers) {
      Paging.loadPdptes(cpu, cpu.cr3);
    }
    cpu.cr4 = value;
    if ((changed & CR4_FLUSHES) != 0) {
      Paging.flush(cpu);
    }
    if ((changed & CR4_PCIDE) != 0) {
      Paging.enterAddressSpace(cpu, false);
    }
    cpu.updateContext();
  }

  /** LMSW: the low four bits of CR0; PE can only be set. */
  @Semantics(LMSW)
  public static void loadMachineStatus(CpuState cpu, Instruction insn) {
    SystemOperands.requirePrivilege(cpu);
    long value = Operands.read(cpu, insn, 0) & 0xF;
    writeCr0(cpu, cpu.cr0 & ~0xEL | value);
    cpu.leaveBlock = true;
  }

  /** SMSW: CR0, 16 bits of it in memory. */
  @Semantics(SMSW)
  public static void storeMachineStatus(CpuState cpu, Instruction insn) {
    checkUserMode(cpu);
    Operands.write(cpu, insn, 0, cpu.cr0);
  }

  /** #GP(0) above CPL 0 if CR4.UMIP forbids to look at system registers. */
  static void checkUserMode(CpuState cpu) {
    if (cpu.cpl != 0 && (cpu.cr4 & CR4_UMIP) != 0) {
      throw cpu.generalProtection(0);
    }
  }

  /** CLTS. */
  @Semantics(CLTS)
  public static void clearTaskSwitched(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
    if ((cpu.cr0 & CR0_TS) != 0) {
      cpu.cr0 &= ~CR0_TS;
      cpu.updateContext();
      cpu.leaveBlock = true;
    }
  }
}
