package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;

/** Matches data accesses against DR0 to DR3 (SDM vol. 3B 17.2.4 and 17.2.5). */
public final class DataBreakpoints {
  private static final int ON_WRITE = 1;
  private static final int ON_ACCESS = 3;
  private static final int[] LENGTHS = {1, 2, 8, 4};

  private DataBreakpoints() {}

  /** Collects in {@link CpuState#debugHits} the breakpoints that an access of {@code size} bytes touches. */
  static void note(CpuState cpu, long linear, int size, boolean write) {
    long dr7 = cpu.dr[7];
    for (int i = 0; i < 4; i++) {
      if ((dr7 >>> 2 * i & 3) == 0) {
        continue;
      }
      int control = (int) (dr7 >>> 16 + 4 * i) & 0xF;
      int kind = control & 3;
      if (kind != ON_ACCESS && !(kind == ON_WRITE && write)) {
        continue;
      }
      int length = LENGTHS[control >> 2];
      long start = cpu.dr[i] & -length;
      if (linear < start + length && start < linear + size) {
        cpu.debugHits |= 1L << i;
        cpu.leaveBlock = true;
      }
    }
  }
}
