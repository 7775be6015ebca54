package dev.hagen.semantics;

import static dev.hagen.semantics.SseExceptions.raise;
import static dev.hagen.semantics.SseExceptions.roundingControl;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * IEEE 754 arithmetic by integers: every rounding mode, every exception, every NaN as an x86 has them (SDM vol. 1 4.8,
 * 11.5). Exceptions go to {@link CpuState#sseExceptions}.
 */
final class SoftFloat {
  private SoftFloat() {}

  static long add(CpuState cpu, FloatFormat format, long a, long b) {
    if (format.isNaN(a) || format.isNaN(b)) {
      return propagate(cpu, format, a, b);
    }
    long x = operand(cpu, format, a);
    long y = operand(cpu, format, b);
    if (format.isInfinite(x) || format.isInfinite(y)) {
      boolean opposite = format.isInfinite(x) && format.isInfinite(y) && x != y;
      return opposite ? invalid(cpu, format) : format.isInfinite(x) ? x : y;
    }
    // Leading ones at bit 62: one bit for the carry above, at least ten guard bits below.
    int guard = 62 - format.fractionBits();
    long xs = format.significand(x) << guard;
    long ys = format.significand(y) << guard;
    int distance = format.scale(x) - format.scale(y);
    xs = FloatRounding.shiftRight(xs, Math.max(-distance, 0));
    ys = FloatRounding.shiftRight(ys, Math.max(distance, 0));
    int scale = Math.max(format.scale(x), format.scale(y)) - guard;
    boolean negative = format.isNegative(x);
    boolean same = negative == format.isNegative(y);
    long sum = same ? xs + ys : xs - ys;
    if (sum == 0) {
      boolean negativeZero = same ? negative : roundingControl(cpu) == Mxcsr.DOWN;
      return format.withSign(negativeZero, 0);
    }
    if (!same && sum < 0) {
      return FloatRounding.round(cpu, format, !negative, scale, -sum);
    }
    return FloatRounding.round(cpu, format, negative, scale, sum);
  }

  static long subtract(CpuState cpu, FloatFormat format, long a, long b) {
    // The sign of a NaN stays.
    return add(cpu, format, a, format.isNaN(b) ? b : b ^ format.sign());
  }

  static long multiply(CpuState cpu, FloatFormat format, long a, long b) {
    if (format.isNaN(a) || format.isNaN(b)) {
      return propagate(cpu, format, a, b);
    }
    long x = operand(cpu, format, a);
    long y = operand(cpu, format, b);
    boolean negative = format.isNegative(x) != format.isNegative(y);
    boolean zero = format.isZero(x) || format.isZero(y);
    if (format.isInfinite(x) || format.isInfinite(y)) {
      return zero ? invalid(cpu, format) : format.withSign(negative, format.infinity());
    }
    if (zero) {
      return format.withSign(negative, 0);
    }
    long xs = format.significand(x);
    long ys = format.significand(y);
    int xShift = Long.numberOfLeadingZeros(xs);
    int yShift = Long.numberOfLeadingZeros(ys);
    long high = Math.unsignedMultiplyHigh(xs << xShift, ys << yShift);
    long low = (xs << xShift) * (ys << yShift);
    int scale = format.scale(x) - xShift + format.scale(y) - yShift + 64;
    return FloatRounding.round(cpu, format, negative, scale, high | (low != 0 ? 1 : 0));
  }

  static long divide(CpuState cpu, FloatFormat format, long a, long b) {
    if (format.isNaN(a) || format.isNaN(b)) {
      return propagate(cpu, format, a, b);
    }
    long y = operand(cpu, format, b);
    // A denormal divided by zero raises ZE alone.
    long x = format.isZero(y) && format.isDenormal(a) && (cpu.mxcsr & Mxcsr.DAZ) == 0 ? a : operand(cpu, format, a);
    boolean negative = format.isNegative(x) != format.isNegative(y);
    if (format.isInfinite(x)) {
      return format.isInfinite(y) ? invalid(cpu, format) : format.withSign(negative, format.infinity());
    }
    if (format.isZero(y)) {
      if (format.isZero(x)) {
        return invalid(cpu, format);
      }
      raise(cpu, Mxcsr.ZE);
      return format.withSign(negative, format.infinity());
    }
    if (format.isInfinite(y) || format.isZero(x)) {
      return format.withSign(negative, 0);
    }
    return divideFinite(cpu, format, negative, x, y);
  }

  private static long divideFinite(CpuState cpu, FloatFormat format, boolean negative, long x, long y) {
    // Both leading ones at bit 52, then ten bits of quotient at a time.
    int xShift = Long.numberOfLeadingZeros(format.significand(x)) - 11;
    int yShift = Long.numberOfLeadingZeros(format.significand(y)) - 11;
    long dividend = format.significand(x) << xShift;
    long divisor = format.significand(y) << yShift;
    long quotient = dividend / divisor;
    long remainder = dividend % divisor;
    for (int i = 0; i < 6; i++) {
      quotient = quotient << 10 | (remainder << 10) / divisor;
      remainder = (remainder << 10) % divisor;
    }
    int scale = format.scale(x) - xShift - (format.scale(y) - yShift) - 60;
    return FloatRounding.round(cpu, format, negative, scale, quotient | (remainder != 0 ? 1 : 0));
  }

  static long squareRoot(CpuState cpu, FloatFormat format, long a) {
    if (format.isNaN(a)) {
      return propagate(cpu, format, a, a);
    }
    boolean negative = format.isNegative(a);
    if (negative && !format.isZero(a) && !(format.isDenormal(a) && (cpu.mxcsr & Mxcsr.DAZ) != 0)) {
      return invalid(cpu, format);
    }
    long x = operand(cpu, format, a);
    if (format.isZero(x) || format.isInfinite(x)) {
      return x;
    }
    // A radicand of 53 or 54 bits with an even exponent, and 29 pairs of zeros: a root of 56 bits.
    int shift = Long.numberOfLeadingZeros(format.significand(x)) - 11;
    int scale = format.scale(x) - shift;
    shift += scale & 1;
    scale -= scale & 1;
    long radicand = format.significand(x) << shift;
    long root = 0;
    long remainder = 0;
    for (int bit = 62; bit >= -58; bit -= 2) {
      remainder = remainder << 2 | (bit >= 0 ? radicand >>> bit & 3 : 0);
      long trial = root << 2 | 1;
      root <<= 1;
      if (remainder >= trial) {
        remainder -= trial;
        root |= 1;
      }
    }
    return FloatRounding.round(cpu, format, false, (scale - 58) / 2, root | (remainder != 0 ? 1 : 0));
  }

  // Operands.

  /** A non-NaN operand as the operation uses it: a denormal raises DE or, with DAZ, is a zero. */
  static long operand(CpuState cpu, FloatFormat format, long bits) {
    if (!format.isDenormal(bits)) {
      return bits;
    }
    if ((cpu.mxcsr & Mxcsr.DAZ) != 0) {
      return bits & format.sign();
    }
    raise(cpu, Mxcsr.DE);
    return bits;
  }

  /** The result where at least one operand is a NaN: the first that is one, made quiet (SDM vol. 1 table 4-7). */
  static long propagate(CpuState cpu, FloatFormat format, long a, long b) {
    if (format.isSignaling(a) || format.isSignaling(b)) {
      raise(cpu, Mxcsr.IE);
    }
    return (format.isNaN(a) ? a : b) | format.quietBit();
  }

  static long invalid(CpuState cpu, FloatFormat format) {
    raise(cpu, Mxcsr.IE);
    return format.defaultNaN();
  }
}
