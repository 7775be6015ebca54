package dev.hagen.semantics;

import static dev.hagen.semantics.FloatFormat.DOUBLE;
import static dev.hagen.semantics.FloatFormat.SINGLE;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * Conversions between single, double and integer, and rounding to integers, one element each (SDM vol. 1 4.8.4.2, 11.5.2).
 * Exceptions go to {@link CpuState#sseExceptions}.
 */
final class FloatConversion {
  /** PE is set, and masked: nothing new to learn from an inexact result. */
  private static final int INEXACT_SEEN = Mxcsr.PE | Mxcsr.PE << Mxcsr.MASK_SHIFT;

  private FloatConversion() {}

  static long singleToDouble(CpuState cpu, long a) {
    if (SINGLE.isNaN(a)) {
      return widenNaN(SoftFloat.propagate(cpu, SINGLE, a, a));
    }
    long x = SoftFloat.operand(cpu, SINGLE, a);
    return Double.doubleToRawLongBits(Float.intBitsToFloat((int) x));
  }

  static long doubleToSingle(CpuState cpu, long a) {
    double value = Double.longBitsToDouble(a);
    float narrow = (float) value;
    float magnitude = Math.abs(narrow);
    if (FloatArithmetic.roundsToNearest(cpu) && magnitude > Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE
        && ((cpu.mxcsr & Mxcsr.PE) != 0 || narrow == value)) {
      return Float.floatToRawIntBits(narrow) & 0xFFFF_FFFFL;
    }
    if (DOUBLE.isNaN(a)) {
      return narrowNaN(SoftFloat.propagate(cpu, DOUBLE, a, a));
    }
    boolean negative = DOUBLE.isNegative(a);
    if (DOUBLE.isInfinite(a)) {
      return SINGLE.withSign(negative, SINGLE.infinity());
    }
    long x = SoftFloat.operand(cpu, DOUBLE, a);
    if (DOUBLE.isZero(x)) {
      return SINGLE.withSign(negative, 0);
    }
    return FloatRounding.round(cpu, SINGLE, negative, DOUBLE.scale(x), DOUBLE.significand(x));
  }

  /** The number nearest to an integer, as MXCSR rounds; {@code format} may be too narrow for it. */
  static long fromInteger(CpuState cpu, FloatFormat format, long value) {
    if (value == 0) {
      return 0;
    }
    return FloatRounding.round(cpu, format, value < 0, 0, Math.abs(value));
  }

  static long doubleToInteger(CpuState cpu, long a, int size) {
    double value = Double.longBitsToDouble(a);
    if (FloatArithmetic.roundsToNearest(cpu) && Math.abs(value) < limit(size)) {
      double rounded = Math.rint(value);
      if ((cpu.mxcsr & Mxcsr.PE) != 0 || rounded == value) {
        return (long) rounded;
      }
    }
    return toInteger(cpu, DOUBLE, a, SseExceptions.roundingControl(cpu), size);
  }

  static long doubleToIntegerTruncated(CpuState cpu, long a, int size) {
    double value = Double.longBitsToDouble(a);
    if (Math.abs(value) < limit(size)) {
      long truncated = (long) value;
      if ((cpu.mxcsr & INEXACT_SEEN) == INEXACT_SEEN || truncated == value) {
        return truncated;
      }
    }
    return toInteger(cpu, DOUBLE, a, Mxcsr.TOWARDS_ZERO, size);
  }

  static long singleToInteger(CpuState cpu, long a, int size) {
    return doubleToInteger(cpu, widen(cpu, a), size);
  }

  static long singleToIntegerTruncated(CpuState cpu, long a, int size) {
    return doubleToIntegerTruncated(cpu, widen(cpu, a), size);
  }

  /** Rounds to an integer in floating point (SSE4.1); bit 3 of {@code immediate} keeps PE clear. */
  static long roundToIntegral(CpuState cpu, FloatFormat format, long a, int immediate) {
    if (format.isNaN(a)) {
      return SoftFloat.propagate(cpu, format, a, a);
    }
    if (format.isInfinite(a) || format.isZero(a) || format.scale(a) >= 0) {
      return a;
    }
    boolean negative = format.isNegative(a);
    if (format.isDenormal(a) && (cpu.mxcsr & Mxcsr.DAZ) != 0) {
      return format.withSign(negative, 0);
    }
    int control = (immediate & 4) != 0 ? SseExceptions.roundingControl(cpu) : immediate & 3;
    long significand = format.significand(a);
    int dropped = Math.min(-format.scale(a), 63);
    long whole = (significand >>> dropped) + (FloatRounding.increments(control, negative, significand, dropped) ? 1 : 0);
    if (significand << 64 - dropped != 0 && (immediate & 8) == 0) {
      SseExceptions.raise(cpu, Mxcsr.PE);
    }
    return whole == 0 ? format.withSign(negative, 0) : FloatRounding.round(cpu, format, negative, 0, whole);
  }

  private static long toInteger(CpuState cpu, FloatFormat format, long a, int control, int size) {
    if (format.isNaN(a) || format.isInfinite(a) || format.scale(a) > 11) {
      return indefinite(cpu, size);
    }
    if (format.isDenormal(a) && (cpu.mxcsr & Mxcsr.DAZ) != 0) {
      return 0;
    }
    boolean negative = format.isNegative(a);
    long significand = format.significand(a);
    int scale = format.scale(a);
    long magnitude;
    boolean inexact = false;
    if (scale >= 0) {
      magnitude = significand << scale;
    } else {
      int dropped = Math.min(-scale, 63);
      inexact = significand << 64 - dropped != 0;
      magnitude =
          (significand >>> dropped) + (FloatRounding.increments(control, negative, significand, dropped) ? 1 : 0);
    }
    long largest = -1L >>> 65 - 8 * size;
    if (Long.compareUnsigned(magnitude, negative ? largest + 1 : largest) > 0) {
      return indefinite(cpu, size);
    }
    if (inexact) {
      SseExceptions.raise(cpu, Mxcsr.PE);
    }
    return negative ? -magnitude : magnitude;
  }

  /** The "integer indefinite": what does not fit becomes the most negative integer. */
  private static long indefinite(CpuState cpu, int size) {
    SseExceptions.raise(cpu, Mxcsr.IE);
    return 1L << 8 * size - 1;
  }

  /** Integers of {@code size} bytes are below this in magnitude, with room for rounding. */
  private static double limit(int size) {
    return size == 8 ? 0x1p62 : 0x1p30;
  }

  /** The double that converts to the same integer, without any exception. */
  private static long widen(CpuState cpu, long single) {
    if (SINGLE.isDenormal(single) && (cpu.mxcsr & Mxcsr.DAZ) != 0) {
      return 0;
    }
    return SINGLE.isNaN(single) ? DOUBLE.defaultNaN() : Double.doubleToRawLongBits(Float.intBitsToFloat((int) single));
  }

  private static long widenNaN(long single) {
    return DOUBLE.withSign(SINGLE.isNegative(single), DOUBLE.infinity() | SINGLE.fraction(single) << 29);
  }

  private static long narrowNaN(long bits) {
    return SINGLE.withSign(DOUBLE.isNegative(bits), SINGLE.infinity() | DOUBLE.fraction(bits) >>> 29);
  }
}
