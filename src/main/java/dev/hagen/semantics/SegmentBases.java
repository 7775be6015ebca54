package dev.hagen.semantics;

import static dev.hagen.decode.Op.RDFSBASE;
import static dev.hagen.decode.Op.RDGSBASE;
import static dev.hagen.decode.Op.WRFSBASE;
import static dev.hagen.decode.Op.WRGSBASE;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.util.Bits;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/** The bases of FS and GS as 64-bit programs read and write them. */
public final class SegmentBases {
  private SegmentBases() {}

  private static void check(CpuState cpu) {
    if (!cpu.is64Bit() || (cpu.cr4 & Control.CR4_FSGSBASE) == 0) {
      throw cpu.undefinedOpcode();
    }
  }

  private static int size(Instruction insn) {
    return insn.operandSize() == 8 ? 8 : 4;
  }

  /** RDFSBASE. */
  @Semantics(RDFSBASE)
  public static void readFs(CpuState cpu, Instruction insn) {
    check(cpu);
    cpu.setRegister(SystemOperands.register(insn, 0), cpu.segment[Reg.FS].base, size(insn));
  }

  /** RDGSBASE. */
  @Semantics(RDGSBASE)
  public static void readGs(CpuState cpu, Instruction insn) {
    check(cpu);
    cpu.setRegister(SystemOperands.register(insn, 0), cpu.segment[Reg.GS].base, size(insn));
  }

  /** WRFSBASE. */
  @Semantics(WRFSBASE)
  public static void writeFs(CpuState cpu, Instruction insn) {
    cpu.segment[Reg.FS].base = checkedBase(cpu, insn);
  }

  /** WRGSBASE. */
  @Semantics(WRGSBASE)
  public static void writeGs(CpuState cpu, Instruction insn) {
    cpu.segment[Reg.GS].base = checkedBase(cpu, insn);
  }

  private static long checkedBase(CpuState cpu, Instruction insn) {
    check(cpu);
    long base = cpu.register(SystemOperands.register(insn, 0), size(insn));
    if (!Bits.isCanonical(base)) {
      throw cpu.generalProtection(0);
    }
    return base;
  }
}
