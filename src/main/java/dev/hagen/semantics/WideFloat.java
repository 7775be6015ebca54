package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * A floating-point number with a 128-bit significand, for the intermediate results of transcendental functions.
 *
 * <p>Its value is {@code ±high:low * 2^(exponent - 127)} with the top bit of {@code high} set, or zero with {@code high}
 * clear. Operations truncate with a relative error of at most a few units of 2^-127; an addend too small to matter
 * still tips the result to its side, so that rounding later sees that it is not exact. Mutable: an operation changes
 * its receiver and returns it.
 */
final class WideFloat {
  /** 0 or 8000h. */
  int sign;
  int exponent;
  long high;
  long low;

  WideFloat() {}

  WideFloat(int sign, int exponent, long high, long low) {
    this.sign = sign;
    this.exponent = exponent;
    this.high = high;
    this.low = low;
  }

  static WideFloat of(long value) {
    WideFloat result = new WideFloat();
    if (value != 0) {
      int zeros = Long.numberOfLeadingZeros(Math.abs(value));
      result.sign = value < 0 ? SIGN : 0;
      result.exponent = 63 - zeros;
      result.high = Math.abs(value) << zeros;
    }
    return result;
  }

  /** A finite number of the x87, denormals included. */
  static WideFloat ofExtended(int signExponent, long significand) {
    if (significand == 0) {
      return new WideFloat(signExponent & SIGN, 0, 0, 0);
    }
    return new WideFloat(signExponent & SIGN, Extended.normalizedExponent(signExponent, significand) - Extended.BIAS,
        Extended.normalizedSignificand(significand), 0);
  }

  /** An integer of up to 128 bits times a power of two. */
  static WideFloat ofInteger(int sign, long high, long low, int scale) {
    WideFloat result = new WideFloat(sign, 127 + scale, high, low);
    result.normalize();
    return result;
  }

  WideFloat copy() {
    return new WideFloat(sign, exponent, high, low);
  }

  boolean isZero() {
    return high == 0;
  }

  boolean isNegative() {
    return sign != 0;
  }

  private void normalize() {
    if (high == 0) {
      high = low;
      low = 0;
      exponent -= 64;
      if (high == 0) {
        return;
      }
    }
    int zeros = Long.numberOfLeadingZeros(high);
    if (zeros != 0) {
      high = high << zeros | low >>> 64 - zeros;
      low <<= zeros;
      exponent -= zeros;
    }
  }

  WideFloat negate() {
    sign ^= SIGN;
    return this;
  }

  /** Multiplies by {@code 2^power}. */
  WideFloat scale(int power) {
    exponent += power;
    return this;
  }

  /** Makes the magnitude smaller by one unit of the last place. */
  WideFloat justBelow() {
    if (high == Long.MIN_VALUE && low == 0) {
      high = -1;
      exponent--;
    } else if (low == 0) {
      high--;
    }
    low--;
    return this;
  }

  /** Makes a number with 64 significant bits larger by the least that rounding sees. */
  WideFloat justAbove() {
    low |= 1;
    return this;
  }

  /** Whether rounding errors alone may separate the number from one with 64 significant bits. */
  boolean isNearlyExact() {
    return low + 8 >= 0 && low + 8 < 16;
  }

  WideFloat multiply(WideFloat other) {
    sign ^= other.sign;
    if (high == 0 || other.high == 0) {
      high = 0;
      low = 0;
      return this;
    }
    exponent += other.exponent + 1;
    long cross1 = high * other.low;
    long cross2 = low * other.high;
    long lowest = cross1 + cross2;
    long carry = Long.compareUnsigned(lowest, cross1) < 0 ? 1 : 0;
    long lowest2 = lowest + Math.unsignedMultiplyHigh(low, other.low);
    carry += Long.compareUnsigned(lowest2, lowest) < 0 ? 1 : 0;
    long middle = high * other.high;
    long top = Math.unsignedMultiplyHigh(high, other.high);
    long sum = middle + carry;
    top += Long.compareUnsigned(sum, middle) < 0 ? 1 : 0;
    middle = sum + Math.unsignedMultiplyHigh(high, other.low);
    top += Long.compareUnsigned(middle, sum) < 0 ? 1 : 0;
    sum = middle + Math.unsignedMultiplyHigh(low, other.high);
    top += Long.compareUnsigned(sum, middle) < 0 ? 1 : 0;
    if (top >= 0) {
      top = top << 1 | sum >>> 63;
      sum = sum << 1 | lowest2 >>> 63;
      exponent--;
    }
    high = top;
    low = sum;
    return this;
  }

  WideFloat add(WideFloat other) {
    if (other.high == 0) {
      return this;
    }
    if (high == 0) {
      sign = other.sign;
      exponent = other.exponent;
      high = other.high;
      low = other.low;
      return this;
    }
    boolean larger = exponent > other.exponent || exponent == other.exponent && compareSignificand(other) >= 0;
    if (larger) {
      addOrdered(sign, exponent, high, low, other.sign, other.exponent, other.high, other.low);
    } else {
      addOrdered(other.sign, other.exponent, other.high, other.low, sign, exponent, high, low);
    }
    return this;
  }

  WideFloat subtract(WideFloat other) {
    return add(new WideFloat(other.sign ^ SIGN, other.exponent, other.high, other.low));
  }

  private int compareSignificand(WideFloat other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  private void addOrdered(int aSign, int aExp, long aHigh, long aLow, int bSign, int bExp, long bHigh, long bLow) {
    int shift = aExp - bExp;
    long bH = shift == 0 ? bHigh : ExtendedRounding.shiftedHigh(bHigh, shift);
    long bL = shift == 0 ? bLow : ExtendedRounding.shiftedLow(bHigh, bLow, shift);
    sign = aSign;
    exponent = aExp;
    if (aSign == bSign) {
      low = aLow + bL;
      long carry = Long.compareUnsigned(low, aLow) < 0 ? 1 : 0;
      high = aHigh + bH + carry;
      // Without a carry out the sum keeps the top bit of the larger addend; two top bits always carry.
      if (high >= 0 || bH < 0) {
        low = high << 63 | low >>> 1 | low & 1;
        high = high >>> 1 | Long.MIN_VALUE;
        exponent++;
      }
      return;
    }
    long borrow = Long.compareUnsigned(aLow, bL) < 0 ? 1 : 0;
    low = aLow - bL;
    high = aHigh - bH - borrow;
    normalize();
  }

  /** Divides: Newton's iteration for the reciprocal, 53 to 106 to 128 bits. */
  WideFloat divide(WideFloat other) {
    return multiply(other.reciprocal());
  }

  private WideFloat reciprocal() {
    double estimate = 0x1p62 / (double) (high >>> 1);
    long bits = (long) (estimate * 0x1p62);
    WideFloat result = ofInteger(sign, 0, bits, -62 - exponent);
    for (int i = 0; i < 2; i++) {
      WideFloat error = copy().multiply(result).negate().add(TWO);
      result.multiply(error);
    }
    return result;
  }

  private static final WideFloat TWO = of(2);

  /** The nearest double; for choices that need no precision. */
  double approximate() {
    double value = Math.scalb((double) (high >>> 1), exponent - 62);
    return sign != 0 ? -value : value;
  }

  /** Rounds to physical register {@code register} of the x87, to 64 bits. */
  void round(CpuState cpu, int register) {
    if (high == 0) {
      X87.write(cpu, register, sign, 0);
    } else {
      ExtendedRounding.round(cpu, register, sign, exponent + Extended.BIAS, high, low);
    }
  }
}
