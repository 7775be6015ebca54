package dev.hagen.semantics;

import static dev.hagen.decode.Op.INVD;
import static dev.hagen.decode.Op.INVLPG;
import static dev.hagen.decode.Op.INVPCID;
import static dev.hagen.decode.Op.WBINVD;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Feature;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.Paging;
import dev.hagen.util.Bits;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** Instructions that invalidate translations and caches. */
public final class TranslationControl {
  private static final int ONE_ADDRESS = 0;
  private static final int ONE_PCID = 1;
  private static final int ALL_WITH_GLOBAL = 2;
  private static final int ALL = 3;

  private TranslationControl() {}

  /** INVLPG; the segment's limit is not checked, and an address that is not canonical is ignored. */
  @Semantics(INVLPG)
  public static void invalidatePage(CpuState cpu, Instruction insn) {
    SystemOperands.requirePrivilege(cpu);
    Operand.Memory memory = SystemOperands.memory(insn, 0);
    long linear = Operands.effectiveAddress(cpu, memory);
    if (cpu.is64Bit()) {
      linear += memory.segment() >= Reg.FS ? cpu.segment[memory.segment()].base : 0;
    } else {
      linear = linear + cpu.segment[memory.segment()].base & 0xFFFF_FFFFL;
    }
    if (Bits.isCanonical(linear)) {
      Paging.invalidate(cpu, linear);
    }
  }

  /** INVPCID. */
  @Semantics(INVPCID)
  public static void invalidatePcid(CpuState cpu, Instruction insn) {
    if (!cpu.model.has(Feature.INVPCID)) {
      throw cpu.undefinedOpcode();
    }
    SystemOperands.requirePrivilege(cpu);
    Operand.Memory memory = SystemOperands.memory(insn, 1);
    long type = cpu.register(SystemOperands.register(insn, 0), insn.codeSize() == 8 ? 8 : 4);
    long pcid = SystemOperands.load(cpu, memory, 0, 8);
    long linear = SystemOperands.load(cpu, memory, 8, 8);
    boolean named = type == ONE_ADDRESS || type == ONE_PCID;
    if (Long.compareUnsigned(type, ALL) > 0 || pcid >>> 12 != 0 || type == ONE_ADDRESS && !Bits.isCanonical(linear)
        || named && pcid != 0 && (cpu.cr4 & Control.CR4_PCIDE) == 0) {
      throw cpu.generalProtection(0);
    }
    switch ((int) type) {
      case ONE_ADDRESS -> {
        if (pcid == (cpu.cr3 & Control.CR3_PCID) || (cpu.cr4 & Control.CR4_PCIDE) == 0) {
          Paging.invalidate(cpu, linear);
        } else {
          Paging.invalidate(cpu, (int) pcid, linear);
        }
      }
      case ONE_PCID -> Paging.flushPcid(cpu, (int) pcid);
      case ALL_WITH_GLOBAL -> Paging.flush(cpu);
      default -> Paging.flushLocal(cpu);
    }
  }

  /** INVD and WBINVD: there is no cache to write back. */
  @Semantics({INVD, WBINVD})
  public static void invalidateCaches(CpuState cpu) {
    SystemOperands.requirePrivilege(cpu);
  }
}
