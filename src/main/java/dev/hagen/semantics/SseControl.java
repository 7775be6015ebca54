package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;

/** The control instructions of MMX and SSE (SDM vol. 1 5.4.8, 5.5.2). */
public final class SseControl {
  private SseControl() {}

  /** Raises #GP for a bit that MXCSR does not have. */
  @Semantics(LDMXCSR)
  public static void ldmxcsr(CpuState cpu, long a, int size) {
    if ((a & 0xFFFF_FFFFL & ~cpu.model.mxcsrBits()) != 0) {
      throw cpu.generalProtection(0);
    }
    cpu.mxcsr = (int) a;
  }

  @Semantics(STMXCSR)
  public static long stmxcsr(CpuState cpu, int size) {
    return cpu.mxcsr;
  }

  /** Marks all x87 registers as empty. */
  @Semantics(EMMS)
  public static void emms(CpuState cpu) {
    cpu.ftw = 0;
  }
}
