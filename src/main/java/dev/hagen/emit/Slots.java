package dev.hagen.emit;

import dev.hagen.x86.Reg;

/**
 * What a unit may have in locals, as bits of a {@code long}: bits 0 to 15 are the general registers, bits 16 to 47 the
 * halves of the XMM registers, the low half of each first, bit 48 stands for the arithmetic flags, and bits 49 to 56 are the
 * x87 registers as the unit numbers them ({@link X87Plan}).
 */
final class Slots {
  static final long FLAGS = 1L << 48;
  static final int GENERAL_COUNT = 16;
  static final int HALF_COUNT = 32;
  static final long ALL_HALVES = 0xFFFF_FFFFL << GENERAL_COUNT;

  static final int X87_COUNT = 8;
  private static final int X87_SHIFT = 49;
  static final long ALL_X87 = 0xFFL << X87_SHIFT;

  private Slots() {}

  /** A general register; nothing for {@link Reg#NONE}. */
  static long general(int register) {
    return register == Reg.NONE ? 0 : 1L << register;
  }

  /** Both halves of an XMM register. */
  static long xmm(int register) {
    return halves(register, XmmForm.BOTH);
  }

  /** Halves of an XMM register, given as {@link XmmForm} has them. */
  static long halves(int register, int halves) {
    return (long) halves << GENERAL_COUNT + 2 * register;
  }

  /** Whether a set has a general register. */
  static boolean hasGeneral(long slots, int register) {
    return (slots >>> register & 1) != 0;
  }

  /** An x87 register. */
  static long x87(int number) {
    return 1L << X87_SHIFT + number;
  }

  /** Whether a set has an x87 register. */
  static boolean hasX87(long slots, int number) {
    return (slots >>> X87_SHIFT + number & 1) != 0;
  }

  /** Whether a set has a half, numbered as in {@link XmmUse}. */
  static boolean hasHalf(long slots, int half) {
    return (slots >>> GENERAL_COUNT + half & 1) != 0;
  }
}
