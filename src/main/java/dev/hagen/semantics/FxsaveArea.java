package dev.hagen.semantics;

import static dev.hagen.decode.Op.FXRSTOR;
import static dev.hagen.decode.Op.FXSAVE;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.x86.Control;
import java.util.Objects;

/**
 * The 512-byte image of x87 and SSE state: FXSAVE, FXRSTOR, and the first part of what XSAVE stores (SDM vol. 1 10.5.1,
 * 13.4.1).
 *
 * <p>As on AMD processors the x87 pointers are stored as zero while no unmasked exception is pending. MXCSR_MASK is the
 * processor model's.
 */
public final class FxsaveArea {
  static final int SIZE = 512;
  private static final int ALIGNMENT = 16;
  private static final int MXCSR_OFFSET = 24;
  private static final int X87_REGISTERS = 32;
  private static final int XMM_REGISTERS = 160;
  /** Pointers that FXRSTOR64 loads are cut to this many bits, sign-extended. */
  private static final int POINTER_BITS = 57;

  private FxsaveArea() {}

  @Semantics(FXSAVE)
  public static void fxsave(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForStore(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), SIZE);
    checkAligned(cpu, linear, ALIGNMENT);
    LinearMemory.checkStore(cpu, linear, SIZE);
    storeX87(cpu, linear, instruction.has(Instruction.Prefix.REX_W));
    if (holdsSse(cpu)) {
      storeMxcsr(cpu, linear);
      if (holdsXmm(cpu)) {
        storeXmm(cpu, linear);
      }
    }
  }

  @Semantics(FXRSTOR)
  public static void fxrstor(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), SIZE);
    checkAligned(cpu, linear, ALIGNMENT);
    LinearMemory.checkLoad(cpu, linear, SIZE);
    boolean sse = holdsSse(cpu);
    if (sse) {
      checkMxcsr(cpu, linear);
    }
    loadX87(cpu, linear, instruction.has(Instruction.Prefix.REX_W));
    if (sse) {
      loadMxcsr(cpu, linear);
      if (holdsXmm(cpu)) {
        loadXmm(cpu, linear);
      }
    }
  }

  /** Raises #GP(0) if {@code linear} is not a multiple of {@code alignment}. */
  static void checkAligned(CpuState cpu, long linear, int alignment) {
    if ((linear & alignment - 1) != 0) {
      throw cpu.generalProtection(0);
    }
  }

  /** Without CR4.OSFXSR the operating system knows no SSE, and the image holds none (APM vol. 2 11.5.4). */
  private static boolean holdsSse(CpuState cpu) {
    return (cpu.cr4 & Control.CR4_OSFXSR) != 0;
  }

  /** EFER.FFXSR leaves the XMM registers out at CPL 0 in 64-bit mode (APM vol. 2 3.1.7). */
  private static boolean holdsXmm(CpuState cpu) {
    return (cpu.efer & Control.EFER_FFXSR) == 0 || cpu.cpl != 0 || !cpu.is64Bit();
  }

  // x87: bytes 0 to 23 and 32 to 159.

  /** {@code wide}: the form with 64-bit pointers and no selectors. */
  static void storeX87(CpuState cpu, long linear, boolean wide) {
    boolean pending = (cpu.fsw & X87.ES) != 0;
    long fip = pending ? cpu.fip : 0;
    long fdp = pending ? cpu.fdp : 0;
    long fop = pending ? cpu.fop : 0;
    LinearMemory.store(cpu, linear,
        cpu.fcw | (long) X87.statusWord(cpu) << 16 | (long) cpu.ftw << 32 | fop << 48, 8);
    LinearMemory.store(cpu, linear + 8, wide ? fip : pointer(fip, pending ? cpu.fcs : 0), 8);
    LinearMemory.store(cpu, linear + 16, wide ? fdp : pointer(fdp, pending ? cpu.fds : 0), 8);
    for (int i = 0; i < 8; i++) {
      int register = X87.physical(cpu, i);
      LinearMemory.store(cpu, linear + X87_REGISTERS + 16L * i, cpu.stSignificand[register], 8);
      LinearMemory.store(cpu, linear + X87_REGISTERS + 16L * i + 8, cpu.stSignExponent[register], 8);
    }
  }

  private static long pointer(long offset, int selector) {
    return offset & 0xFFFF_FFFFL | (long) selector << 32;
  }

  static void loadX87(CpuState cpu, long linear, boolean wide) {
    long first = LinearMemory.load(cpu, linear, 8);
    long instruction = LinearMemory.load(cpu, linear + 8, 8);
    long operand = LinearMemory.load(cpu, linear + 16, 8);
    X87.setStatusWord(cpu, (int) (first >>> 16) & 0xFFFF);
    X87.setControlWord(cpu, (int) first & 0xFFFF);
    cpu.ftw = (int) (first >>> 32) & 0xFF;
    cpu.fop = (int) (first >>> 48) & 0x7FF;
    int cut = 64 - POINTER_BITS;
    cpu.fip = wide ? instruction << cut >> cut : instruction & 0xFFFF_FFFFL;
    cpu.fcs = wide ? 0 : (int) (instruction >>> 32) & 0xFFFF;
    cpu.fdp = wide ? operand << cut >> cut : operand & 0xFFFF_FFFFL;
    cpu.fds = wide ? 0 : (int) (operand >>> 32) & 0xFFFF;
    for (int i = 0; i < 8; i++) {
      int register = X87.physical(cpu, i);
      cpu.stSignificand[register] = LinearMemory.load(cpu, linear + X87_REGISTERS + 16L * i, 8);
      cpu.stSignExponent[register] = (int) LinearMemory.load(cpu, linear + X87_REGISTERS + 16L * i + 8, 2);
    }
  }

  /** The state that FNINIT leaves, with cleared registers. */
  static void initializeX87(CpuState cpu) {
    X87Control.fninit(cpu);
    java.util.Arrays.fill(cpu.stSignificand, 0);
    java.util.Arrays.fill(cpu.stSignExponent, 0);
  }

  /** Whether the x87 is in another state than {@link #initializeX87} leaves. */
  static boolean isX87InUse(CpuState cpu) {
    long registers = 0;
    for (int i = 0; i < 8; i++) {
      registers |= cpu.stSignificand[i] | cpu.stSignExponent[i];
    }
    return cpu.fcw != 0x37F || (cpu.fsw | cpu.ftop | cpu.ftw | cpu.fop | cpu.fcs | cpu.fds) != 0
        || (cpu.fip | cpu.fdp | registers) != 0;
  }

  // MXCSR: bytes 24 to 31.

  static void storeMxcsr(CpuState cpu, long linear) {
    LinearMemory.store(cpu, linear + MXCSR_OFFSET, cpu.mxcsr | (long) cpu.model.mxcsrBits() << 32, 8);
  }

  /** Raises #GP(0) if the image has a bit that MXCSR has not. */
  static void checkMxcsr(CpuState cpu, long linear) {
    if ((LinearMemory.load(cpu, linear + MXCSR_OFFSET, 4) & ~cpu.model.mxcsrBits()) != 0) {
      throw cpu.generalProtection(0);
    }
  }

  static void loadMxcsr(CpuState cpu, long linear) {
    cpu.mxcsr = (int) LinearMemory.load(cpu, linear + MXCSR_OFFSET, 4);
  }

  // XMM registers: from byte 160 on, sixteen of them in 64-bit mode and eight elsewhere.

  private static int xmmCount(CpuState cpu) {
    return cpu.is64Bit() ? 16 : 8;
  }

  static void storeXmm(CpuState cpu, long linear) {
    for (int i = 0; i < 2 * xmmCount(cpu); i++) {
      LinearMemory.store(cpu, linear + XMM_REGISTERS + 8L * i, cpu.xmm[i], 8);
    }
  }

  static void loadXmm(CpuState cpu, long linear) {
    for (int i = 0; i < 2 * xmmCount(cpu); i++) {
      cpu.xmm[i] = LinearMemory.load(cpu, linear + XMM_REGISTERS + 8L * i, 8);
    }
  }

  static void clearXmm(CpuState cpu) {
    java.util.Arrays.fill(cpu.xmm, 0, 2 * xmmCount(cpu), 0);
  }

  /** Whether an XMM register is not zero or MXCSR has not its initial value. */
  static boolean isSseInUse(CpuState cpu) {
    long registers = 0;
    for (int i = 0; i < 2 * xmmCount(cpu); i++) {
      registers |= cpu.xmm[i];
    }
    return registers != 0 || cpu.mxcsr != XsaveArea.INITIAL_MXCSR;
  }
}
