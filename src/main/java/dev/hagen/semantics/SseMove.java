package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;

/**
 * Moves between MMX, XMM and general registers and memory (SDM vol. 1 5.4.1, 5.5.1, 5.6.1, 5.7, 5.10).
 *
 * <p>A store of an XMM register goes to slot {@link CpuState#TEMPORARY_XMM}, from where the caller takes as many bytes as
 * the memory operand has.
 */
public final class SseMove {
  private SseMove() {}

  /** Whole registers; the caller has looked after alignment. */
  @Semantics({MOVAPS, MOVUPS, MOVAPD, MOVUPD, MOVDQA, MOVDQU, LDDQU, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA})
  public static void movaps(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] = cpu.xmm[2 * source];
    cpu.xmm[2 * destination + 1] = cpu.xmm[2 * source + 1];
  }

  /** A doubleword or quadword; the destination operand says whether the rest of its register is cleared. */
  @Semantics({MOVD, MOVQ, MOVQ2DQ, MOVDQ2Q, MOVNTQ})
  public static long movq(CpuState cpu, long a, int size) {
    return a;
  }

  /** The low doubleword from register to register or from register to memory. */
  @Semantics({MOVSS, MOVSS_STORE})
  public static void movss(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] =
        cpu.xmm[2 * destination] & 0xFFFF_FFFF_0000_0000L | cpu.xmm[2 * source] & 0xFFFF_FFFFL;
  }

  /** A doubleword from memory; clears the rest. */
  @Semantics(MOVSS_LOAD)
  public static void movssLoad(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] = cpu.xmm[2 * source] & 0xFFFF_FFFFL;
    cpu.xmm[2 * destination + 1] = 0;
  }

  /** The low quadword to the low quadword; the upper one stays. */
  @Semantics({MOVSD, MOVSD_STORE, MOVLPS, MOVLPD, MOVLPS_STORE, MOVLPD_STORE})
  public static void movsd(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] = cpu.xmm[2 * source];
  }

  /** A quadword from memory; clears the rest. */
  @Semantics(MOVSD_LOAD)
  public static void movsdLoad(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] = cpu.xmm[2 * source];
    cpu.xmm[2 * destination + 1] = 0;
  }

  /** The low quadword to the upper quadword. */
  @Semantics({MOVHPS, MOVHPD})
  public static void movhps(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination + 1] = cpu.xmm[2 * source];
  }

  /** The upper quadword to the low quadword. */
  @Semantics({MOVHPS_STORE, MOVHPD_STORE, MOVHLPS})
  public static void movhlps(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination] = cpu.xmm[2 * source + 1];
  }

  /** The low doubleword of each pair, twice (SSE3). */
  @Semantics(MOVSLDUP)
  public static void movsldup(CpuState cpu, int destination, int source) {
    for (int half = 0; half < 2; half++) {
      long value = cpu.xmm[2 * source + half];
      cpu.xmm[2 * destination + half] = value & 0xFFFF_FFFFL | value << 32;
    }
  }

  /** The high doubleword of each pair, twice (SSE3). */
  @Semantics(MOVSHDUP)
  public static void movshdup(CpuState cpu, int destination, int source) {
    for (int half = 0; half < 2; half++) {
      long value = cpu.xmm[2 * source + half];
      cpu.xmm[2 * destination + half] = value & 0xFFFF_FFFF_0000_0000L | value >>> 32;
    }
  }

  /** The low quadword, twice (SSE3). */
  @Semantics(MOVDDUP)
  public static void movddup(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = value;
    cpu.xmm[2 * destination + 1] = value;
  }

  /** Stores the bytes of an MMX register whose mask byte is negative at (R)DI. */
  @Semantics(MASKMOVQ)
  public static void maskmovq(CpuState cpu, Instruction instruction) {
    long value = cpu.stSignificand[((Operand.Mmx) instruction.operand(0)).index()];
    long mask = cpu.stSignificand[((Operand.Mmx) instruction.operand(1)).index()];
    storeBytes(cpu, instruction, value, 0, mask, 0, 8);
  }

  /** Stores the bytes of an XMM register whose mask byte is negative at (R)DI. */
  @Semantics(MASKMOVDQU)
  public static void maskmovdqu(CpuState cpu, Instruction instruction) {
    int value = 2 * ((Operand.Xmm) instruction.operand(0)).index();
    int mask = 2 * ((Operand.Xmm) instruction.operand(1)).index();
    storeBytes(cpu, instruction, cpu.xmm[value], cpu.xmm[value + 1], cpu.xmm[mask], cpu.xmm[mask + 1], 16);
  }

  /**
   * The stores of MASKMOV. Manuals leave open what happens to bytes that the mask leaves out; AMD's family 1Ah checks all
   * of them for writing, even with an empty mask.
   */
  private static void storeBytes(CpuState cpu, Instruction instruction, long low, long high, long maskLow,
      long maskHigh, int length) {
    long offset = Bits.zeroExtend(cpu.gpr[Reg.RDI], instruction.addressSize());
    long linear = SegmentedMemory.linearForStore(cpu, instruction.segment(), offset, length);
    LinearMemory.checkStore(cpu, linear, length);
    long selected = selected(maskLow, maskHigh);
    for (int i = 0; i < length; i++) {
      if ((selected >>> i & 1) != 0) {
        long value = (i < 8 ? low : high) >>> 8 * (i & 7);
        LinearMemory.store(cpu, linear + i, value & 0xFF, 1);
      }
    }
  }

  private static long selected(long maskLow, long maskHigh) {
    return PackedCompare.signsOfBytes(maskLow) | PackedCompare.signsOfBytes(maskHigh) << 8;
  }
}
