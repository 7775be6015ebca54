package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.BIAS;
import static dev.hagen.semantics.Extended.INTEGER_BIT;

import dev.hagen.cpu.CpuState;

/** The formats float and double (sizes 4 and 8 bytes) as destinations of an x87 store. */
final class NarrowFormat {
  private NarrowFormat() {}

  static int maxExponent(int size) {
    return size == 4 ? 0xFF : 0x7FF;
  }

  /** The quiet NaN "real indefinite". */
  static long indefinite(int size) {
    return size == 4 ? 0xFFC0_0000L : 0xFFF8_0000_0000_0000L;
  }

  /** Bits of a 64-bit significand that do not fit. */
  private static int cutBits(int size) {
    return size == 4 ? 40 : 11;
  }

  /** The bits of a number; the significand's low bits are cut off, its integer bit is not stored. */
  static long pack(int sign, int exponent, long significand, int size) {
    if (size == 4) {
      return (long) sign << 16 | (long) exponent << 23 | significand << 1 >>> 41;
    }
    return (long) sign << 48 | (long) exponent << 52 | significand << 1 >>> 12;
  }

  /**
   * Rounds a finite number other than zero, given as sign (0 or 8000h), extended exponent and normalized significand.
   * Raises OE, UE and PE and returns the masked response; the caller does not store it if OE or UE is unmasked;
   * PE and C1 stay clear then.
   */
  static long round(CpuState cpu, int sign, int extendedExponent, long significand, int size) {
    int max = maxExponent(size);
    int exponent = extendedExponent - BIAS + (max >> 1);
    int cut = cutBits(size);
    long unit = 1L << cut;
    int control = ExtendedRounding.roundingControl(cpu);
    if (exponent < 1) {
      return roundTiny(cpu, sign, exponent, significand, size);
    }
    long kept = ExtendedRounding.kept(significand, cut);
    long discarded = ExtendedRounding.discarded(significand, 0, cut);
    boolean up = ExtendedRounding.roundsUp(control, sign, kept, discarded, unit);
    if (up) {
      kept += unit;
      if (kept == 0) {
        kept = INTEGER_BIT;
        exponent++;
      }
    }
    if (exponent >= max) {
      return overflow(cpu, sign, size);
    }
    if (discarded != 0) {
      ExtendedRounding.inexact(cpu, up);
    }
    return pack(sign, exponent, kept, size);
  }

  private static long overflow(CpuState cpu, int sign, int size) {
    if (X87.raise(cpu, X87.OE)) {
      return 0;
    }
    boolean infinite = ExtendedRounding.overflowsToInfinity(ExtendedRounding.roundingControl(cpu), sign);
    ExtendedRounding.inexact(cpu, infinite);
    return infinite ? pack(sign, maxExponent(size), INTEGER_BIT, size) : pack(sign, maxExponent(size) - 1, -1, size);
  }

  /** Rounds a number below the smallest normal one. */
  private static long roundTiny(CpuState cpu, int sign, int exponent, long significand, int size) {
    int control = ExtendedRounding.roundingControl(cpu);
    int cut = cutBits(size);
    long unit = 1L << cut;
    long normalKept = ExtendedRounding.kept(significand, cut);
    boolean carries = normalKept == -unit && ExtendedRounding.roundsUp(control, sign, normalKept,
        ExtendedRounding.discarded(significand, 0, cut), unit);
    boolean tiny = exponent < 0 || !carries;
    int shift = 1 - exponent;
    long high = ExtendedRounding.shiftedHigh(significand, shift);
    long low = ExtendedRounding.shiftedLow(significand, 0, shift);
    long kept = ExtendedRounding.kept(high, cut);
    long discarded = ExtendedRounding.discarded(high, low, cut);
    boolean up = ExtendedRounding.roundsUp(control, sign, kept, discarded, unit);
    if (up) {
      kept += unit;
    }
    boolean inexact = discarded != 0;
    if (tiny && (inexact || (cpu.fcw & X87.UE) == 0) && X87.raise(cpu, X87.UE)) {
      return 0;
    }
    if (inexact) {
      ExtendedRounding.inexact(cpu, up);
    }
    return pack(sign, kept < 0 ? 1 : 0, kept, size);
  }
}
