package dev.hagen.semantics;

import static dev.hagen.semantics.FloatFormat.DOUBLE;
import static dev.hagen.semantics.FloatFormat.SINGLE;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * One element of SSE arithmetic, by the host's floating point where that has the guest's result for certain, by
 * {@link SoftFloat} otherwise.
 *
 * <p>The host rounds to nearest, knows no exceptions and no flushing. So it serves while MXCSR rounds to nearest with PE
 * masked, operands and result are zeros or normal numbers (no DE, OE, UE), and either PE is already set or the result is
 * shown to be exact. An inexact result with PE clear takes the slow path, once.
 */
final class FloatArithmetic {
  /** Below this the error of a product, quotient or root may underflow. */
  private static final double SMALL = 0x1p-900;

  private static final int NEAREST_BITS = Mxcsr.RC | Mxcsr.PE << Mxcsr.MASK_SHIFT;
  private static final int NEAREST = Mxcsr.PE << Mxcsr.MASK_SHIFT;

  private FloatArithmetic() {}

  static long addDouble(CpuState cpu, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double sum = x + y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y) && isPlain(sum)
        && (isInexactSet(cpu) || isExactSum(x, y, sum))) {
      return Double.doubleToRawLongBits(sum);
    }
    return SoftFloat.add(cpu, DOUBLE, a, b);
  }

  static long subtractDouble(CpuState cpu, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double difference = x - y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y) && isPlain(difference)
        && (isInexactSet(cpu) || isExactSum(x, -y, difference))) {
      return Double.doubleToRawLongBits(difference);
    }
    return SoftFloat.subtract(cpu, DOUBLE, a, b);
  }

  static long multiplyDouble(CpuState cpu, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double product = x * y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y)) {
      boolean zero = x == 0 || y == 0;
      if (zero || isNormal(product)
          && (isInexactSet(cpu) || Math.abs(product) > SMALL && Math.fma(x, y, -product) == 0)) {
        return Double.doubleToRawLongBits(product);
      }
    }
    return SoftFloat.multiply(cpu, DOUBLE, a, b);
  }

  static long divideDouble(CpuState cpu, long a, long b) {
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double quotient = x / y;
    if (roundsToNearest(cpu) && isNormal(x) && isNormal(y) && isNormal(quotient)
        && (isInexactSet(cpu) || Math.abs(x) > SMALL && Math.fma(-quotient, y, x) == 0)) {
      return Double.doubleToRawLongBits(quotient);
    }
    return SoftFloat.divide(cpu, DOUBLE, a, b);
  }

  static long squareRootDouble(CpuState cpu, long a) {
    double x = Double.longBitsToDouble(a);
    double root = Math.sqrt(x);
    if (roundsToNearest(cpu) && isNormal(x) && x > 0
        && (isInexactSet(cpu) || x > SMALL && Math.fma(-root, root, x) == 0)) {
      return Double.doubleToRawLongBits(root);
    }
    return SoftFloat.squareRoot(cpu, DOUBLE, a);
  }

  static long addSingle(CpuState cpu, long a, long b) {
    float x = Float.intBitsToFloat((int) a);
    float y = Float.intBitsToFloat((int) b);
    float sum = x + y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y) && isPlain(sum)
        && (isInexactSet(cpu) || isExactSum(x, y, sum))) {
      return bits(sum);
    }
    return SoftFloat.add(cpu, SINGLE, a, b);
  }

  static long subtractSingle(CpuState cpu, long a, long b) {
    float x = Float.intBitsToFloat((int) a);
    float y = Float.intBitsToFloat((int) b);
    float difference = x - y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y) && isPlain(difference)
        && (isInexactSet(cpu) || isExactSum(x, -y, difference))) {
      return bits(difference);
    }
    return SoftFloat.subtract(cpu, SINGLE, a, b);
  }

  static long multiplySingle(CpuState cpu, long a, long b) {
    float x = Float.intBitsToFloat((int) a);
    float y = Float.intBitsToFloat((int) b);
    float product = x * y;
    if (roundsToNearest(cpu) && isPlain(x) && isPlain(y)) {
      boolean zero = x == 0 || y == 0;
      if (zero || isNormal(product) && (isInexactSet(cpu) || (double) x * y == product)) {
        return bits(product);
      }
    }
    return SoftFloat.multiply(cpu, SINGLE, a, b);
  }

  static long divideSingle(CpuState cpu, long a, long b) {
    float x = Float.intBitsToFloat((int) a);
    float y = Float.intBitsToFloat((int) b);
    float quotient = x / y;
    if (roundsToNearest(cpu) && isNormal(x) && isNormal(y) && isNormal(quotient)
        && (isInexactSet(cpu) || (double) quotient * y == x)) {
      return bits(quotient);
    }
    return SoftFloat.divide(cpu, SINGLE, a, b);
  }

  static long squareRootSingle(CpuState cpu, long a) {
    float x = Float.intBitsToFloat((int) a);
    // Rounding the root of a single twice, to double first, gives what rounding it once does.
    float root = (float) Math.sqrt(x);
    if (roundsToNearest(cpu) && isNormal(x) && x > 0 && (isInexactSet(cpu) || (double) root * root == x)) {
      return bits(root);
    }
    return SoftFloat.squareRoot(cpu, SINGLE, a);
  }

  private static long bits(float value) {
    return Float.floatToRawIntBits(value) & 0xFFFF_FFFFL;
  }

  /** MXCSR rounds to nearest, and an inexact result raises no fault. */
  static boolean roundsToNearest(CpuState cpu) {
    return (cpu.mxcsr & NEAREST_BITS) == NEAREST;
  }

  private static boolean isInexactSet(CpuState cpu) {
    return (cpu.mxcsr & Mxcsr.PE) != 0;
  }

  /** A normal number or zero. */
  private static boolean isPlain(double value) {
    double magnitude = Math.abs(value);
    return magnitude >= Double.MIN_NORMAL && magnitude <= Double.MAX_VALUE || magnitude == 0;
  }

  private static boolean isPlain(float value) {
    float magnitude = Math.abs(value);
    return magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE || magnitude == 0;
  }

  /** A normal number; not the smallest, to which a tiny result may have been rounded up. */
  private static boolean isNormal(double value) {
    double magnitude = Math.abs(value);
    return magnitude > Double.MIN_NORMAL && magnitude <= Double.MAX_VALUE;
  }

  private static boolean isNormal(float value) {
    float magnitude = Math.abs(value);
    return magnitude > Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE;
  }

  /** Whether {@code sum} is exactly {@code x + y} (Knuth's two-sum: the error is itself a floating-point number). */
  private static boolean isExactSum(double x, double y, double sum) {
    double yPart = sum - x;
    return x - (sum - yPart) + (y - yPart) == 0;
  }

  private static boolean isExactSum(float x, float y, float sum) {
    float yPart = sum - x;
    return x - (sum - yPart) + (y - yPart) == 0;
  }
}
