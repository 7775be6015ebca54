package dev.hagen.semantics;

import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.ALWAYS_ONE;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.DF;
import static dev.hagen.x86.Flags.OF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Reg;

/** Instructions on single flags (SDM vol. 1 5.1.10) that any privilege level may execute. */
public final class FlagControl {
  private static final int LOW = SF | ZF | AF | PF | CF;

  private FlagControl() {}

  @Semantics(Op.CLC)
  public static void clc(CpuState cpu) {
    ArithmeticFlags.setCarry(cpu, 0);
  }

  @Semantics(Op.STC)
  public static void stc(CpuState cpu) {
    ArithmeticFlags.setCarry(cpu, 1);
  }

  @Semantics(Op.CMC)
  public static void cmc(CpuState cpu) {
    ArithmeticFlags.setCarry(cpu, 1 - ArithmeticFlags.carry(cpu));
  }

  @Semantics(Op.CLD)
  public static void cld(CpuState cpu) {
    cpu.systemFlags &= ~DF;
  }

  @Semantics(Op.STD)
  public static void std(CpuState cpu) {
    cpu.systemFlags |= DF;
  }

  /** AH = SF, ZF, AF, PF and CF in their places. */
  @Semantics(Op.LAHF)
  public static void lahf(CpuState cpu) {
    cpu.setHighByte(Reg.RAX, cpu.arithmeticFlags() & LOW | ALWAYS_ONE);
  }

  /** SF, ZF, AF, PF and CF from AH; OF stays. */
  @Semantics(Op.SAHF)
  public static void sahf(CpuState cpu) {
    cpu.setArithmeticFlags((int) cpu.highByte(Reg.RAX) & LOW | cpu.arithmeticFlags() & OF);
  }

  /** AL = all ones if CF is set, else 0. */
  @Semantics(Op.SALC)
  public static void salc(CpuState cpu) {
    cpu.setRegister(Reg.RAX, -ArithmeticFlags.carry(cpu), 1);
  }
}
