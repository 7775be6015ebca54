package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Lanes.WORDS;
import static dev.hagen.semantics.Lanes.dwords;
import static dev.hagen.semantics.Lanes.high;
import static dev.hagen.semantics.Lanes.words;

import dev.hagen.cpu.CpuState;

/**
 * Packing with saturation and interleaving (SDM vol. 1 5.4.2, 5.6.3, 5.10.15).
 *
 * <p>The form for MMX registers does half of the work of the form for XMM registers: what packing does to two operands of
 * eight bytes, the XMM form does to the two halves of each of its operands.
 */
public final class PackedConvert {
  private static final long LARGEST_BYTES = 0x007F_007F_007F_007FL;
  private static final long SMALLEST_BYTES = 0xFF80_FF80_FF80_FF80L;

  private PackedConvert() {}

  /** Signed words to signed bytes: eight bytes. */
  @Semantics(PACKSSWB)
  public static long packsswb(long a, long b) {
    return packSigned(a) | packSigned(b) << 32;
  }

  @Semantics(PACKSSWB)
  public static void packsswb(CpuState cpu, int destination, int source) {
    long low = packsswb(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = packsswb(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  /** Signed words to unsigned bytes: eight bytes. */
  @Semantics(PACKUSWB)
  public static long packuswb(long a, long b) {
    return packUnsigned(a) | packUnsigned(b) << 32;
  }

  @Semantics(PACKUSWB)
  public static void packuswb(CpuState cpu, int destination, int source) {
    long low = packuswb(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = packuswb(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  /** Signed doublewords to signed words: eight bytes. */
  @Semantics(PACKSSDW)
  public static long packssdw(long a, long b) {
    return words(Lanes.toSignedWord((int) a), Lanes.toSignedWord(high(a)), Lanes.toSignedWord((int) b),
        Lanes.toSignedWord(high(b)));
  }

  @Semantics(PACKSSDW)
  public static void packssdw(CpuState cpu, int destination, int source) {
    long low = packssdw(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = packssdw(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  /** Signed doublewords to unsigned words (SSE4.1; no MMX form). */
  @Semantics(PACKUSDW)
  public static void packusdw(CpuState cpu, int destination, int source) {
    long low = packWords(cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = packWords(cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  /** Interleaves the bytes of the lower halves. */
  @Semantics(PUNPCKLBW)
  public static long punpcklbw(long a, long b) {
    return interleaveBytes(a, b);
  }

  @Semantics(PUNPCKLBW)
  public static void punpcklbw(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination];
    long b = cpu.xmm[2 * source];
    set(cpu, destination, interleaveBytes(a, b), interleaveBytes(a >>> 32, b >>> 32));
  }

  /** Interleaves the bytes of the upper halves. */
  @Semantics(PUNPCKHBW)
  public static long punpckhbw(long a, long b) {
    return interleaveBytes(a >>> 32, b >>> 32);
  }

  @Semantics(PUNPCKHBW)
  public static void punpckhbw(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination + 1];
    long b = cpu.xmm[2 * source + 1];
    set(cpu, destination, interleaveBytes(a, b), interleaveBytes(a >>> 32, b >>> 32));
  }

  /** Interleaves the words of the lower halves. */
  @Semantics(PUNPCKLWD)
  public static long punpcklwd(long a, long b) {
    return interleaveWords(a, b);
  }

  @Semantics(PUNPCKLWD)
  public static void punpcklwd(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination];
    long b = cpu.xmm[2 * source];
    set(cpu, destination, interleaveWords(a, b), interleaveWords(a >>> 32, b >>> 32));
  }

  /** Interleaves the words of the upper halves. */
  @Semantics(PUNPCKHWD)
  public static long punpckhwd(long a, long b) {
    return interleaveWords(a >>> 32, b >>> 32);
  }

  @Semantics(PUNPCKHWD)
  public static void punpckhwd(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination + 1];
    long b = cpu.xmm[2 * source + 1];
    set(cpu, destination, interleaveWords(a, b), interleaveWords(a >>> 32, b >>> 32));
  }

  /** Interleaves the doublewords of the lower halves. */
  @Semantics(PUNPCKLDQ)
  public static long punpckldq(long a, long b) {
    return interleaveDwords(a, b);
  }

  @Semantics({PUNPCKLDQ, UNPCKLPS})
  public static void punpckldq(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination];
    long b = cpu.xmm[2 * source];
    set(cpu, destination, interleaveDwords(a, b), interleaveDwords(a >>> 32, b >>> 32));
  }

  /** Interleaves the doublewords of the upper halves. */
  @Semantics(PUNPCKHDQ)
  public static long punpckhdq(long a, long b) {
    return interleaveDwords(a >>> 32, b >>> 32);
  }

  @Semantics({PUNPCKHDQ, UNPCKHPS})
  public static void punpckhdq(CpuState cpu, int destination, int source) {
    long a = cpu.xmm[2 * destination + 1];
    long b = cpu.xmm[2 * source + 1];
    set(cpu, destination, interleaveDwords(a, b), interleaveDwords(a >>> 32, b >>> 32));
  }

  @Semantics({PUNPCKLQDQ, UNPCKLPD, MOVLHPS})
  public static void punpcklqdq(CpuState cpu, int destination, int source) {
    cpu.xmm[2 * destination + 1] = cpu.xmm[2 * source];
  }

  @Semantics({PUNPCKHQDQ, UNPCKHPD})
  public static void punpckhqdq(CpuState cpu, int destination, int source) {
    set(cpu, destination, cpu.xmm[2 * destination + 1], cpu.xmm[2 * source + 1]);
  }

  @Semantics(PMOVSXBW)
  public static void pmovsxbw(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, signExtendBytes(value), signExtendBytes(value >>> 32));
  }

  @Semantics(PMOVSXBD)
  public static void pmovsxbd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, dwords((byte) value, (byte) (value >>> 8)), dwords((byte) (value >>> 16), (byte) (value >>> 24)));
  }

  @Semantics(PMOVSXBQ)
  public static void pmovsxbq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, (byte) value, (byte) (value >>> 8));
  }

  @Semantics(PMOVSXWD)
  public static void pmovsxwd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, dwords((short) value, (short) (value >>> 16)), dwords((short) (value >>> 32), (short) (value >>> 48)));
  }

  @Semantics(PMOVSXWQ)
  public static void pmovsxwq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, (short) value, (short) (value >>> 16));
  }

  @Semantics(PMOVSXDQ)
  public static void pmovsxdq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, (int) value, value >> 32);
  }

  @Semantics(PMOVZXBW)
  public static void pmovzxbw(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, interleaveBytes(value, 0), interleaveBytes(value >>> 32, 0));
  }

  @Semantics(PMOVZXBD)
  public static void pmovzxbd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, value & 0xFF | (value & 0xFF00) << 24, value >>> 16 & 0xFF | (value >>> 24 & 0xFF) << 32);
  }

  @Semantics(PMOVZXBQ)
  public static void pmovzxbq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, value & 0xFF, value >>> 8 & 0xFF);
  }

  @Semantics(PMOVZXWD)
  public static void pmovzxwd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, interleaveWords(value, 0), interleaveWords(value >>> 32, 0));
  }

  @Semantics(PMOVZXWQ)
  public static void pmovzxwq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, value & 0xFFFF, value >>> 16 & 0xFFFF);
  }

  @Semantics(PMOVZXDQ)
  public static void pmovzxdq(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, value & 0xFFFF_FFFFL, value >>> 32);
  }

  private static void set(CpuState cpu, int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }

  /** Four signed words to four signed bytes. */
  private static long packSigned(long a) {
    long notAbove = Lanes.blend(Lanes.less(LARGEST_BYTES, a, WORDS), LARGEST_BYTES, a);
    return lowBytes(Lanes.blend(Lanes.less(a, SMALLEST_BYTES, WORDS), SMALLEST_BYTES, notAbove));
  }

  /** Four signed words to four unsigned bytes. */
  private static long packUnsigned(long a) {
    long notNegative = a & ~Lanes.fill(a & WORDS, WORDS);
    return lowBytes(notNegative | Lanes.less(0x00FF_00FF_00FF_00FFL, a, WORDS));
  }

  /** The low bytes of four words. */
  private static long lowBytes(long words) {
    long bytes = words & 0x00FF_00FF_00FF_00FFL;
    long pairs = (bytes | bytes >>> 8) & 0x0000_FFFF_0000_FFFFL;
    return (pairs | pairs >>> 16) & 0xFFFF_FFFFL;
  }

  private static long packWords(long a, long b) {
    return words(Lanes.toUnsignedWord((int) a), Lanes.toUnsignedWord(high(a)), Lanes.toUnsignedWord((int) b),
        Lanes.toUnsignedWord(high(b)));
  }

  private static long signExtendBytes(long value) {
    return words((byte) value, (byte) (value >>> 8), (byte) (value >>> 16), (byte) (value >>> 24));
  }

  /** The low four bytes of each, alternating. */
  private static long interleaveBytes(long a, long b) {
    return spreadBytes(a) | spreadBytes(b) << 8;
  }

  private static long interleaveWords(long a, long b) {
    return spreadWords(a) | spreadWords(b) << 16;
  }

  private static long interleaveDwords(long a, long b) {
    return a & 0xFFFF_FFFFL | b << 32;
  }

  private static long spreadBytes(long value) {
    long words = spreadWords(value);
    return (words | words << 8) & 0x00FF_00FF_00FF_00FFL;
  }

  private static long spreadWords(long value) {
    long low = value & 0xFFFF_FFFFL;
    return (low | low << 16) & 0x0000_FFFF_0000_FFFFL;
  }
}
