package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Lanes.BYTES;
import static dev.hagen.semantics.Lanes.DWORDS;
import static dev.hagen.semantics.Lanes.WORDS;
import static dev.hagen.semantics.Lanes.dwords;
import static dev.hagen.semantics.Lanes.high;
import static dev.hagen.semantics.Lanes.word;
import static dev.hagen.semantics.Lanes.words;

/**
 * Sums, differences, products, averages, extremes and logic of packed integers in MMX and XMM registers, eight bytes at
 * a time (SDM vol. 1 5.4.3, 5.4.5, 5.5.2, 5.6.3, 5.10.6).
 */
public final class PackedArithmetic {
  private PackedArithmetic() {}

  @Semantics(PADDB)
  public static long paddb(long a, long b) {
    return Lanes.add(a, b, BYTES);
  }

  @Semantics(PADDW)
  public static long paddw(long a, long b) {
    return Lanes.add(a, b, WORDS);
  }

  @Semantics(PADDD)
  public static long paddd(long a, long b) {
    return Lanes.add(a, b, DWORDS);
  }

  @Semantics(PADDQ)
  public static long paddq(long a, long b) {
    return a + b;
  }

  @Semantics(PADDSB)
  public static long paddsb(long a, long b) {
    return Lanes.addSaturated(a, b, BYTES);
  }

  @Semantics(PADDSW)
  public static long paddsw(long a, long b) {
    return Lanes.addSaturated(a, b, WORDS);
  }

  @Semantics(PADDUSB)
  public static long paddusb(long a, long b) {
    return Lanes.addUnsignedSaturated(a, b, BYTES);
  }

  @Semantics(PADDUSW)
  public static long paddusw(long a, long b) {
    return Lanes.addUnsignedSaturated(a, b, WORDS);
  }

  @Semantics(PSUBB)
  public static long psubb(long a, long b) {
    return Lanes.subtract(a, b, BYTES);
  }

  @Semantics(PSUBW)
  public static long psubw(long a, long b) {
    return Lanes.subtract(a, b, WORDS);
  }

  @Semantics(PSUBD)
  public static long psubd(long a, long b) {
    return Lanes.subtract(a, b, DWORDS);
  }

  @Semantics(PSUBQ)
  public static long psubq(long a, long b) {
    return a - b;
  }

  @Semantics(PSUBSB)
  public static long psubsb(long a, long b) {
    return Lanes.subtractSaturated(a, b, BYTES);
  }

  @Semantics(PSUBSW)
  public static long psubsw(long a, long b) {
    return Lanes.subtractSaturated(a, b, WORDS);
  }

  @Semantics(PSUBUSB)
  public static long psubusb(long a, long b) {
    return Lanes.subtractUnsignedSaturated(a, b, BYTES);
  }

  @Semantics(PSUBUSW)
  public static long psubusw(long a, long b) {
    return Lanes.subtractUnsignedSaturated(a, b, WORDS);
  }

  @Semantics(PMULLW)
  public static long pmullw(long a, long b) {
    return words(word(a, 0) * word(b, 0), word(a, 1) * word(b, 1), word(a, 2) * word(b, 2), word(a, 3) * word(b, 3));
  }

  @Semantics(PMULHW)
  public static long pmulhw(long a, long b) {
    return words(
        word(a, 0) * word(b, 0) >> 16,
        word(a, 1) * word(b, 1) >> 16,
        word(a, 2) * word(b, 2) >> 16,
        word(a, 3) * word(b, 3) >> 16);
  }

  @Semantics(PMULHUW)
  public static long pmulhuw(long a, long b) {
    return words(
        unsignedWord(a, 0) * unsignedWord(b, 0) >>> 16,
        unsignedWord(a, 1) * unsignedWord(b, 1) >>> 16,
        unsignedWord(a, 2) * unsignedWord(b, 2) >>> 16,
        unsignedWord(a, 3) * unsignedWord(b, 3) >>> 16);
  }

  /** High words of the products with 15 fraction bits, rounded (SSSE3). */
  @Semantics(PMULHRSW)
  public static long pmulhrsw(long a, long b) {
    return words(
        (word(a, 0) * word(b, 0) >> 14) + 1 >> 1,
        (word(a, 1) * word(b, 1) >> 14) + 1 >> 1,
        (word(a, 2) * word(b, 2) >> 14) + 1 >> 1,
        (word(a, 3) * word(b, 3) >> 14) + 1 >> 1);
  }

  @Semantics(PMADDWD)
  public static long pmaddwd(long a, long b) {
    return dwords(
        word(a, 0) * word(b, 0) + word(a, 1) * word(b, 1),
        word(a, 2) * word(b, 2) + word(a, 3) * word(b, 3));
  }

  /** Unsigned bytes of {@code a} by signed bytes of {@code b}, neighbours added (SSSE3). */
  @Semantics(PMADDUBSW)
  public static long pmaddubsw(long a, long b) {
    return words(productsOfBytes(a, b, 0), productsOfBytes(a, b, 2), productsOfBytes(a, b, 4),
        productsOfBytes(a, b, 6));
  }

  @Semantics(PMULUDQ)
  public static long pmuludq(long a, long b) {
    return (a & 0xFFFF_FFFFL) * (b & 0xFFFF_FFFFL);
  }

  @Semantics(PMULDQ)
  public static long pmuldq(long a, long b) {
    return (long) (int) a * (int) b;
  }

  @Semantics(PMULLD)
  public static long pmulld(long a, long b) {
    return dwords((int) a * (int) b, high(a) * high(b));
  }

  @Semantics(PAVGB)
  public static long pavgb(long a, long b) {
    return (a | b) - (((a ^ b) & 0xFEFE_FEFE_FEFE_FEFEL) >>> 1);
  }

  @Semantics(PAVGW)
  public static long pavgw(long a, long b) {
    return (a | b) - (((a ^ b) & 0xFFFE_FFFE_FFFE_FFFEL) >>> 1);
  }

  /** Sum of the absolute differences of unsigned bytes. */
  @Semantics(PSADBW)
  public static long psadbw(long a, long b) {
    long differences = Lanes.subtractUnsignedSaturated(a, b, BYTES) | Lanes.subtractUnsignedSaturated(b, a, BYTES);
    long pairs = (differences & 0x00FF_00FF_00FF_00FFL) + (differences >>> 8 & 0x00FF_00FF_00FF_00FFL);
    return pairs * 0x0001_0001_0001_0001L >>> 48;
  }

  @Semantics(PMINUB)
  public static long pminub(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, BYTES), a, b);
  }

  @Semantics(PMINUW)
  public static long pminuw(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, WORDS), a, b);
  }

  @Semantics(PMINUD)
  public static long pminud(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, DWORDS), a, b);
  }

  @Semantics(PMINSB)
  public static long pminsb(long a, long b) {
    return Lanes.blend(Lanes.less(a, b, BYTES), a, b);
  }

  @Semantics(PMINSW)
  public static long pminsw(long a, long b) {
    return Lanes.blend(Lanes.less(a, b, WORDS), a, b);
  }

  @Semantics(PMINSD)
  public static long pminsd(long a, long b) {
    return dwords(Math.min((int) a, (int) b), Math.min(high(a), high(b)));
  }

  @Semantics(PMAXUB)
  public static long pmaxub(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, BYTES), b, a);
  }

  @Semantics(PMAXUW)
  public static long pmaxuw(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, WORDS), b, a);
  }

  @Semantics(PMAXUD)
  public static long pmaxud(long a, long b) {
    return Lanes.blend(Lanes.below(a, b, DWORDS), b, a);
  }

  @Semantics(PMAXSB)
  public static long pmaxsb(long a, long b) {
    return Lanes.blend(Lanes.less(a, b, BYTES), b, a);
  }

  @Semantics(PMAXSW)
  public static long pmaxsw(long a, long b) {
    return Lanes.blend(Lanes.less(a, b, WORDS), b, a);
  }

  @Semantics(PMAXSD)
  public static long pmaxsd(long a, long b) {
    return dwords(Math.max((int) a, (int) b), Math.max(high(a), high(b)));
  }

  @Semantics({PAND, ANDPS, ANDPD})
  public static long pand(long a, long b) {
    return a & b;
  }

  @Semantics({PANDN, ANDNPS, ANDNPD})
  public static long pandn(long a, long b) {
    return ~a & b;
  }

  @Semantics({POR, ORPS, ORPD})
  public static long por(long a, long b) {
    return a | b;
  }

  @Semantics({PXOR, XORPS, XORPD})
  public static long pxor(long a, long b) {
    return a ^ b;
  }

  private static int unsignedWord(long value, int index) {
    return (int) (value >>> 16 * index) & 0xFFFF;
  }

  private static int productsOfBytes(long a, long b, int index) {
    return Lanes.toSignedWord(
        (int) (a >>> 8 * index & 0xFF) * Lanes.signedByte(b, index)
            + (int) (a >>> 8 * index + 8 & 0xFF) * Lanes.signedByte(b, index + 1));
  }
}
