package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Lanes.BYTES;
import static dev.hagen.semantics.Lanes.DWORDS;
import static dev.hagen.semantics.Lanes.WORDS;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Flags;

/** Comparisons of packed integers: all ones where the relation holds (SDM vol. 1 5.4.4, 5.10.9, 5.11.2). */
public final class PackedCompare {
  private PackedCompare() {}

  @Semantics(PCMPEQB)
  public static long pcmpeqb(long a, long b) {
    return Lanes.equal(a, b, BYTES);
  }

  @Semantics(PCMPEQW)
  public static long pcmpeqw(long a, long b) {
    return Lanes.equal(a, b, WORDS);
  }

  @Semantics(PCMPEQD)
  public static long pcmpeqd(long a, long b) {
    return Lanes.equal(a, b, DWORDS);
  }

  @Semantics(PCMPEQQ)
  public static long pcmpeqq(long a, long b) {
    return a == b ? -1 : 0;
  }

  @Semantics(PCMPGTB)
  public static long pcmpgtb(long a, long b) {
    return Lanes.less(b, a, BYTES);
  }

  @Semantics(PCMPGTW)
  public static long pcmpgtw(long a, long b) {
    return Lanes.less(b, a, WORDS);
  }

  @Semantics(PCMPGTD)
  public static long pcmpgtd(long a, long b) {
    return Lanes.less(b, a, DWORDS);
  }

  @Semantics(PCMPGTQ)
  public static long pcmpgtq(long a, long b) {
    return a > b ? -1 : 0;
  }

  /** Sets ZF if no bit is set in both, CF if the destination covers the source; clears the other four flags. */
  @Semantics(PTEST)
  public static void ptest(CpuState cpu, int destination, int source) {
    long[] xmm = cpu.xmm;
    long common = xmm[2 * destination] & xmm[2 * source] | xmm[2 * destination + 1] & xmm[2 * source + 1];
    long missing = ~xmm[2 * destination] & xmm[2 * source] | ~xmm[2 * destination + 1] & xmm[2 * source + 1];
    cpu.setArithmeticFlags((common == 0 ? Flags.ZF : 0) | (missing == 0 ? Flags.CF : 0));
  }

  /** The smallest of eight unsigned words and, above it, the index of its first occurrence (SSE4.1). */
  @Semantics(PHMINPOSUW)
  public static void phminposuw(CpuState cpu, int destination, int source) {
    long smallest = 0x1_0000;
    long index = 0;
    for (int i = 0; i < 8; i++) {
      long word = cpu.xmm[2 * source + (i >> 2)] >>> 16 * (i & 3) & 0xFFFF;
      if (word < smallest) {
        smallest = word;
        index = i;
      }
    }
    cpu.xmm[2 * destination] = index << 16 | smallest;
    cpu.xmm[2 * destination + 1] = 0;
  }

  /** The sign bits of eight bytes. */
  @Semantics(PMOVMSKB)
  public static long pmovmskb(CpuState cpu, long a, int size) {
    return signsOfBytes(a);
  }

  /** The sign bits of sixteen bytes. */
  @Semantics(PMOVMSKB)
  public static long pmovmskb(CpuState cpu, int source, int immediate) {
    return signs(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
  }

  /** The sign bits of the bytes of two halves. */
  public static long signs(long low, long high) {
    return signsOfBytes(low) | signsOfBytes(high) << 8;
  }

  /** The sign bits of four doublewords. */
  @Semantics(MOVMSKPS)
  public static long movmskps(CpuState cpu, int source, int immediate) {
    long low = cpu.xmm[2 * source];
    long high = cpu.xmm[2 * source + 1];
    return low >>> 31 & 1 | low >>> 63 << 1 | (high >>> 31 & 1) << 2 | high >>> 63 << 3;
  }

  /** The sign bits of two quadwords. */
  @Semantics(MOVMSKPD)
  public static long movmskpd(CpuState cpu, int source, int immediate) {
    return cpu.xmm[2 * source] >>> 63 | cpu.xmm[2 * source + 1] >>> 63 << 1;
  }

  /**
   * One bit for each byte: its sign. The factor moves the sign of byte i from bit 8i to bit 56 + i; no two other products meet there.
   */
  static long signsOfBytes(long value) {
    return ((value & BYTES) >>> 7) * 0x0102_0408_1020_4080L >>> 56;
  }
}
