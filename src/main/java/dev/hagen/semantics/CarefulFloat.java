package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * What translation units call where the host's floating point may not have the guest's result: see {@link InlineFloat}. All
 * exceptions are masked; those that an operation raises are in MXCSR afterwards.
 */
public final class CarefulFloat {
  /** Operations, as the methods take them. */
  public static final int ADD = 0;
  public static final int SUBTRACT = 1;
  public static final int MULTIPLY = 2;
  public static final int DIVIDE = 3;
  public static final int ROOT = 4;
  public static final int MIN = 5;
  public static final int MAX = 6;

  private static final long LOW = 0xFFFF_FFFFL;

  private CarefulFloat() {}

  /** An operation on doubles; that of a single operand takes {@code b}. */
  public static double doubles(CpuState cpu, double a, double b, int operation) {
    long x = bits(a);
    long y = bits(b);
    long result = switch (operation) {
      case ADD -> FloatArithmetic.addDouble(cpu, x, y);
      case SUBTRACT -> FloatArithmetic.subtractDouble(cpu, x, y);
      case MULTIPLY -> FloatArithmetic.multiplyDouble(cpu, x, y);
      case DIVIDE -> FloatArithmetic.divideDouble(cpu, x, y);
      case ROOT -> FloatArithmetic.squareRootDouble(cpu, y);
      case MIN -> SseCompare.minpd(cpu, x, y);
      default -> SseCompare.maxpd(cpu, x, y);
    };
    double value = Double.longBitsToDouble(result);
    settle(cpu, isSubnormal(a) || isSubnormal(b) || isSubnormal(value));
    return value;
  }

  /** An operation on the low singles; what is above stays that of {@code a}. */
  public static long low(CpuState cpu, long a, long b, int operation) {
    long result = a & ~LOW | singles(cpu, a & LOW, b & LOW, operation);
    settle(cpu, isSubnormal(a) || isSubnormal(b) || isSubnormal(result));
    return result;
  }

  /** An operation on pairs of singles. */
  public static long pair(CpuState cpu, long a, long b, int operation) {
    long result = singles(cpu, a & LOW, b & LOW, operation) | singles(cpu, a >>> 32, b >>> 32, operation) << 32;
    settle(cpu, isSubnormalPair(a) || isSubnormalPair(b) || isSubnormalPair(result));
    return result;
  }

  private static long singles(CpuState cpu, long a, long b, int operation) {
    return switch (operation) {
      case ADD -> FloatArithmetic.addSingle(cpu, a, b);
      case SUBTRACT -> FloatArithmetic.subtractSingle(cpu, a, b);
      case MULTIPLY -> FloatArithmetic.multiplySingle(cpu, a, b);
      case DIVIDE -> FloatArithmetic.divideSingle(cpu, a, b);
      case ROOT -> FloatArithmetic.squareRootSingle(cpu, b);
      case MIN -> SseCompare.minss(cpu, a, b, 4);
      default -> SseCompare.maxss(cpu, a, b, 4);
    };
  }

  // Comparisons.

  /** COMISD, or UCOMISD if {@code signaling} is 0: raises what they raise. */
  public static void order(CpuState cpu, double a, double b, int signaling) {
    SseCompare.relateDoubles(cpu, bits(a), bits(b), signaling != 0);
    settle(cpu, isSubnormal(a) || isSubnormal(b));
  }

  /** The same for the low singles. */
  public static void orderLow(CpuState cpu, long a, long b, int signaling) {
    SseCompare.relateSingles(cpu, a & LOW, b & LOW, signaling != 0);
    settle(cpu, isSubnormal(a) || isSubnormal(b));
  }

  /** The bits of a number as it is compared: denormals are zeros if MXCSR says so. */
  public static long compared(CpuState cpu, double a) {
    return (cpu.mxcsr & Mxcsr.DAZ) != 0 && isSubnormal(a) ? 0 : bits(a);
  }

  /** The same for a low single. */
  public static long comparedLow(CpuState cpu, long a) {
    return (cpu.mxcsr & Mxcsr.DAZ) != 0 && isSubnormal(a) ? 0 : a;
  }

  /** CMPSD. */
  public static long compare(CpuState cpu, double a, double b, int predicate) {
    long result = SseCompare.cmpsd(cpu, bits(a), bits(b), predicate, 8);
    settle(cpu, isSubnormal(a) || isSubnormal(b));
    return result;
  }

  /** CMPSS; what is above stays. */
  public static long compareLow(CpuState cpu, long a, long b, int predicate) {
    long result = a & ~LOW | SseCompare.cmpss(cpu, a, b, predicate, 4);
    settle(cpu, isSubnormal(a) || isSubnormal(b));
    return result;
  }

  /** CMPPS of eight bytes. */
  public static long comparePair(CpuState cpu, long a, long b, int predicate) {
    long result = SseCompare.cmpss(cpu, a, b, predicate, 4) | SseCompare.cmpss(cpu, a >>> 32, b >>> 32, predicate, 4) << 32;
    settle(cpu, isSubnormalPair(a) || isSubnormalPair(b));
    return result;
  }

  // Conversions.

  /** CVTTSD2SI, or CVTSD2SI if {@code round} is not 0, to an integer of {@code size} bytes. */
  public static long toInteger(CpuState cpu, double a, int size, int round) {
    long result = round != 0 ? FloatConversion.doubleToInteger(cpu, bits(a), size)
        : FloatConversion.doubleToIntegerTruncated(cpu, bits(a), size);
    settle(cpu, isSubnormal(a));
    return result;
  }

  /** The same from the low single. */
  public static long lowToInteger(CpuState cpu, long a, int size, int round) {
    long result = round != 0 ? FloatConversion.singleToInteger(cpu, a & LOW, size)
        : FloatConversion.singleToIntegerTruncated(cpu, a & LOW, size);
    settle(cpu, isSubnormal(a));
    return result;
  }

  /** CVTSI2SD. */
  public static double fromInteger(CpuState cpu, long value) {
    long result = FloatConversion.fromInteger(cpu, FloatFormat.DOUBLE, value);
    settle(cpu, false);
    return Double.longBitsToDouble(result);
  }

  /** CVTSI2SS; what is above stays that of {@code rest}. */
  public static long lowFromInteger(CpuState cpu, long rest, long value) {
    long result = FloatConversion.fromInteger(cpu, FloatFormat.SINGLE, value);
    settle(cpu, false);
    return rest & ~LOW | result;
  }

  /** CVTSS2SD. */
  public static double widen(CpuState cpu, long a) {
    long result = FloatConversion.singleToDouble(cpu, a & LOW);
    settle(cpu, isSubnormal(a));
    return Double.longBitsToDouble(result);
  }

  /** CVTSD2SS; what is above stays that of {@code rest}. */
  public static long narrow(CpuState cpu, long rest, double a) {
    long result = FloatConversion.doubleToSingle(cpu, bits(a));
    settle(cpu, isSubnormal(a) || isSubnormal(result));
    return rest & ~LOW | result;
  }

  /** Moves the exceptions to MXCSR and decides how the unit goes on. */
  private static void settle(CpuState cpu, boolean subnormal) {
    SseExceptions.commit(cpu);
    if (subnormal) {
      cpu.floatMode = InlineFloat.CAREFUL;
    } else if (cpu.floatMode == InlineFloat.SLOW) {
      InlineFloat.mode(cpu);
    }
  }

  private static boolean isSubnormal(double value) {
    return Math.abs(value) < Double.MIN_NORMAL && value != 0;
  }

  private static boolean isSubnormal(long single) {
    int magnitude = (int) single & 0x7FFF_FFFF;
    return magnitude != 0 && magnitude < 0x0080_0000;
  }

  private static boolean isSubnormalPair(long pair) {
    return isSubnormal(pair) || isSubnormal(pair >>> 32);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
