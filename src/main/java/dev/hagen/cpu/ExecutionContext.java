package dev.hagen.cpu;

import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;

/**
 * The state that the meaning of an instruction's bytes depends on, packed into one {@code int}: part of the key of
 * every decoded block and translation unit.
 *
 * <p>Bits 0 and 1: code size (0: 16-bit, 1: 32-bit, 2: 64-bit). Bits 2 and 3: stack size, likewise. Bit 4: flat, that
 * is CS, DS, ES and SS are the whole address space and allow every access. Bits 5 and 6: CPL. Bit 7: real or
 * virtual-8086 segments. Bit 8: x87 instructions raise #NM. Bit 9: SSE instructions raise #UD or #NM, and so on bit 10
 * for MMX.
 */
public final class ExecutionContext {
  public static final int FLAT = 1 << 4;
  public static final int CPL_SHIFT = 5;
  public static final int REAL_SEGMENTS = 1 << 7;
  public static final int X87_BLOCKED = 1 << 8;
  public static final int SSE_BLOCKED = 1 << 9;
  public static final int MMX_BLOCKED = 1 << 10;

  private ExecutionContext() {}

  static int of(CpuState cpu) {
    SegmentRegister cs = cpu.segment[Reg.CS];
    int common = cpu.cpl << CPL_SHIFT | blockedUnits(cpu);
    if ((cpu.efer & Control.EFER_LMA) != 0 && cs.has(SegmentRegister.L)) {
      return 2 | 2 << 2 | FLAT | common;
    }
    boolean real = cpu.usesRealSegments();
    int code = cs.has(SegmentRegister.DB) ? 1 : 0;
    int stack = cpu.segment[Reg.SS].has(SegmentRegister.DB) ? 1 : 0;
    boolean flat = cs.isFlatCode() && cpu.segment[Reg.DS].isFlatData() && cpu.segment[Reg.ES].isFlatData()
        && cpu.segment[Reg.SS].isFlatData();
    return code | stack << 2 | (flat ? FLAT : 0) | common | (real ? REAL_SEGMENTS : 0);
  }

  private static int blockedUnits(CpuState cpu) {
    int blocked = 0;
    if ((cpu.cr0 & (Control.CR0_EM | Control.CR0_TS)) != 0) {
      blocked = X87_BLOCKED | SSE_BLOCKED | MMX_BLOCKED;
    }
    return (cpu.cr4 & Control.CR4_OSFXSR) == 0 ? blocked | SSE_BLOCKED : blocked;
  }

  /** Default size of code in bytes: 2, 4 or 8. */
  public static int codeSize(int context) {
    return 2 << (context & 3);
  }

  /** Size of the stack pointer in bytes: 2, 4 or 8. */
  public static int stackSize(int context) {
    return 2 << (context >> 2 & 3);
  }

  public static boolean isFlat(int context) {
    return (context & FLAT) != 0;
  }

  public static int cpl(int context) {
    return context >> CPL_SHIFT & 3;
  }

  /** The same at another CPL. */
  static int withCpl(int context, int cpl) {
    return context & ~(3 << CPL_SHIFT) | cpl << CPL_SHIFT;
  }

  /** Whether code and stack are flat and both 32 bits wide, in protected mode. */
  public static boolean isFlat32(int context) {
    return (context & (0xF | FLAT | REAL_SEGMENTS)) == (1 | 1 << 2 | FLAT);
  }
}
