package dev.hagen.semantics;

import static dev.hagen.semantics.FloatFormat.DOUBLE;
import static dev.hagen.semantics.FloatFormat.SINGLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Mxcsr;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Finite arithmetic of {@link SoftFloat} and {@link FloatArithmetic} against exact decimal numbers. */
class SoftFloatTest {
  private static final int SAMPLES = 400;
  private static final long SEED = 754;
  private static final int ALL_MASKED = 0x1F80;

  interface Operation {
    long apply(CpuState cpu, long a, long b);
  }

  static Stream<Arguments> formatsAndModes() {
    return Stream.of(SINGLE, DOUBLE).flatMap(format -> Stream.of(Mxcsr.NEAREST, Mxcsr.DOWN, Mxcsr.UP,
        Mxcsr.TOWARDS_ZERO).map(control -> Arguments.of(format, control)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndModes")
  void sum_ofFiniteNumbers_isRoundedExactly(FloatFormat format, int control) {
    forEachPair(format, (a, b) -> {
      BigDecimal sum = number(format, a).add(number(format, b));
      boolean negative = sum.signum() == 0 ? negativeZeroSum(format, a, b, control) : sum.signum() < 0;
      ExactFloat exact = new ExactFloat(format, sum.abs()::compareTo);
      check(format, control, a, b, exact.round(negative, control), (cpu, x, y) -> SoftFloat.add(cpu, format, x, y));
      check(format, control, a, b, exact.round(negative, control),
          format == SINGLE ? FloatArithmetic::addSingle : FloatArithmetic::addDouble);
    });
  }

  @ParameterizedTest
  @MethodSource("formatsAndModes")
  void difference_ofFiniteNumbers_isRoundedExactly(FloatFormat format, int control) {
    forEachPair(format, (a, b) -> {
      BigDecimal difference = number(format, a).subtract(number(format, b));
      boolean negative = difference.signum() == 0 ? negativeZeroSum(format, a, b ^ format.sign(), control)
          : difference.signum() < 0;
      ExactFloat exact = new ExactFloat(format, difference.abs()::compareTo);
      check(format, control, a, b, exact.round(negative, control),
          format == SINGLE ? FloatArithmetic::subtractSingle : FloatArithmetic::subtractDouble);
    });
  }

  @ParameterizedTest
  @MethodSource("formatsAndModes")
  void product_ofFiniteNumbers_isRoundedExactly(FloatFormat format, int control) {
    forEachPair(format, (a, b) -> {
      BigDecimal product = number(format, a).multiply(number(format, b));
      ExactFloat exact = new ExactFloat(format, product.abs()::compareTo);
      ExactFloat.Result expected = exact.round(format.isNegative(a ^ b), control);
      check(format, control, a, b, expected, (cpu, x, y) -> SoftFloat.multiply(cpu, format, x, y));
      check(format, control, a, b, expected,
          format == SINGLE ? FloatArithmetic::multiplySingle : FloatArithmetic::multiplyDouble);
    });
  }

  @ParameterizedTest
  @MethodSource("formatsAndModes")
  void quotient_ofFiniteNumbers_isRoundedExactly(FloatFormat format, int control) {
    forEachPair(format, (a, b) -> {
      long divisor = format.isZero(b) ? format.implicitOne() : b;
      BigDecimal dividend = number(format, a).abs();
      BigDecimal magnitude = number(format, divisor).abs();
      ExactFloat exact = new ExactFloat(format, c -> dividend.compareTo(c.multiply(magnitude)));
      ExactFloat.Result expected = exact.round(format.isNegative(a ^ divisor), control);
      check(format, control, a, divisor, expected, (cpu, x, y) -> SoftFloat.divide(cpu, format, x, y));
      check(format, control, a, divisor, expected,
          format == SINGLE ? FloatArithmetic::divideSingle : FloatArithmetic::divideDouble);
    });
  }

  @ParameterizedTest
  @MethodSource("formatsAndModes")
  void squareRoot_ofPositiveNumber_isRoundedExactly(FloatFormat format, int control) {
    forEachPair(format, (a, b) -> {
      long radicand = a & ~format.sign();
      BigDecimal value = number(format, radicand);
      ExactFloat exact = new ExactFloat(format, c -> value.compareTo(c.multiply(c)));
      ExactFloat.Result expected = exact.round(false, control);
      check(format, control, radicand, b, expected, (cpu, x, y) -> SoftFloat.squareRoot(cpu, format, x));
      check(format, control, radicand, b, expected, (cpu, x, y) -> format == SINGLE
          ? FloatArithmetic.squareRootSingle(cpu, x) : FloatArithmetic.squareRootDouble(cpu, x));
    });
  }

  private static void check(FloatFormat format, int control, long a, long b, ExactFloat.Result expected,
      Operation operation) {
    CpuState cpu = TestProcessor.in64Bit();
    cpu.mxcsr = ALL_MASKED | control << Mxcsr.RC_SHIFT;

    long result = operation.apply(cpu, a, b);

    String inputs = "%s %x %x".formatted(format, a, b);
    assertThat(result).as(inputs).isEqualTo(expected.bits());
    assertThat((cpu.sseExceptions & Mxcsr.PE) != 0).as("PE of " + inputs).isEqualTo(expected.inexact());
  }

  /** The sign of an exact zero sum: that of both, else positive except rounding down. */
  private static boolean negativeZeroSum(FloatFormat format, long a, long b, int control) {
    boolean same = format.isNegative(a) == format.isNegative(b);
    return same ? format.isNegative(a) : control == Mxcsr.DOWN;
  }

  interface PairCheck {
    void accept(long a, long b);
  }

  private static void forEachPair(FloatFormat format, PairCheck check) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < SAMPLES; i++) {
      long a = finite(random, format);
      check.accept(a, i % 4 == 0 ? neighbour(random, format, a) : finite(random, format));
    }
  }

  /** Any finite pattern; often with an exponent near the middle or at the ends, or with few significant bits. */
  private static long finite(SplittableRandom random, FloatFormat format) {
    int exponent = switch (random.nextInt(4)) {
      case 0 -> random.nextInt(4);
      case 1 -> format.maxExponent() - 1 - random.nextInt(4);
      case 2 -> format.bias() - 4 + random.nextInt(8);
      default -> random.nextInt(format.maxExponent());
    };
    long fraction = format.fraction(random.nextLong());
    fraction = random.nextBoolean() ? fraction : fraction & -1L << random.nextInt(format.fractionBits() + 1);
    return format.withSign(random.nextBoolean(), (long) exponent << format.fractionBits() | format.fraction(fraction));
  }

  /** The negative of a number next to {@code a}, for cancellation. */
  private static long neighbour(SplittableRandom random, FloatFormat format, long a) {
    long magnitude = Math.clamp((a & ~format.sign()) + random.nextInt(5) - 2, 0, format.infinity() - 1);
    return format.withSign(!format.isNegative(a), magnitude);
  }

  private static BigDecimal number(FloatFormat format, long bits) {
    return ExactFloat.value(format, bits);
  }
}
