package dev.hagen.semantics;

import dev.hagen.x86.Mxcsr;
import java.math.BigDecimal;
import java.util.function.ToIntFunction;

/**
 * Correct rounding by search: finds the two neighbours in a format between which an exact value lies, given only a way to
 * compare that value with any number, and picks one as the rounding mode says.
 */
final class ExactFloat {
  /** What comes out, and whether it differs from the exact value. */
  record Result(long bits, boolean inexact) {}

  private final FloatFormat format;
  private final ToIntFunction<BigDecimal> comparison;

  /**
   * The exact value is zero or more.
   *
   * @param comparison the sign of the exact value minus its argument
   */
  ExactFloat(FloatFormat format, ToIntFunction<BigDecimal> comparison) {
    this.format = format;
    this.comparison = comparison;
  }

  static BigDecimal value(FloatFormat format, long bits) {
    long sign = format.isNegative(bits) ? -1 : 1;
    BigDecimal significand = BigDecimal.valueOf(sign * format.significand(bits));
    BigDecimal power = BigDecimal.TWO.pow(Math.abs(format.scale(bits)));
    return format.scale(bits) >= 0 ? significand.multiply(power)
        : significand.multiply(new BigDecimal("0.5").pow(-format.scale(bits)));
  }

  /** Rounds; {@code negative} tells the sign to which {@code control} refers and that goes to the result. */
  Result round(boolean negative, int control) {
    long below = floor();
    if (compare(below) == 0) {
      return new Result(format.withSign(negative, below), false);
    }
    boolean up = switch (control) {
      case Mxcsr.NEAREST -> isNearerToNext(below);
      case Mxcsr.UP -> !negative;
      case Mxcsr.DOWN -> negative;
      default -> false;
    };
    return new Result(format.withSign(negative, up ? below + 1 : below), true);
  }

  /** The largest finite magnitude that is not above the exact value: patterns are ordered as numbers are. */
  private long floor() {
    long low = 0;
    long high = format.infinity();
    while (high - low > 1) {
      long middle = low + high >>> 1;
      if (compare(middle) >= 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean isNearerToNext(long below) {
    // Past the largest number the next one would be a power of two: what the pattern of infinity stands for here.
    BigDecimal middle = value(format, below).add(value(format, below + 1)).divide(BigDecimal.TWO);
    int side = comparison.applyAsInt(middle);
    return side > 0 || side == 0 && (below & 1) != 0;
  }

  private int compare(long bits) {
    return comparison.applyAsInt(value(format, bits));
  }
}
