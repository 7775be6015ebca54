package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.BIAS;
import static dev.hagen.semantics.Extended.INTEGER_BIT;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * The x87 as translation units do it that have its registers in locals (SDM vol. 1 chapter 8).
 *
 * <p>A unit numbers the registers by their distance from a <em>base</em>, so that which is which is known when it is made,
 * whatever TOP is. Each operation takes numbers as sign-and-exponent and significand; it returns a significand, and leaves
 * the sign and exponent that go with it in {@link CpuState#extendedSignExponent}. It updates the status word in the state.
 * Normal numbers take a short path here while {@link #mode} is {@link #FAST}; everything else goes through the methods that
 * the interpreter uses. All exceptions are masked, so nothing can stop an operation.
 */
public final class InlineExtended {
  /** Rounding to nearest with 64 bits. */
  public static final int FAST = 0;
  /** Rounding in another way. */
  public static final int SLOW = 1;
  /** An exception is unmasked or pending: units leave before they compute. */
  private static final int LEAVE = 2;

  /** In the tags of a unit: it has to leave. */
  public static final int BLOCKED = 1 << 8;

  /** The register in the state where careful methods put their results. */
  private static final int TEMPORARY = CpuState.TEMPORARY_EXTENDED;
  private static final int PRECISION_AND_ROUNDING = 0xF00;
  private static final int FULL_PRECISION_TO_NEAREST = 0x300;
  /** Exponents of doubles that are normal, whatever they are rounded to. */
  private static final int LEAST_DOUBLE = BIAS - 1022;
  private static final int DOUBLE_RANGE = 2045;

  private InlineExtended() {}

  // Between a unit and the state.

  /** How a unit may compute. */
  public static int mode(CpuState cpu) {
    if ((cpu.fsw & X87.ES) != 0 || (cpu.fcw & X87.EXCEPTIONS) != X87.EXCEPTIONS) {
      return LEAVE;
    }
    return (cpu.fcw & PRECISION_AND_ROUNDING) == FULL_PRECISION_TO_NEAREST ? FAST : SLOW;
  }

  /** Which physical register has number 0 in the unit, if ST(0) has number {@code depth}. */
  public static int base(CpuState cpu, int depth) {
    return cpu.ftop - depth & 7;
  }

  /** Bits of registers in use, by their numbers in the unit; with {@link #BLOCKED} if it must not compute. */
  public static int tags(CpuState cpu, int base) {
    int tags = cpu.ftw & 0xFF;
    return (tags >> base | tags << 8 - base) & 0xFF | (mode(cpu) == LEAVE ? BLOCKED : 0);
  }

  /** Leaves TOP and the tags in the state. */
  public static void leave(CpuState cpu, int base, int depth, int tags) {
    int used = tags & 0xFF;
    cpu.ftop = base + depth & 7;
    cpu.ftw = (used << base | used >> 8 - base) & 0xFF;
  }

  /** Clears C1. */
  public static void clearC1(CpuState cpu) {
    X87.clearC1(cpu);
  }

  public static int signExponent(CpuState cpu, int register) {
    return cpu.stSignExponent[register & 7];
  }

  public static long significand(CpuState cpu, int register) {
    return cpu.stSignificand[register & 7];
  }

  /** Stores a register whose tag is in the unit. */
  public static void put(CpuState cpu, long significand, int signExponent, int register) {
    cpu.stSignExponent[register & 7] = signExponent;
    cpu.stSignificand[register & 7] = significand;
  }

  private static long taken(CpuState cpu) {
    cpu.extendedSignExponent = cpu.stSignExponent[TEMPORARY];
    return cpu.stSignificand[TEMPORARY];
  }

  // Arithmetic.

  /** {@code a} plus {@code b}, or minus {@code b} if {@code negate} is 8000h instead of 0. */
  public static long add(CpuState cpu, int mode, int aSE, long aSig, int bSE, long bSig, int negate) {
    int shift = (aSE & MAX_EXPONENT) - (bSE & MAX_EXPONENT);
    if (mode == FAST && Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig) && shift < 64 && shift > -64) {
      int exchanged = shift >> 31;
      if (shift == 0 && Long.compareUnsigned(aSig, bSig) < 0) {
        exchanged = -1;
      }
      // Exchanged by masks: which is larger no processor could foretell.
      int opposite = (aSE ^ bSE ^ negate) & SIGN;
      int larger = aSE ^ (aSE ^ bSE ^ negate) & exchanged;
      long difference = (aSig ^ bSig) & exchanged;
      long a = aSig ^ difference;
      long b = bSig ^ difference;
      int distance = (shift ^ exchanged) - exchanged & 63;
      long high = b >>> distance;
      long low = b << 1 << 63 - distance;
      int exponent = larger & MAX_EXPONENT;
      if (opposite == 0) {
        high += a;
        if (Long.compareUnsigned(high, a) < 0) {
          low = high << 63 | low >>> 1 | low & 1;
          high = high >>> 1 | INTEGER_BIT;
          exponent++;
        }
      } else {
        high = a - high - ((low | -low) >>> 63);
        int zeros = Long.numberOfLeadingZeros(high);
        low = -low;
        high = high << zeros | low >>> 1 >>> 63 - zeros;
        low <<= zeros;
        exponent -= zeros;
      }
      // A difference whose upper half is zero is none of these.
      if (isInRange(exponent) && high < 0) {
        return round(cpu, larger & SIGN | exponent, high, low);
      }
    }
    return addCarefully(cpu, aSE, aSig, bSE, bSig, negate);
  }

  private static long addCarefully(CpuState cpu, int aSE, long aSig, int bSE, long bSig, int negate) {
    X87.clearC1(cpu);
    ExtendedArithmetic.add(cpu, TEMPORARY, aSE, aSig, bSE, bSig, negate);
    return taken(cpu);
  }

  public static long multiply(CpuState cpu, int mode, int aSE, long aSig, int bSE, long bSig) {
    if (mode == FAST && Extended.isNormal(aSE, aSig) && Extended.isNormal(bSE, bSig)) {
      long high = Math.unsignedMultiplyHigh(aSig, bSig);
      long low = aSig * bSig;
      // Without a branch: whether the product has 127 or 128 bits no processor could foretell.
      int zeros = (int) (~high >>> 63);
      high = high << zeros | low >>> 63 & zeros;
      low <<= zeros;
      int exponent = (aSE & MAX_EXPONENT) + (bSE & MAX_EXPONENT) - BIAS + 1 - zeros;
      if (isInRange(exponent)) {
        return round(cpu, (aSE ^ bSE) & SIGN | exponent, high, low);
      }
    }
    return multiplyCarefully(cpu, aSE, aSig, bSE, bSig);
  }

  private static long multiplyCarefully(CpuState cpu, int aSE, long aSig, int bSE, long bSig) {
    X87.clearC1(cpu);
    ExtendedArithmetic.multiply(cpu, TEMPORARY, aSE, aSig, bSE, bSig);
    return taken(cpu);
  }

  /** {@code a} divided by {@code b}. */
  public static long divide(CpuState cpu, int aSE, long aSig, int bSE, long bSig) {
    X87.clearC1(cpu);
    ExtendedArithmetic.divide(cpu, TEMPORARY, aSE, aSig, bSE, bSig);
    return taken(cpu);
  }

  public static long squareRoot(CpuState cpu, int aSE, long aSig) {
    X87.clearC1(cpu);
    ExtendedArithmetic.squareRoot(cpu, TEMPORARY, aSE, aSig);
    return taken(cpu);
  }

  /** Whether an exponent is that of normal numbers, even when rounding adds one. */
  private static boolean isInRange(int exponent) {
    return Integer.compareUnsigned(exponent - 1, MAX_EXPONENT - 2) < 0;
  }

  /** Rounds a significand of 128 bits to nearest, with PE and C1 as they become. */
  private static long round(CpuState cpu, int signExponent, long high, long low) {
    long rest = low << 1;
    long up = low >>> 63 & ((rest | -rest) >>> 63 | high);
    long inexact = (low | -low) >>> 63;
    cpu.fsw = cpu.fsw & ~X87.C1 | (int) inexact * X87.PE | (int) up * X87.C1;
    long significand = high + up;
    if (significand == 0) {
      cpu.extendedSignExponent = signExponent + 1;
      return INTEGER_BIT;
    }
    cpu.extendedSignExponent = signExponent;
    return significand;
  }

  // Numbers from memory as operands: those that were subnormal say so above the sign.

  public static int realSignExponent(long bits, int size) {
    return size == 4 ? Extended.floatSignExponent((int) bits) : Extended.doubleSignExponent(bits);
  }

  public static long realSignificand(long bits, int size) {
    return size == 4 ? Extended.floatSignificand((int) bits) : Extended.doubleSignificand(bits);
  }

  public static int integerSignExponent(long value) {
    return Extended.integerSignExponent(value);
  }

  public static long integerSignificand(long value) {
    return Extended.integerSignificand(value);
  }

  // Conversions. C1 is clear unless they set it; a unit clears it for those that do not touch it.

  /** FLD of a float or double. */
  public static long load(CpuState cpu, long bits, int size) {
    int signExponent = realSignExponent(bits, size);
    long significand = realSignificand(bits, size);
    X87.clearC1(cpu);
    if (Extended.isNormal(signExponent, significand)) {
      cpu.extendedSignExponent = signExponent;
      return significand;
    }
    return X87Load.convertSpecial(cpu, signExponent, significand);
  }

  /** FST of a float or double: its bits. */
  public static long store(CpuState cpu, int mode, int signExponent, long significand, int size) {
    int exponent = (signExponent & MAX_EXPONENT) - LEAST_DOUBLE;
    if (size == 8 && mode == FAST && significand < 0 && Integer.compareUnsigned(exponent, DOUBLE_RANGE) < 0) {
      long cut = significand & 0x7FF;
      // Half a unit less a bit, plus the last bit that stays: rounds to nearest, a tie to even.
      long up = cut + 0x3FF + (significand >>> 11 & 1) >>> 11;
      long inexact = (cut | -cut) >>> 63;
      cpu.fsw = cpu.fsw & ~X87.C1 | (int) inexact * X87.PE | (int) up * X87.C1;
      // The integer bit adds one to the exponent, and so does a carry out of the fraction.
      return ((long) signExponent & SIGN) << 48 | ((long) exponent << 52) + (significand >>> 11) + up;
    }
    X87.clearC1(cpu);
    return X87Store.real(cpu, signExponent, significand, size);
  }

  /** FIST, or FISTTP if {@code truncates}. */
  public static long storeInteger(CpuState cpu, int signExponent, long significand, int size, boolean truncates) {
    X87.clearC1(cpu);
    return X87Store.integer(cpu, signExponent, significand, size,
        truncates ? ExtendedRounding.ZERO : ExtendedRounding.roundingControl(cpu));
  }

  // Comparisons; "quiet" ones do not take a quiet NaN for invalid.

  /** FCOMI and its like: the flags are in the state then. */
  public static void compareToFlags(CpuState cpu, int aSE, long aSig, int bSE, long bSig, boolean quiet) {
    X87Compare.flags(cpu, X87Compare.compare(cpu, aSE, aSig, bSE, bSig, quiet));
  }

  /** FCOM and its like. */
  public static void compare(CpuState cpu, int aSE, long aSig, int bSE, long bSig, boolean quiet) {
    X87Compare.conditions(cpu, X87Compare.compare(cpu, aSE, aSig, bSE, bSig, quiet));
  }
}
