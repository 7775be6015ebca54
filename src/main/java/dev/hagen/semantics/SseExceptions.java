package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Mxcsr;
import dev.hagen.x86.Vector;
import java.util.EnumSet;
import java.util.Set;

/**
 * The numeric exceptions of SSE on their way from the elements of an instruction to MXCSR (SDM vol. 1 11.5).
 *
 * <p>An operation on one element adds what it meets to {@link CpuState#sseExceptions}. When all elements are computed and
 * nothing is written yet, {@link #commit} merges that into MXCSR, and raises #XM if one of them is not masked. Semantic
 * methods that write their result themselves call it themselves; calling it again does no harm.
 */
public final class SseExceptions {
  // @formatter:off
  private static final Set<Op> RAISING = EnumSet.of(
      ADDPS, ADDSS, SUBPS, SUBSS, MULPS, MULSS, DIVPS, DIVSS, SQRTPS, SQRTSS, MAXPS, MAXSS, MINPS, MINSS,
      CMPPS, CMPSS, COMISS, UCOMISS,
      CVTPI2PS, CVTSI2SS, CVTPS2PI, CVTTPS2PI, CVTSS2SI, CVTTSS2SI,
      ADDPD, ADDSD, SUBPD, SUBSD, MULPD, MULSD, DIVPD, DIVSD, SQRTPD, SQRTSD, MAXPD, MAXSD, MINPD, MINSD,
      CMPPD, CMPSD, COMISD, UCOMISD,
      CVTPD2PI, CVTTPD2PI, CVTPD2DQ, CVTTPD2DQ, CVTPS2PD, CVTPD2PS, CVTSS2SD, CVTSD2SS,
      CVTSD2SI, CVTTSD2SI, CVTSI2SD, CVTDQ2PS, CVTPS2DQ, CVTTPS2DQ,
      ADDSUBPS, ADDSUBPD, HADDPS, HADDPD, HSUBPS, HSUBPD,
      DPPD, DPPS, ROUNDPS, ROUNDPD, ROUNDSS, ROUNDSD);
  // @formatter:on

  private SseExceptions() {}

  /** Whether {@link #commit} must be called between computing and writing the result of {@code op}. */
  public static boolean mayRaise(Op op) {
    return RAISING.contains(op);
  }

  /**
   * Moves the exceptions of the current instruction to MXCSR.
   *
   * @throws dev.hagen.cpu.GuestException #XM if one of them is unmasked, #UD instead if CR4.OSXMMEXCPT is clear
   */
  public static void commit(CpuState cpu) {
    if (cpu.sseExceptions != 0) {
      merge(cpu);
    }
  }

  private static void merge(CpuState cpu) {
    int raised = cpu.sseExceptions;
    cpu.sseExceptions = 0;
    int unmasked = raised & ~(cpu.mxcsr >> Mxcsr.MASK_SHIFT);
    if ((unmasked & Mxcsr.PRE_COMPUTATION) != 0) {
      raised &= Mxcsr.PRE_COMPUTATION;
    }
    cpu.mxcsr |= raised;
    if (unmasked != 0) {
      throw cpu.raise((cpu.cr4 & Control.CR4_OSXMMEXCPT) != 0 ? Vector.XM : Vector.UD);
    }
  }

  static void raise(CpuState cpu, int exceptions) {
    cpu.sseExceptions |= exceptions;
  }

  /** Whether {@code exception} is masked. */
  static boolean isMasked(CpuState cpu, int exception) {
    return (cpu.mxcsr & exception << Mxcsr.MASK_SHIFT) != 0;
  }

  static int roundingControl(CpuState cpu) {
    return cpu.mxcsr >> Mxcsr.RC_SHIFT & 3;
  }
}
