package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * Floating point as translation units do it: in line by the host while that has the guest's result for certain, by the
 * methods here otherwise.
 *
 * <p>The host rounds to nearest and has no exceptions. So a unit asks {@link #mode} once, and while that answers
 * {@link #FAST} each site checks its operands and its result: a number that is normal, or zero where that is exact, raises
 * nothing but PE, which is set already. At a site whose check fails the unit calls the method that computes one element by
 * {@link FloatArithmetic}; no exception is unmasked, so that cannot fault.
 *
 * <p>Units do not check again what they have computed themselves. So a subnormal number that such a call has seen turns
 * {@link CpuState#floatMode} to {@link #CAREFUL} for as long as the unit runs.
 */
public final class InlineFloat {
  /** Sites compute by the host. */
  public static final int FAST = 0;
  /** Sites call, until PE is set and MXCSR rounds to nearest. */
  public static final int SLOW = 1;
  /** Sites call, as long as the unit runs. */
  public static final int CAREFUL = 2;
  /** An exception is unmasked: sites leave. */
  public static final int LEAVE = 3;

  private static final int MASKS = Mxcsr.EXCEPTIONS << Mxcsr.MASK_SHIFT;
  private static final int FAST_BITS = MASKS | Mxcsr.RC | Mxcsr.PE;
  private static final int FAST_VALUE = MASKS | Mxcsr.PE;

  private InlineFloat() {}

  /** Sets {@link CpuState#floatMode} from MXCSR, and answers it. */
  public static int mode(CpuState cpu) {
    int mxcsr = cpu.mxcsr;
    int mode = (mxcsr & FAST_BITS) == FAST_VALUE ? FAST : (mxcsr & MASKS) == MASKS ? SLOW : LEAVE;
    cpu.floatMode = mode;
    return mode;
  }

  // Checks.

  /** Neither subnormal nor NaN. */
  public static boolean isOperand(double value) {
    return Math.abs(value) >= Double.MIN_NORMAL || value == 0;
  }

  /** A normal number or zero. */
  public static boolean isSum(double value) {
    double magnitude = Math.abs(value);
    return magnitude >= Double.MIN_NORMAL && magnitude <= Double.MAX_VALUE || value == 0;
  }

  /** A normal number; not the smallest, to which a tiny result may have been rounded up. */
  public static boolean isProduct(double value) {
    double magnitude = Math.abs(value);
    return magnitude > Double.MIN_NORMAL && magnitude <= Double.MAX_VALUE;
  }

  // Scalars whose check has failed.

  public static double add(CpuState cpu, double a, double b) {
    return settle(cpu, a, b, FloatArithmetic.addDouble(cpu, bits(a), bits(b)));
  }

  public static double subtract(CpuState cpu, double a, double b) {
    return settle(cpu, a, b, FloatArithmetic.subtractDouble(cpu, bits(a), bits(b)));
  }

  public static double multiply(CpuState cpu, double a, double b) {
    return settle(cpu, a, b, FloatArithmetic.multiplyDouble(cpu, bits(a), bits(b)));
  }

  public static double divide(CpuState cpu, double a, double b) {
    return settle(cpu, a, b, FloatArithmetic.divideDouble(cpu, bits(a), bits(b)));
  }

  public static double squareRoot(CpuState cpu, double a) {
    return settle(cpu, a, a, FloatArithmetic.squareRootDouble(cpu, bits(a)));
  }

  /** Moves the exceptions to MXCSR and decides how the unit goes on. */
  private static double settle(CpuState cpu, double a, double b, long result) {
    double value = Double.longBitsToDouble(result);
    SseExceptions.commit(cpu);
    if (isSubnormal(a) || isSubnormal(b) || isSubnormal(value)) {
      cpu.floatMode = CAREFUL;
    } else if (cpu.floatMode == SLOW) {
      mode(cpu);
    }
    return value;
  }

  private static boolean isSubnormal(double value) {
    return Math.abs(value) < Double.MIN_NORMAL && value != 0;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
