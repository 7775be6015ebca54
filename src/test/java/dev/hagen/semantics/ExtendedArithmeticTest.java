package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sum, product, quotient and square root of normal numbers against exact arithmetic, in every rounding mode. */
class ExtendedArithmeticTest {
  private static final int COUNT = 5_000;
  private static final int SEED = 8087;
  /** Precision control for 24, 53 and 64 bits. */
  private static final String MODES = """
      24, 0, 0
      24, 0, 1
      24, 0, 2
      24, 0, 3
      53, 2, 0
      53, 2, 1
      53, 2, 2
      53, 2, 3
      64, 3, 0
      64, 3, 1
      64, 3, 2
      64, 3, 3""";

  private final X87Guest guest = new X87Guest();
  private final SplittableRandom random = new SplittableRandom(SEED);

  private interface Operation {
    void apply(int aSE, long aSig, int bSE, long bSig);
  }

  private interface Reference {
    ExactExtended apply(int aSE, long aSig, int bSE, long bSig);
  }

  @ParameterizedTest
  @CsvSource(textBlock = MODES)
  void multiply_anyNormalNumbers_isExactProductRounded(int bits, int precision, int rounding) {
    compare(precision, rounding, (aSE, aSig, bSE, bSig) -> ExtendedArithmetic.multiply(guest.cpu, 0, aSE, aSig, bSE,
        bSig), (aSE, aSig, bSE, bSig) -> ExactExtended.round((aSE ^ bSE) & Extended.SIGN,
            ExactExtended.unsigned(aSig).multiply(ExactExtended.unsigned(bSig)), BigInteger.ONE,
            exponent(aSE) + exponent(bSE) - 126, bits, rounding));
  }

  @ParameterizedTest
  @CsvSource(textBlock = MODES)
  void divide_anyNormalNumbers_isExactQuotientRounded(int bits, int precision, int rounding) {
    compare(precision, rounding, (aSE, aSig, bSE, bSig) -> ExtendedArithmetic.divide(guest.cpu, 0, aSE, aSig, bSE,
        bSig), (aSE, aSig, bSE, bSig) -> ExactExtended.round((aSE ^ bSE) & Extended.SIGN,
            ExactExtended.unsigned(aSig), ExactExtended.unsigned(bSig), exponent(aSE) - exponent(bSE), bits, rounding));
  }

  @ParameterizedTest
  @CsvSource(textBlock = MODES)
  void add_anyNormalNumbers_isExactSumRounded(int bits, int precision, int rounding) {
    compare(precision, rounding, (aSE, aSig, bSE, bSig) -> ExtendedArithmetic.add(guest.cpu, 0, aSE, aSig, bSE, bSig,
        0), (aSE, aSig, bSE, bSig) -> sum(aSE, aSig, bSE, bSig, bits, rounding));
  }

  @ParameterizedTest
  @CsvSource(textBlock = MODES)
  void squareRoot_anyNormalNumber_squaresAroundIt(int bits, int precision, int rounding) {
    compare(precision, rounding, (aSE, aSig, bSE, bSig) -> ExtendedArithmetic.squareRoot(guest.cpu, 0,
        aSE & ~Extended.SIGN, aSig), (aSE, aSig, bSE, bSig) -> root(aSE & ~Extended.SIGN, aSig, bits, rounding));
  }

  private void compare(int precision, int rounding, Operation operation, Reference reference) {
    guest.control(0x3F | precision << 8 | rounding << 10);
    for (int i = 0; i < COUNT; i++) {
      int aSE = Extended.BIAS - 40 + random.nextInt(80) | random.nextInt(2) << 15;
      int bSE = Extended.BIAS - 40 + random.nextInt(80) | random.nextInt(2) << 15;
      long aSig = significand();
      long bSig = significand();
      ExactExtended expected = reference.apply(aSE, aSig, bSE, bSig);
      guest.cpu.fsw = 0;
      operation.apply(aSE, aSig, bSE, bSig);
      String operands = "%04X:%016X, %04X:%016X".formatted(aSE, aSig, bSE, bSig);
      assertEquals(expected, new ExactExtended(guest.cpu.stSignExponent[0], guest.cpu.stSignificand[0],
          (guest.cpu.fsw & X87.PE) != 0, (guest.cpu.fsw & X87.C1) != 0), operands);
    }
  }

  private long significand() {
    long bits = switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> 1L << random.nextInt(64);
      case 2 -> -1L << random.nextInt(64);
      case 3 -> -1L >>> random.nextInt(64);
      default -> random.nextLong();
    };
    return bits | Extended.INTEGER_BIT;
  }

  private static int exponent(int signExponent) {
    return (signExponent & Extended.MAX_EXPONENT) - Extended.BIAS;
  }

  private static BigInteger signed(int signExponent, long significand, int lowest) {
    BigInteger value = ExactExtended.unsigned(significand).shiftLeft(exponent(signExponent) - lowest);
    return (signExponent & Extended.SIGN) != 0 ? value.negate() : value;
  }

  private static ExactExtended sum(int aSE, long aSig, int bSE, long bSig, int bits, int rounding) {
    int lowest = Math.min(exponent(aSE), exponent(bSE));
    BigInteger value = signed(aSE, aSig, lowest).add(signed(bSE, bSig, lowest));
    if (value.signum() == 0) {
      int sign = rounding == ExtendedRounding.DOWN ? Extended.SIGN : 0;
      return new ExactExtended((aSE & Extended.SIGN) == (bSE & Extended.SIGN) ? aSE & Extended.SIGN : sign, 0, false,
          false);
    }
    return ExactExtended.round(value.signum() < 0 ? Extended.SIGN : 0, value.abs(), BigInteger.ONE, lowest - 63, bits,
        rounding);
  }

  private static ExactExtended root(int signExponent, long significand, int bits, int rounding) {
    // 200 more bits than the result needs, and one that stands for the rest.
    int exponent = exponent(signExponent) - 63;
    int shift = 400 + (exponent & 1);
    BigInteger[] root = ExactExtended.unsigned(significand).shiftLeft(shift).sqrtAndRemainder();
    BigInteger sticky = root[0].shiftLeft(1).or(BigInteger.valueOf(root[1].signum()));
    return ExactExtended.round(0, sticky, BigInteger.ONE, (exponent - shift) / 2 - 1, bits, rounding);
  }
}
