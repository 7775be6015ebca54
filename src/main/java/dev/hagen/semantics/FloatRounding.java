package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * From exact results to the results and exceptions that MXCSR asks for (SDM vol. 1 4.8.4, 4.9.1, 11.5.2).
 *
 * <p>An exact result is a sign, an exponent and an unsigned significand of 64 bits whose lowest bit is <em>sticky</em>: it
 * is set if anything nonzero lies below it.
 */
final class FloatRounding {
  private FloatRounding() {}

  /** Rounds {@code significand} (not zero) times two to the {@code scale}. */
  static long round(CpuState cpu, FloatFormat format, boolean negative, int scale, long significand) {
    int leading = Long.numberOfLeadingZeros(significand);
    long normalized = significand << leading;
    int exponent = scale - leading + 63 + format.bias();
    int control = SseExceptions.roundingControl(cpu);
    int dropped = 63 - format.fractionBits();
    if (exponent <= 0) {
      return roundSmall(cpu, format, negative, exponent, normalized);
    }
    long kept = (normalized >>> dropped) + (increments(control, negative, normalized, dropped) ? 1 : 0);
    boolean inexact = normalized << 64 - dropped != 0;
    // The implicit one, and a carry out of the significand, add themselves to the exponent.
    long magnitude = ((long) (exponent - 1) << format.fractionBits()) + kept;
    if (exponent >= format.maxExponent() || magnitude >= format.infinity()) {
      return overflow(cpu, format, negative, control, inexact);
    }
    if (inexact) {
      SseExceptions.raise(cpu, Mxcsr.PE);
    }
    return format.withSign(negative, magnitude);
  }

  /** Rounds a number below the smallest normal one, with {@code exponent} zero or less. */
  private static long roundSmall(CpuState cpu, FloatFormat format, boolean negative, int exponent, long normalized) {
    int control = SseExceptions.roundingControl(cpu);
    int dropped = 63 - format.fractionBits();
    // Tininess is detected after rounding as if the exponent had no bound (SDM vol. 1 4.9.1.5).
    boolean tiny = exponent < 0
        || normalized >>> dropped != -1L >>> dropped || !increments(control, negative, normalized, dropped);
    boolean masked = SseExceptions.isMasked(cpu, Mxcsr.UE);
    if (tiny && masked && (cpu.mxcsr & Mxcsr.FTZ) != 0) {
      SseExceptions.raise(cpu, Mxcsr.UE | Mxcsr.PE);
      return format.withSign(negative, 0);
    }
    long significand = shiftRight(normalized, 1 - exponent);
    long kept = (significand >>> dropped) + (increments(control, negative, significand, dropped) ? 1 : 0);
    boolean inexact = significand << 64 - dropped != 0;
    if (tiny && !masked) {
      // The result for a handler keeps its precision, with a larger exponent: only lost bits of that count.
      SseExceptions.raise(cpu, Mxcsr.UE | (normalized << 64 - dropped != 0 ? Mxcsr.PE : 0));
    } else if (inexact) {
      SseExceptions.raise(cpu, tiny ? Mxcsr.UE | Mxcsr.PE : Mxcsr.PE);
    }
    return format.withSign(negative, kept);
  }

  private static long overflow(CpuState cpu, FloatFormat format, boolean negative, int control, boolean inexact) {
    boolean masked = SseExceptions.isMasked(cpu, Mxcsr.OE);
    SseExceptions.raise(cpu, Mxcsr.OE | (masked || inexact ? Mxcsr.PE : 0));
    boolean infinite = switch (control) {
      case Mxcsr.NEAREST -> true;
      case Mxcsr.DOWN -> negative;
      case Mxcsr.UP -> !negative;
      default -> false;
    };
    return format.withSign(negative, format.infinity() - (infinite ? 0 : 1));
  }

  /** Whether the magnitude grows when the low {@code dropped} bits (at least 1, at most 63) go. */
  static boolean increments(int control, boolean negative, long significand, int dropped) {
    long rest = significand << 64 - dropped;
    if (rest == 0) {
      return false;
    }
    return switch (control) {
      // As an unsigned fraction: above one half, or one half and odd.
      case Mxcsr.NEAREST -> rest < 0 && (rest << 1 != 0 || (significand >>> dropped & 1) != 0);
      case Mxcsr.DOWN -> negative;
      case Mxcsr.UP -> !negative;
      default -> false;
    };
  }

  /** Shifts right by any distance and keeps what falls out in the sticky bit. */
  static long shiftRight(long significand, int distance) {
    if (distance >= 64) {
      return significand != 0 ? 1 : 0;
    }
    if (distance == 0) {
      return significand;
    }
    return significand >>> distance | (significand << -distance != 0 ? 1 : 0);
  }
}
