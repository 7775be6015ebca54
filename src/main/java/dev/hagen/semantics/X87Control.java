package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Control;
import dev.hagen.x86.Vector;

/** x87 control instructions without a memory image (SDM vol. 1 8.3.11). */
public final class X87Control {
  private static final long BLOCKS_FWAIT = Control.CR0_MP | Control.CR0_TS;

  private X87Control() {}

  @Semantics(FNINIT)
  public static void fninit(CpuState cpu) {
    initialize(cpu);
    cpu.fop = 0;
    cpu.fip = 0;
    cpu.fcs = 0;
    cpu.fdp = 0;
    cpu.fds = 0;
  }

  /** FNINIT without the pointers. */
  static void initialize(CpuState cpu) {
    cpu.fcw = 0x37F;
    cpu.fsw = 0;
    cpu.ftop = 0;
    cpu.ftw = 0;
  }

  @Semantics(FNCLEX)
  public static void fnclex(CpuState cpu) {
    cpu.fsw &= ~(X87.EXCEPTIONS | X87.SF | X87.ES | X87.BUSY);
  }

  @Semantics(FLDCW)
  public static void fldcw(CpuState cpu, long a, int size) {
    X87.setControlWord(cpu, (int) a);
  }

  @Semantics(FNSTCW)
  public static long fnstcw(CpuState cpu, int size) {
    return cpu.fcw;
  }

  @Semantics(FNSTSW)
  public static long fnstsw(CpuState cpu, int size) {
    return X87.statusWord(cpu);
  }

  @Semantics(FNOP)
  public static void fnop(CpuState cpu) {
    // The caller has looked for pending exceptions; there is nothing else to do.
  }

  /** Reports pending exceptions. Other than x87 instructions it is blocked only by CR0.TS and CR0.MP together. */
  @Semantics(FWAIT)
  public static void fwait(CpuState cpu) {
    if ((cpu.cr0 & BLOCKS_FWAIT) == BLOCKS_FWAIT) {
      throw cpu.raise(Vector.NM);
    }
    X87.checkPending(cpu);
  }

  @Semantics(FFREE)
  public static void ffree(CpuState cpu, int register) {
    X87.clearC1(cpu);
    cpu.ftw &= ~(1 << X87.physical(cpu, register));
  }

  @Semantics(FFREEP)
  public static void ffreep(CpuState cpu, int register) {
    X87.clearC1(cpu);
    cpu.ftw &= ~(1 << X87.physical(cpu, register));
    X87.pop(cpu);
  }

  @Semantics(FINCSTP)
  public static void fincstp(CpuState cpu) {
    X87.clearC1(cpu);
    cpu.ftop = cpu.ftop + 1 & 7;
  }

  @Semantics(FDECSTP)
  public static void fdecstp(CpuState cpu) {
    X87.clearC1(cpu);
    cpu.ftop = cpu.ftop - 1 & 7;
  }
}
