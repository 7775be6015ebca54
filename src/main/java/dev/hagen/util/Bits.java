package dev.hagen.util;

/** Operand sizes and two's complement. Sizes are in bytes: 1, 2, 4 or 8. */
public final class Bits {
  private Bits() {}

  /** Ones in the low {@code size} bytes, zeros above. */
  public static long mask(int size) {
    return -1L >>> (64 - (size << 3));
  }

  /** The low {@code size} bytes of {@code value}, zero-extended. */
  public static long zeroExtend(long value, int size) {
    int shift = 64 - (size << 3);
    return value << shift >>> shift;
  }

  /** The low {@code size} bytes of {@code value}, sign-extended. */
  public static long signExtend(long value, int size) {
    int shift = 64 - (size << 3);
    return value << shift >> shift;
  }

  /** The most significant bit of a {@code size}-byte value. */
  public static long signBit(int size) {
    return 1L << ((size << 3) - 1);
  }

  /** Whether {@code address} is canonical: bits 63 to 47 are equal (SDM vol. 1 3.3.7.1). */
  public static boolean isCanonical(long address) {
    return address << 16 >> 16 == address;
  }
}
