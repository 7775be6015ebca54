package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.util.Bits;

/**
 * Shifts and rotations (SDM vol. 1 5.1.5). Counts are taken modulo 32, modulo 64 for 64-bit operands; a count of zero
 * changes no flag. Flags that the manual leaves open: {@link UndefinedFlags}.
 */
public final class Shifts {
  private Shifts() {}

  @Semantics(Op.SHL)
  public static long shl(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    int top = (size << 3) - 1;
    long almost = a << count - 1;
    long result = almost << 1;
    ArithmeticFlags.shift(cpu, result, almost >>> top & 1, result >>> top & 1, size);
    return result;
  }

  @Semantics(Op.SHR)
  public static long shr(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    long almost = a >>> count - 1;
    long result = almost >>> 1;
    long carry = almost & 1;
    ArithmeticFlags.shift(cpu, result, carry, carry ^ topBits(result, size), size);
    return result;
  }

  @Semantics(Op.SAR)
  public static long sar(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    long almost = Bits.signExtend(a, size) >> count - 1;
    long result = almost >> 1;
    ArithmeticFlags.shift(cpu, result, almost & 1, almost & 1, size);
    return result;
  }

  @Semantics(Op.ROL)
  public static long rol(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    int width = size << 3;
    int distance = count & width - 1;
    long result = a << distance | a >>> width - distance;
    ArithmeticFlags.rotation(cpu, result & 1, result >>> width - 1 & 1);
    return result;
  }

  @Semantics(Op.ROR)
  public static long ror(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    int width = size << 3;
    int distance = count & width - 1;
    long result = a >>> distance | a << width - distance;
    ArithmeticFlags.rotation(cpu, result >>> width - 1 & 1, result >>> width - 2 & 1);
    return result;
  }

  /** Rotates left through CF. */
  @Semantics(Op.RCL)
  public static long rcl(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    int width = size << 3;
    int distance = count % (width + 1);
    long carry = ArithmeticFlags.carry(cpu);
    long result = a;
    if (distance != 0) {
      // Two steps where the distance may be 64.
      result = a << distance | carry << distance - 1 | a >>> width - distance >>> 1;
      carry = a >>> width - distance & 1;
    }
    ArithmeticFlags.rotation(cpu, carry, result >>> width - 1 & 1);
    return result;
  }

  /** Rotates right through CF. */
  @Semantics(Op.RCR)
  public static long rcr(CpuState cpu, long a, long b, int size) {
    int count = count(b, size);
    if (count == 0) {
      return a;
    }
    int width = size << 3;
    int distance = count % (width + 1);
    long carry = ArithmeticFlags.carry(cpu);
    long result = a;
    if (distance != 0) {
      result = a >>> distance | carry << width - distance | a << width - distance << 1;
      carry = a >>> distance - 1 & 1;
    }
    ArithmeticFlags.rotation(cpu, carry, carry ^ topBits(result, size));
    return result;
  }

  /** Shifts {@code a} left and fills it from the top of {@code b}. */
  @Semantics(Op.SHLD)
  public static long shld(CpuState cpu, long a, long b, long c, int size) {
    int count = count(c, size);
    if (count == 0) {
      return a;
    }
    int top = (size << 3) - 1;
    // With 16 bits the source comes round again after count 16.
    long result = size == 2 ? (a << 32 | b << 16 | b) << count >>> 32 : a << count | b >>> top + 1 - count;
    long almost = a << count - 1;
    ArithmeticFlags.shift(cpu, result, almost >>> top & 1, almost << 1 >>> top & 1, size);
    return result;
  }

  /** Shifts {@code a} right and fills it from the bottom of {@code b}. */
  @Semantics(Op.SHRD)
  public static long shrd(CpuState cpu, long a, long b, long c, int size) {
    int count = count(c, size);
    if (count == 0) {
      return a;
    }
    long result = size == 2 ? (b << 32 | b << 16 | a) >>> count : a >>> count | b << (size << 3) - count;
    long carry = a >>> count - 1 & 1;
    ArithmeticFlags.shift(cpu, result, carry, carry ^ topBits(result, size), size);
    return result;
  }

  private static int count(long b, int size) {
    return (int) b & (size == 8 ? 63 : 31);
  }

  /** The two most significant bits, xor-ed: 0 or 1. */
  private static long topBits(long value, int size) {
    return (value >>> (size << 3) - 1 ^ value >>> (size << 3) - 2) & 1;
  }
}
