package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.INTEGER_BIT;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;

import dev.hagen.cpu.CpuState;

/**
 * The last step of every x87 computation: rounds an exact result to a register, with the exceptions that only the
 * result decides (overflow, underflow, precision; SDM vol. 1 8.5.4 to 8.5.6).
 *
 * <p>An exact result is a sign (0 or 8000h), a biased exponent of any size, and a 128-bit significand {@code high},
 * {@code low} whose most significant bit is set; bits lost below may be or-ed into bit 0 of {@code low}, which
 * therefore stands for "something below".
 */
final class ExtendedRounding {
  /** Values of the rounding-control field. */
  static final int NEAREST = 0;
  static final int DOWN = 1;
  static final int UP = 2;
  static final int ZERO = 3;

  /**
   * What an unmasked overflow subtracts from the exponent and an unmasked underflow adds. Where that does not bring it
   * into range (FSCALE), the result is infinity or zero.
   */
  static final int EXPONENT_ADJUSTMENT = 0x6000;

  /** The rounding-control field in the control word. */
  private static final int ROUNDING_CONTROL = 3 << 10;

  private ExtendedRounding() {}

  static int roundingControl(CpuState cpu) {
    return cpu.fcw >> 10 & 3;
  }

  /** Bits of a register's significand that precision control cuts off: 0, 11 or 40. */
  static int cutBits(CpuState cpu) {
    return switch (cpu.fcw >> 8 & 3) {
      case 0 -> 40;
      case 2 -> 11;
      default -> 0;
    };
  }

  /** Rounds to physical register {@code register} as precision control says. */
  static void roundControlled(CpuState cpu, int register, int sign, int exponent, long high, long low) {
    if ((cpu.fcw & 0x100) != 0) {
      round(cpu, register, sign, exponent, high, low);
    } else {
      roundCut(cpu, register, sign, exponent, high, low, cutBits(cpu));
    }
  }

  /** Rounds to physical register {@code register}, to 64 bits whatever precision control says. */
  static void round(CpuState cpu, int register, int sign, int exponent, long high, long low) {
    if (exponent < 1 || exponent >= MAX_EXPONENT - 1) {
      roundCut(cpu, register, sign, exponent, high, low, 0);
    } else if (low == 0) {
      X87.write(cpu, register, sign | exponent, high);
    } else if ((cpu.fcw & ROUNDING_CONTROL) == 0) {
      roundToNearest(cpu, register, sign | exponent, high, low);
    } else {
      roundInRange(cpu, register, sign, exponent, high, low, 1);
    }
  }

  /** Rounds what cannot overflow. No branch depends on which way it goes, which no processor could foretell. */
  private static void roundToNearest(CpuState cpu, int register, int signExponent, long high, long low) {
    long rest = low << 1;
    long aboveHalf = (rest | -rest) >>> 63;
    long up = low >>> 63 & (aboveHalf | high);
    long significand = high + up;
    if (significand == 0) {
      X87.write(cpu, register, signExponent + 1, INTEGER_BIT);
    } else {
      X87.write(cpu, register, signExponent, significand);
    }
    X87.raise(cpu, X87.PE | (int) up * X87.C1);
  }

  private static void roundCut(CpuState cpu, int register, int sign, int exponent, long high, long low, int cut) {
    if (exponent < 1) {
      underflow(cpu, register, sign, exponent, high, low, cut);
    } else {
      roundInRange(cpu, register, sign, exponent, kept(high, cut), discarded(high, low, cut), 1L << cut);
    }
  }

  /** The bits of {@code high} that stay when its low {@code cut} bits go. */
  static long kept(long high, int cut) {
    return high >>> cut << cut;
  }

  /** The rest, aligned to bit 63, everything further down or-ed into bit 0. */
  static long discarded(long high, long low, int cut) {
    return cut == 0 ? low : high << 64 - cut | (low == 0 ? 0 : 1);
  }

  /** Whether rounding adds one unit to the magnitude {@code kept} because of {@code discarded}. */
  static boolean roundsUp(int control, int sign, long kept, long discarded, long unit) {
    return switch (control) {
      case NEAREST -> discarded < 0 && (discarded != Long.MIN_VALUE || (kept & unit) != 0);
      case DOWN -> discarded != 0 && sign != 0;
      case UP -> discarded != 0 && sign == 0;
      default -> false;
    };
  }

  /** Rounds a result that does not underflow. */
  private static void roundInRange(CpuState cpu, int register, int sign, int exponent, long kept, long discarded,
      long unit) {
    boolean up = roundsUp(roundingControl(cpu), sign, kept, discarded, unit);
    long significand = kept;
    int rounded = exponent;
    if (up) {
      significand += unit;
      if (significand == 0) {
        significand = INTEGER_BIT;
        rounded++;
      }
    }
    if (rounded >= MAX_EXPONENT) {
      overflow(cpu, register, sign, rounded, significand, discarded != 0, up, unit);
      return;
    }
    X87.write(cpu, register, sign | rounded, significand);
    if (discarded != 0) {
      inexact(cpu, up);
    }
  }

  /** Raises PE; C1 says whether the magnitude grew. */
  static void inexact(CpuState cpu, boolean up) {
    if (up) {
      cpu.fsw |= X87.C1;
    }
    X87.raise(cpu, X87.PE);
  }

  private static void overflow(CpuState cpu, int register, int sign, int exponent, long significand, boolean inexact,
      boolean up, long unit) {
    if (X87.raise(cpu, X87.OE)) {
      if (exponent - EXPONENT_ADJUSTMENT >= MAX_EXPONENT) {
        X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
        inexact(cpu, true);
        return;
      }
      X87.write(cpu, register, sign | exponent - EXPONENT_ADJUSTMENT & MAX_EXPONENT, significand);
      if (inexact) {
        inexact(cpu, up);
      }
      return;
    }
    boolean infinite = overflowsToInfinity(roundingControl(cpu), sign);
    if (infinite) {
      X87.write(cpu, register, sign | MAX_EXPONENT, INTEGER_BIT);
    } else {
      X87.write(cpu, register, sign | MAX_EXPONENT - 1, -unit);
    }
    inexact(cpu, infinite);
  }

  /** Whether a masked overflow gives infinity (else the largest finite number). */
  static boolean overflowsToInfinity(int control, int sign) {
    return control == NEAREST || control == (sign != 0 ? DOWN : UP);
  }

  /** Rounds a result below the smallest normal number; tininess is detected after rounding. */
  private static void underflow(CpuState cpu, int register, int sign, int exponent, long high, long low, int cut) {
    int control = roundingControl(cpu);
    long unit = 1L << cut;
    long kept = kept(high, cut);
    long discarded = discarded(high, low, cut);
    boolean up = roundsUp(control, sign, kept, discarded, unit);
    boolean carries = up && kept + unit == 0;
    boolean tiny = exponent < 0 || !carries;
    if (tiny && (cpu.fcw & X87.UE) == 0) {
      X87.raise(cpu, X87.UE);
      long significand = carries ? INTEGER_BIT : up ? kept + unit : kept;
      int adjusted = exponent + (carries ? 1 : 0) + EXPONENT_ADJUSTMENT;
      if (adjusted < 1) {
        X87.write(cpu, register, sign, 0);
        inexact(cpu, false);
        return;
      }
      X87.write(cpu, register, sign | adjusted & MAX_EXPONENT, significand);
      if (discarded != 0) {
        inexact(cpu, up);
      }
      return;
    }
    int shift = 1 - exponent;
    denormalize(cpu, register, sign, shiftedHigh(high, shift), shiftedLow(high, low, shift), cut, tiny);
  }

  /** Rounds what has been shifted to the exponent of denormal numbers. */
  private static void denormalize(CpuState cpu, int register, int sign, long high, long low, int cut, boolean tiny) {
    long unit = 1L << cut;
    long kept = kept(high, cut);
    long discarded = discarded(high, low, cut);
    boolean up = roundsUp(roundingControl(cpu), sign, kept, discarded, unit);
    if (up) {
      kept += unit;
    }
    X87.write(cpu, register, sign | (kept < 0 ? 1 : 0), kept);
    if (discarded != 0) {
      if (tiny) {
        X87.raise(cpu, X87.UE);
      }
      inexact(cpu, up);
    }
  }

  /** High half of {@code high:low >> shift}, shift at least 1. */
  static long shiftedHigh(long high, int shift) {
    return shift < 64 ? high >>> shift : 0;
  }

  /** Low half of {@code high:low >> shift}, shift at least 1, lost bits or-ed into bit 0. */
  static long shiftedLow(long high, long low, int shift) {
    if (shift < 64) {
      return high << 64 - shift | low >>> shift | (low << 64 - shift != 0 ? 1 : 0);
    }
    if (shift == 64) {
      return high | (low != 0 ? 1 : 0);
    }
    if (shift < 128) {
      return high >>> shift - 64 | ((high << 128 - shift | low) != 0 ? 1 : 0);
    }
    return (high | low) != 0 ? 1 : 0;
  }
}
