package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Lanes.BYTES;
import static dev.hagen.semantics.Lanes.DWORDS;
import static dev.hagen.semantics.Lanes.WORDS;
import static dev.hagen.semantics.Lanes.dwords;
import static dev.hagen.semantics.Lanes.high;
import static dev.hagen.semantics.Lanes.word;
import static dev.hagen.semantics.Lanes.words;

import dev.hagen.cpu.CpuState;

/** Integer operations of SSSE3 between neighbours, and absolute values and signs (SDM vol. 1 5.8); MPSADBW. */
public final class PackedHorizontal {
  private PackedHorizontal() {}

  @Semantics(PHADDW)
  public static long phaddw(long a, long b) {
    return words(word(a, 0) + word(a, 1), word(a, 2) + word(a, 3), word(b, 0) + word(b, 1), word(b, 2) + word(b, 3));
  }

  @Semantics(PHADDW)
  public static void phaddw(CpuState cpu, int destination, int source) {
    long low = phaddw(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phaddw(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PHADDD)
  public static long phaddd(long a, long b) {
    return dwords((int) a + high(a), (int) b + high(b));
  }

  @Semantics(PHADDD)
  public static void phaddd(CpuState cpu, int destination, int source) {
    long low = phaddd(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phaddd(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PHADDSW)
  public static long phaddsw(long a, long b) {
    return words(
        Lanes.toSignedWord(word(a, 0) + word(a, 1)),
        Lanes.toSignedWord(word(a, 2) + word(a, 3)),
        Lanes.toSignedWord(word(b, 0) + word(b, 1)),
        Lanes.toSignedWord(word(b, 2) + word(b, 3)));
  }

  @Semantics(PHADDSW)
  public static void phaddsw(CpuState cpu, int destination, int source) {
    long low = phaddsw(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phaddsw(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PHSUBW)
  public static long phsubw(long a, long b) {
    return words(word(a, 0) - word(a, 1), word(a, 2) - word(a, 3), word(b, 0) - word(b, 1), word(b, 2) - word(b, 3));
  }

  @Semantics(PHSUBW)
  public static void phsubw(CpuState cpu, int destination, int source) {
    long low = phsubw(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phsubw(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PHSUBD)
  public static long phsubd(long a, long b) {
    return dwords((int) a - high(a), (int) b - high(b));
  }

  @Semantics(PHSUBD)
  public static void phsubd(CpuState cpu, int destination, int source) {
    long low = phsubd(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phsubd(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PHSUBSW)
  public static long phsubsw(long a, long b) {
    return words(
        Lanes.toSignedWord(word(a, 0) - word(a, 1)),
        Lanes.toSignedWord(word(a, 2) - word(a, 3)),
        Lanes.toSignedWord(word(b, 0) - word(b, 1)),
        Lanes.toSignedWord(word(b, 2) - word(b, 3)));
  }

  @Semantics(PHSUBSW)
  public static void phsubsw(CpuState cpu, int destination, int source) {
    long low = phsubsw(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = phsubsw(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(PABSB)
  public static long pabsb(CpuState cpu, long a, int size) {
    return absolute(a, BYTES);
  }

  @Semantics(PABSB)
  public static void pabsb(CpuState cpu, int destination, int source) {
    set(cpu, destination, absolute(cpu.xmm[2 * source], BYTES), absolute(cpu.xmm[2 * source + 1], BYTES));
  }

  @Semantics(PABSW)
  public static long pabsw(CpuState cpu, long a, int size) {
    return absolute(a, WORDS);
  }

  @Semantics(PABSW)
  public static void pabsw(CpuState cpu, int destination, int source) {
    set(cpu, destination, absolute(cpu.xmm[2 * source], WORDS), absolute(cpu.xmm[2 * source + 1], WORDS));
  }

  @Semantics(PABSD)
  public static long pabsd(CpuState cpu, long a, int size) {
    return absolute(a, DWORDS);
  }

  @Semantics(PABSD)
  public static void pabsd(CpuState cpu, int destination, int source) {
    set(cpu, destination, absolute(cpu.xmm[2 * source], DWORDS), absolute(cpu.xmm[2 * source + 1], DWORDS));
  }

  @Semantics(PSIGNB)
  public static long psignb(long a, long b) {
    return withSign(a, b, BYTES);
  }

  @Semantics(PSIGNW)
  public static long psignw(long a, long b) {
    return withSign(a, b, WORDS);
  }

  @Semantics(PSIGND)
  public static long psignd(long a, long b) {
    return withSign(a, b, DWORDS);
  }

  /** Sums of absolute differences of four bytes of the source with eight neighbouring groups (SSE4.1). */
  @Semantics(MPSADBW)
  public static void mpsadbw(CpuState cpu, int destination, int source, int immediate) {
    long[] xmm = cpu.xmm;
    int block = 32 * (immediate & 3);
    long group = xmm[2 * source + (block >> 6)] >>> (block & 63) & 0xFFFF_FFFFL;
    long low = xmm[2 * destination];
    long high = xmm[2 * destination + 1];
    // The eight groups span eleven bytes from byte 0 or 4 on.
    long first = (immediate & 4) == 0 ? low : low >>> 32 | high << 32;
    long rest = (immediate & 4) == 0 ? high : high >>> 32;
    long sums0 = 0;
    long sums1 = 0;
    for (int i = 0; i < 4; i++) {
      long at0 = first >>> 8 * i & 0xFFFF_FFFFL;
      long at4 = (first >>> 32 | rest << 32) >>> 8 * i & 0xFFFF_FFFFL;
      sums0 |= PackedArithmetic.psadbw(at0, group) << 16 * i;
      sums1 |= PackedArithmetic.psadbw(at4, group) << 16 * i;
    }
    set(cpu, destination, sums0, sums1);
  }

  private static long absolute(long a, long signs) {
    long negative = Lanes.fill(a & signs, signs);
    return Lanes.subtract(a ^ negative, negative, signs);
  }

  /** {@code a} negated where {@code b} is negative, zero where {@code b} is zero. */
  private static long withSign(long a, long b, long signs) {
    long negative = Lanes.fill(b & signs, signs);
    return Lanes.subtract(a ^ negative, negative, signs) & ~Lanes.equal(b, 0, signs);
  }

  private static void set(CpuState cpu, int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }
}
