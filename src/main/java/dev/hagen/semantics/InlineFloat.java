package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;

/**
 * SSE floating point as translation units do it: in line by the host while that has the guest's result for certain, by the
 * methods of {@link CarefulFloat} otherwise. Here is what is in line: small methods that HotSpot compiles into the unit.
 *
 * <p>The host rounds to nearest and has no exceptions. So a unit asks {@link #mode} once, and while that answers
 * {@link #FAST} each site checks its operands and its result: a number that is normal, or zero where that is exact, raises
 * nothing but PE, which is set already. At a site whose check fails the unit calls the careful method; no exception is
 * unmasked, so that cannot fault.
 *
 * <p>Units do not check again what they have computed or checked before. So a subnormal number that a careful method has seen
 * turns {@link CpuState#floatMode} to {@link #CAREFUL} for as long as the unit runs.
 *
 * <p>Singles come as the low doubleword of a {@code long} ("low") or two in one ("pair").
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

  /** Bits of one more than a double's exponent: those of a normal number; of one that is not the smallest by far. */
  private static final int NORMAL_EXPONENT = 0x7FE;
  private static final int NOT_SMALL_EXPONENT = 0x7FC;

  private static final long LOW = 0xFFFF_FFFFL;
  /** What a pair of singles is without its signs. */
  private static final long MAGNITUDES = 0x7FFF_FFFF_7FFF_FFFFL;
  /** Carry into a pair's signs what says that a magnitude is: not zero; normal; above the smallest normal; infinite. */
  private static final long NOT_ZERO = 0x7FFF_FFFF_7FFF_FFFFL;
  private static final long NORMAL = 0x7F80_0000_7F80_0000L;
  private static final long ABOVE_NORMAL = 0x7F7F_FFFF_7F7F_FFFFL;
  private static final long INFINITE = 0x0080_0000_0080_0000L;

  private InlineFloat() {}

  /** Sets {@link CpuState#floatMode} from MXCSR, and answers it. */
  public static int mode(CpuState cpu) {
    int mxcsr = cpu.mxcsr;
    int mode = (mxcsr & FAST_BITS) == FAST_VALUE ? FAST : (mxcsr & MASKS) == MASKS ? SLOW : LEAVE;
    cpu.floatMode = mode;
    return mode;
  }

  // Doubles: checks.

  /** Neither subnormal nor NaN. */
  public static boolean isOperand(double value) {
    return hasExponent(value, NORMAL_EXPONENT) || value == 0 || Math.abs(value) == Double.POSITIVE_INFINITY;
  }

  /** A sum or difference without exceptions: a normal number or zero. */
  public static boolean isSum(double value) {
    return hasExponent(value, NORMAL_EXPONENT) || value == 0;
  }

  /** A normal number; not one of the smallest, to which a tiny result may have been rounded up. */
  private static boolean isNormal(double value) {
    return hasExponent(value, NOT_SMALL_EXPONENT);
  }

  /**
   * Whether one more than the biased exponent has some of the bits. Without a comparison of doubles, which HotSpot follows by a
   * jump of its own for NaN: this is one jump.
   */
  private static boolean hasExponent(double value, int bits) {
    return ((int) (Double.doubleToRawLongBits(value) >>> 52) + 1 & bits) != 0;
  }

  /** A product without exceptions. */
  public static boolean isProduct(double a, double b, double value) {
    return isNormal(value) || value == 0 && (a == 0 || b == 0);
  }

  /** A quotient without exceptions. */
  public static boolean isQuotient(double a, double value) {
    return isNormal(value) || value == 0 && a == 0;
  }

  /** A square root without exceptions. */
  public static boolean isRoot(double value) {
    return isNormal(value) || value == 0;
  }

  /** Not NaN, neither of them. */
  public static boolean areOrdered(double a, double b) {
    return a <= b || a > b;
  }

  // Doubles: what is no bytecode.

  public static double min(double a, double b) {
    return a < b ? a : b;
  }

  public static double max(double a, double b) {
    return a > b ? a : b;
  }

  /** All ones if a predicate of CMPPD holds for two numbers that are ordered. */
  public static long compare(double a, double b, int predicate) {
    boolean holds = switch (predicate & 3) {
      case 0 -> a == b;
      case 1 -> a < b;
      case 2 -> a <= b;
      default -> false;
    };
    return holds != ((predicate & 4) != 0) ? -1 : 0;
  }

  // Singles: checks.

  /** Neither subnormal nor NaN. */
  public static boolean isOperandLow(long value) {
    float number = single(value);
    return Math.abs(number) >= Float.MIN_NORMAL || number == 0;
  }

  public static boolean isSumLow(long value) {
    float number = single(value);
    float magnitude = Math.abs(number);
    return magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE || number == 0;
  }

  private static boolean isNormal(float value) {
    float magnitude = Math.abs(value);
    return magnitude > Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE;
  }

  public static boolean isProductLow(long a, long b, long value) {
    float number = single(value);
    return isNormal(number) || number == 0 && (single(a) == 0 || single(b) == 0);
  }

  public static boolean isQuotientLow(long a, long value) {
    float number = single(value);
    return isNormal(number) || number == 0 && single(a) == 0;
  }

  public static boolean isRootLow(long value) {
    float number = single(value);
    return isNormal(number) || number == 0;
  }

  public static boolean areOrderedLow(long a, long b) {
    float x = single(a);
    float y = single(b);
    return x <= y || x > y;
  }

  /** Neither subnormal nor infinite nor NaN. */
  public static boolean isOperandPair(long value) {
    return isSumPair(value);
  }

  public static boolean isSumPair(long value) {
    long m = value & MAGNITUDES;
    return ((m + NOT_ZERO & ~(m + NORMAL) | m + INFINITE) & ~MAGNITUDES) == 0;
  }

  private static boolean isNormalPair(long value) {
    long m = value & MAGNITUDES;
    return ((~(m + ABOVE_NORMAL) | m + INFINITE) & ~MAGNITUDES) == 0;
  }

  public static boolean isProductPair(long a, long b, long value) {
    return isNormalPair(value) || isProductLow(a, b, value) && isProductLow(a >>> 32, b >>> 32, value >>> 32);
  }

  public static boolean isQuotientPair(long a, long value) {
    return isNormalPair(value) || isQuotientLow(a, value) && isQuotientLow(a >>> 32, value >>> 32);
  }

  public static boolean isRootPair(long value) {
    return isNormalPair(value) || isRootLow(value) && isRootLow(value >>> 32);
  }

  public static boolean areOrderedPair(long a, long b) {
    return areOrderedLow(a, b) && areOrderedLow(a >>> 32, b >>> 32);
  }

  // Singles: arithmetic. What is above the low one stays.

  public static long addLow(long a, long b) {
    return low(a, single(a) + single(b));
  }

  public static long subtractLow(long a, long b) {
    return low(a, single(a) - single(b));
  }

  public static long multiplyLow(long a, long b) {
    return low(a, single(a) * single(b));
  }

  public static long divideLow(long a, long b) {
    return low(a, single(a) / single(b));
  }

  public static long rootLow(long a, long b) {
    return low(a, root(single(b)));
  }

  public static long minLow(long a, long b) {
    return low(a, min(single(a), single(b)));
  }

  public static long maxLow(long a, long b) {
    return low(a, max(single(a), single(b)));
  }

  public static long addPair(long a, long b) {
    return pair(single(a) + single(b), high(a) + high(b));
  }

  public static long subtractPair(long a, long b) {
    return pair(single(a) - single(b), high(a) - high(b));
  }

  public static long multiplyPair(long a, long b) {
    return pair(single(a) * single(b), high(a) * high(b));
  }

  public static long dividePair(long a, long b) {
    return pair(single(a) / single(b), high(a) / high(b));
  }

  public static long rootPair(long a, long b) {
    return pair(root(single(b)), root(high(b)));
  }

  public static long minPair(long a, long b) {
    return pair(min(single(a), single(b)), min(high(a), high(b)));
  }

  public static long maxPair(long a, long b) {
    return pair(max(single(a), single(b)), max(high(a), high(b)));
  }

  /** All ones in the low doubleword if a predicate of CMPSS holds for two numbers that are ordered. */
  public static long compareLow(long a, long b, int predicate) {
    return a & ~LOW | compare(single(a), single(b), predicate) & LOW;
  }

  /** The same for two. */
  public static long comparePair(long a, long b, int predicate) {
    return compare(single(a), single(b), predicate) & LOW | compare(high(a), high(b), predicate) << 32;
  }

  private static float min(float a, float b) {
    return a < b ? a : b;
  }

  private static float max(float a, float b) {
    return a > b ? a : b;
  }

  /** Rounding the root of a single twice, to double first, gives what rounding it once does. */
  private static float root(float value) {
    return (float) Math.sqrt(value);
  }

  private static float single(long value) {
    return Float.intBitsToFloat((int) value);
  }

  private static float high(long value) {
    return Float.intBitsToFloat((int) (value >>> 32));
  }

  private static long low(long rest, float value) {
    return rest & ~LOW | Float.floatToRawIntBits(value) & LOW;
  }

  private static long pair(float low, float high) {
    return Float.floatToRawIntBits(low) & LOW | (long) Float.floatToRawIntBits(high) << 32;
  }

  // Conversions.

  /** Whether truncating gives an integer of four bytes. */
  public static boolean fitsInt(double value) {
    return value > -0x1p31 - 1 && value < 0x1p31;
  }

  /** Whether truncating or rounding gives an integer of eight bytes. */
  public static boolean fitsLong(double value) {
    return value >= -0x1p63 && value < 0x1p63;
  }

  /** Whether rounding to nearest gives an integer of four bytes. */
  public static boolean roundsToInt(double value) {
    return value >= -0x1p31 - 0.5 && value < 0x1p31 - 0.5;
  }

  /** A double rounded to the nearest integer. */
  public static long round(double value) {
    return (long) Math.rint(value);
  }

  /** A single as a double. */
  public static double widen(long value) {
    return single(value);
  }

  /** {@code rest} with the single nearest to a double in its low doubleword. */
  public static long narrow(long rest, double value) {
    return low(rest, (float) value);
  }

  /** {@code rest} with the single nearest to an integer in its low doubleword. */
  public static long fromInteger(long rest, long value) {
    return low(rest, value);
  }

  /** Whether the low doubleword of {@code value} is a double's single without exceptions. */
  public static boolean isNarrow(double from, long value) {
    float number = single(value);
    return isNormal(number) || number == 0 && from == 0;
  }
}
