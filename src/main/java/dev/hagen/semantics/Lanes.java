package dev.hagen.semantics;

/**
 * Arithmetic on all elements of a {@code long} at once, without a carry from one element into the next.
 *
 * <p>The mask {@code signs} stands for the element size: it has the most significant bit of every element set.
 */
final class Lanes {
  /** Sign bits of eight bytes. */
  static final long BYTES = 0x8080_8080_8080_8080L;
  /** Sign bits of four words. */
  static final long WORDS = 0x8000_8000_8000_8000L;
  /** Sign bits of two doublewords. */
  static final long DWORDS = 0x8000_0000_8000_0000L;

  private Lanes() {}

  /** Element-wise sum. */
  static long add(long a, long b, long signs) {
    return (a & ~signs) + (b & ~signs) ^ (a ^ b) & signs;
  }

  /** Element-wise difference. */
  static long subtract(long a, long b, long signs) {
    return (a | signs) - (b & ~signs) ^ (a ^ ~b) & signs;
  }

  /** All ones in the elements whose sign bit is set in {@code selected}, which has no other bits. */
  static long fill(long selected, long signs) {
    int width = width(signs);
    return (selected >>> width - 1) * ((1L << width) - 1);
  }

  /** {@code a} in the elements where {@code mask} is all ones, {@code b} where it is all zeros. */
  static long blend(long mask, long a, long b) {
    return b ^ (a ^ b) & mask;
  }

  /** All ones where elements are equal. */
  static long equal(long a, long b, long signs) {
    long difference = a ^ b;
    long nonzero = (difference & ~signs) + ~signs | difference;
    return fill(~nonzero & signs, signs);
  }

  /** All ones where {@code a} is below {@code b}, unsigned. */
  static long below(long a, long b, long signs) {
    return fill(borrows(a, b, subtract(a, b, signs)) & signs, signs);
  }

  /** All ones where {@code a} is less than {@code b}, signed. */
  static long less(long a, long b, long signs) {
    return below(a ^ signs, b ^ signs, signs);
  }

  /** Unsigned sum that stops at the largest value. */
  static long addUnsignedSaturated(long a, long b, long signs) {
    long sum = add(a, b, signs);
    return sum | fill((a & b | (a | b) & ~sum) & signs, signs);
  }

  /** Unsigned difference that stops at zero. */
  static long subtractUnsignedSaturated(long a, long b, long signs) {
    long difference = subtract(a, b, signs);
    return difference & ~fill(borrows(a, b, difference) & signs, signs);
  }

  /** Signed sum that stops at the largest and smallest value. */
  static long addSaturated(long a, long b, long signs) {
    long sum = add(a, b, signs);
    return saturate(a, sum, ~(a ^ b) & (a ^ sum) & signs, signs);
  }

  /** Signed difference that stops at the largest and smallest value. */
  static long subtractSaturated(long a, long b, long signs) {
    long difference = subtract(a, b, signs);
    return saturate(a, difference, (a ^ b) & (a ^ difference) & signs, signs);
  }

  /** Signed doubleword, limited to a signed word. */
  static int toSignedWord(int value) {
    return Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  /** Signed doubleword, limited to an unsigned word. */
  static int toUnsignedWord(int value) {
    return Math.clamp(value, 0, 0xFFFF);
  }

  /** Word {@code index} of {@code value}, sign-extended. */
  static int word(long value, int index) {
    return (short) (value >>> 16 * index);
  }

  /** Byte {@code index} of {@code value}, sign-extended. */
  static int signedByte(long value, int index) {
    return (byte) (value >>> 8 * index);
  }

  /** Four words, the lowest first. */
  static long words(int w0, int w1, int w2, int w3) {
    return w0 & 0xFFFFL | (w1 & 0xFFFFL) << 16 | (w2 & 0xFFFFL) << 32 | (long) w3 << 48;
  }

  /** Two doublewords, the lower first. */
  static long dwords(int low, int high) {
    return low & 0xFFFF_FFFFL | (long) high << 32;
  }

  /** The doubleword in the upper half. */
  static int high(long value) {
    return (int) (value >>> 32);
  }

  private static long borrows(long a, long b, long difference) {
    return ~a & b | ~(a ^ b) & difference;
  }

  /** Replaces the elements that {@code overflow} marks by the limit on the side of {@code a}'s sign. */
  private static long saturate(long a, long wrapped, long overflow, long signs) {
    long limit = ((a & signs) >>> width(signs) - 1) + ~signs;
    return blend(fill(overflow, signs), limit, wrapped);
  }

  private static int width(long signs) {
    return Long.numberOfTrailingZeros(signs) + 1;
  }
}
