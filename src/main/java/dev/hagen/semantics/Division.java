package dev.hagen.semantics;

import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RDX;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;

/** DIV and IDIV (SDM vol. 1 5.1.2): RDX:RAX (AX for bytes) by the operand; #DE if the quotient does not fit. */
public final class Division {
  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private Division() {}

  /** Unsigned division. */
  @Semantics(Op.DIV)
  public static void div(CpuState cpu, long a, int size) {
    if (size == 8) {
      div128(cpu, a);
      return;
    }
    if (a == 0) {
      throw cpu.raise(Vector.DE);
    }
    long dividend = dividend(cpu, size);
    long quotient = Long.divideUnsigned(dividend, a);
    if (Bits.zeroExtend(quotient, size) != quotient) {
      throw cpu.raise(Vector.DE);
    }
    finish(cpu, quotient, dividend - quotient * a, size);
  }

  /** Signed division, truncating; the remainder has the dividend's sign. */
  @Semantics(Op.IDIV)
  public static void idiv(CpuState cpu, long a, int size) {
    if (size == 8) {
      idiv128(cpu, a);
      return;
    }
    long divisor = Bits.signExtend(a, size);
    if (divisor == 0) {
      throw cpu.raise(Vector.DE);
    }
    long dividend = Bits.signExtend(dividend(cpu, size), size << 1);
    // -2^63 / -1 wraps to -2^63, which does not fit either.
    long quotient = dividend / divisor;
    if (Bits.signExtend(quotient, size) != quotient) {
      throw cpu.raise(Vector.DE);
    }
    finish(cpu, quotient, dividend - quotient * divisor, size);
  }

  /** The dividend of 16, 32 or 64 bits, zero-extended. */
  private static long dividend(CpuState cpu, int size) {
    return size == 1 ? cpu.register(RAX, 2) : cpu.register(RDX, size) << (size << 3) | cpu.register(RAX, size);
  }

  private static void finish(CpuState cpu, long quotient, long remainder, int size) {
    if (size == 1) {
      cpu.setRegister(RAX, (remainder & 0xFF) << 8 | quotient & 0xFF, 2);
    } else {
      cpu.setRegister(RAX, quotient, size);
      cpu.setRegister(RDX, remainder, size);
    }
    UndefinedFlags.division(cpu);
  }

  private static void div128(CpuState cpu, long divisor) {
    long high = cpu.gpr[RDX];
    long low = cpu.gpr[RAX];
    if (Long.compareUnsigned(high, divisor) >= 0) {
      throw cpu.raise(Vector.DE);
    }
    long quotient = divideUnsigned(high, low, divisor);
    finish(cpu, quotient, low - quotient * divisor, 8);
  }

  private static void idiv128(CpuState cpu, long divisor) {
    long high = cpu.gpr[RDX];
    long low = cpu.gpr[RAX];
    boolean negative = high < 0;
    long absoluteLow = negative ? -low : low;
    long absoluteHigh = negative ? ~high + (low == 0 ? 1 : 0) : high;
    long absoluteDivisor = Math.abs(divisor); // 2^63 for the smallest, as an unsigned number
    if (Long.compareUnsigned(absoluteHigh, absoluteDivisor) >= 0) {
      throw cpu.raise(Vector.DE);
    }
    long absolute = divideUnsigned(absoluteHigh, absoluteLow, absoluteDivisor);
    boolean negate = negative != divisor < 0;
    long quotient = negate ? -absolute : absolute;
    // Fits if its sign came out right, or if it is zero.
    if (quotient != 0 && quotient < 0 != negate) {
      throw cpu.raise(Vector.DE);
    }
    finish(cpu, quotient, low - quotient * divisor, 8);
  }

  /**
   * The quotient of the unsigned 128-bit number {@code high:low} and {@code divisor}.
   *
   * @param high less than {@code divisor}, so that the quotient fits into 64 bits
   */
  static long divideUnsigned(long high, long low, long divisor) {
    if (high == 0) {
      return Long.divideUnsigned(low, divisor);
    }
    // Long division with two digits of 32 bits; the divisor is shifted left until its top bit is set, which keeps the
    // estimate of each digit at most two too large.
    int shift = Long.numberOfLeadingZeros(divisor);
    long normal = divisor << shift;
    long rest = shift == 0 ? high : high << shift | low >>> 64 - shift;
    long digits = low << shift;
    long first = digit(rest, digits >>> 32, normal);
    rest = (rest << 32 | digits >>> 32) - first * normal;
    long second = digit(rest, digits & LOW_HALF, normal);
    return (first << 32) + second;
  }

  /** The 32-bit quotient of {@code rest * 2^32 + next} and a divisor with its top bit set, larger than {@code rest}. */
  private static long digit(long rest, long next, long divisor) {
    long top = divisor >>> 32;
    long bottom = divisor & LOW_HALF;
    long estimate = Long.divideUnsigned(rest, top);
    long remainder = rest - estimate * top;
    while (estimate > LOW_HALF || Long.compareUnsigned(estimate * bottom, remainder << 32 | next) > 0) {
      estimate--;
      remainder += top;
      if (remainder > LOW_HALF) {
        break;
      }
    }
    return estimate;
  }
}
