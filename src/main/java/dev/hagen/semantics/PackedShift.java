package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Lanes.dwords;
import static dev.hagen.semantics.Lanes.high;
import static dev.hagen.semantics.Lanes.word;
import static dev.hagen.semantics.Lanes.words;

import dev.hagen.cpu.CpuState;

/**
 * Shifts of packed integers (SDM vol. 1 5.4.6, 5.6.3).
 *
 * <p>The first form of each takes the count as its second operand and serves MMX registers and immediate counts; the
 * second serves XMM registers whose count is the low half of an XMM register or of 16 bytes of memory. A count beyond
 * the element shifts everything out; for arithmetic shifts that leaves the sign.
 */
public final class PackedShift {
  private PackedShift() {}

  @Semantics(PSLLW)
  public static long psllw(long a, long b) {
    return Long.compareUnsigned(b, 15) > 0 ? 0 : a << b & 0x0001_0001_0001_0001L * (0xFFFF << (int) b & 0xFFFF);
  }

  @Semantics(PSLLW)
  public static void psllw(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psllw(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psllw(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSLLD)
  public static long pslld(long a, long b) {
    return Long.compareUnsigned(b, 31) > 0 ? 0 : dwords((int) a << (int) b, high(a) << (int) b);
  }

  @Semantics(PSLLD)
  public static void pslld(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = pslld(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = pslld(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSLLQ)
  public static long psllq(long a, long b) {
    return Long.compareUnsigned(b, 63) > 0 ? 0 : a << b;
  }

  @Semantics(PSLLQ)
  public static void psllq(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psllq(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psllq(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSRLW)
  public static long psrlw(long a, long b) {
    return Long.compareUnsigned(b, 15) > 0 ? 0 : a >>> b & 0x0001_0001_0001_0001L * (0xFFFF >>> (int) b);
  }

  @Semantics(PSRLW)
  public static void psrlw(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psrlw(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psrlw(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSRLD)
  public static long psrld(long a, long b) {
    return Long.compareUnsigned(b, 31) > 0 ? 0 : dwords((int) a >>> (int) b, high(a) >>> (int) b);
  }

  @Semantics(PSRLD)
  public static void psrld(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psrld(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psrld(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSRLQ)
  public static long psrlq(long a, long b) {
    return Long.compareUnsigned(b, 63) > 0 ? 0 : a >>> b;
  }

  @Semantics(PSRLQ)
  public static void psrlq(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psrlq(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psrlq(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSRAW)
  public static long psraw(long a, long b) {
    int count = Long.compareUnsigned(b, 15) > 0 ? 15 : (int) b;
    return words(word(a, 0) >> count, word(a, 1) >> count, word(a, 2) >> count, word(a, 3) >> count);
  }

  @Semantics(PSRAW)
  public static void psraw(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psraw(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psraw(cpu.xmm[2 * destination + 1], count);
  }

  @Semantics(PSRAD)
  public static long psrad(long a, long b) {
    int count = Long.compareUnsigned(b, 31) > 0 ? 31 : (int) b;
    return dwords((int) a >> count, high(a) >> count);
  }

  @Semantics(PSRAD)
  public static void psrad(CpuState cpu, int destination, int source) {
    long count = cpu.xmm[2 * source];
    cpu.xmm[2 * destination] = psrad(cpu.xmm[2 * destination], count);
    cpu.xmm[2 * destination + 1] = psrad(cpu.xmm[2 * destination + 1], count);
  }

  /** Shifts sixteen bytes left by {@code count} bytes. */
  @Semantics(PSLLDQ)
  public static void pslldq(CpuState cpu, int destination, long count, int immediate) {
    int bits = 8 * (int) Math.min(count & 0xFF, 16);
    long low = cpu.xmm[2 * destination];
    long high = cpu.xmm[2 * destination + 1];
    // A left shift by n is the high part of a right shift by 128 - n with zeros below.
    cpu.xmm[2 * destination] = shiftRight(0, low, 64 - Math.min(bits, 64));
    cpu.xmm[2 * destination + 1] = bits <= 64 ? shiftRight(low, high, 64 - bits) : shiftRight(0, low, 128 - bits);
  }

  /** Shifts sixteen bytes right by {@code count} bytes. */
  @Semantics(PSRLDQ)
  public static void psrldq(CpuState cpu, int destination, long count, int immediate) {
    int bits = 8 * (int) Math.min(count & 0xFF, 16);
    long low = cpu.xmm[2 * destination];
    long high = cpu.xmm[2 * destination + 1];
    cpu.xmm[2 * destination] = shiftRight(low, high, bits);
    cpu.xmm[2 * destination + 1] = shiftRight(high, 0, bits);
  }

  /** The low half of (destination:source) shifted right by bytes (SSSE3). */
  @Semantics(PALIGNR)
  public static long palignr(CpuState cpu, long a, long b, long count, int size) {
    int bits = 8 * (int) Math.min(count & 0xFF, 16);
    return shiftRight(b, a, bits);
  }

  @Semantics(PALIGNR)
  public static void palignr(CpuState cpu, int destination, int source, int count) {
    long b0 = cpu.xmm[2 * source];
    long b1 = cpu.xmm[2 * source + 1];
    long a0 = cpu.xmm[2 * destination];
    long a1 = cpu.xmm[2 * destination + 1];
    int bits = 8 * (count & 7);
    switch ((count & 0xFF) >> 3) {
      case 0 -> set(cpu, destination, shiftRight(b0, b1, bits), shiftRight(b1, a0, bits));
      case 1 -> set(cpu, destination, shiftRight(b1, a0, bits), shiftRight(a0, a1, bits));
      case 2 -> set(cpu, destination, shiftRight(a0, a1, bits), shiftRight(a1, 0, bits));
      case 3 -> set(cpu, destination, shiftRight(a1, 0, bits), 0);
      default -> set(cpu, destination, 0, 0);
    }
  }

  /** The low eight of sixteen bytes shifted right by {@code bits}, 0 to 128. */
  private static long shiftRight(long low, long high, int bits) {
    if (bits >= 64) {
      return bits == 128 ? 0 : high >>> bits;
    }
    return bits == 0 ? low : low >>> bits | high << -bits;
  }

  private static void set(CpuState cpu, int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }
}
