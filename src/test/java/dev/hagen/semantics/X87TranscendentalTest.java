package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transcendental instructions: results that a processor gave, identities, ranges. */
class X87TranscendentalTest {
  private static final int TOP6 = 6 << X87.TOP_SHIFT;
  private static final int TOP7 = 7 << X87.TOP_SHIFT;
  private static final MathContext DIGITS = new MathContext(40);

  private final X87Guest guest = new X87Guest();

  /** A register as a decimal number. */
  private BigDecimal decimal(int i) {
    BigDecimal significand = new BigDecimal(Long.toUnsignedString(guest.significand(i)));
    int exponent = (guest.signExponent(i) & Extended.MAX_EXPONENT) - Extended.BIAS - 63;
    BigDecimal power = BigDecimal.TWO.pow(exponent, DIGITS);
    BigDecimal value = significand.multiply(power, DIGITS);
    return (guest.signExponent(i) & Extended.SIGN) != 0 ? value.negate() : value;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0x1p-20, 0.1, 0.5, 0.78, 0.79, 1, 1.5, 2, 3, 4, 10, 1e6, -0.3, -1.57, -100})
  void fsincos_anyAngle_squaresAddUpToOne(double angle) {
    guest.load(angle);
    X87Transcendental.fsincos(guest.cpu);
    BigDecimal sum = decimal(0).pow(2).add(decimal(1).pow(2));
    assertTrue(sum.subtract(BigDecimal.ONE).abs().compareTo(new BigDecimal("1.2e-19")) < 0, sum::toString);
  }

  @Test
  void fsin_one_isRoundedSine() {
    guest.load(1);
    X87Transcendental.fsin(guest.cpu);
    // 0.84147098480789650665250232163029899962
    guest.assertRegister(0, 0x3FFE, 0xD76A_A478_4867_7021L);
    guest.assertStatus(TOP7 | X87.PE | X87.C1);
  }

  @Test
  void fsin_pi_isReducedBy66BitPi() {
    X87Load.fldpi(guest.cpu);
    X87Transcendental.fsin(guest.cpu);
    // The 66-bit pi is a quarter of 2^-62 below the loaded one.
    guest.assertRegister(0, 0xBFBF, Extended.INTEGER_BIT);
  }

  @Test
  void fcos_tooLarge_setsC2AndKeepsOperand() {
    guest.load(0x1p63);
    X87Transcendental.fcos(guest.cpu);
    guest.assertRegister(0, 0x1p63);
    guest.assertStatus(TOP7 | X87.C2);
  }

  @Test
  void fptan_zero_pushesOne() {
    guest.load(-0.0);
    X87Transcendental.fptan(guest.cpu);
    guest.assertRegister(0, 1);
    guest.assertRegister(1, -0.0);
    guest.assertStatus(TOP6);
  }

  @Test
  void fpatan_minusOneOverMinusOne_isThreeQuartersOfPi() {
    guest.load(-1).load(-1);
    X87Transcendental.fpatan(guest.cpu);
    // 2.35619449019234492884698253745962716
    guest.assertRegister(0, 0xC000, 0x96CB_E3F9_990E_91A8L);
    assertEquals(0x80, guest.cpu.ftw);
  }

  @Test
  void fyl2x_powerOfTwo_isExactButCountsAsInexact() {
    guest.load(3).load(1024);
    X87Transcendental.fyl2x(guest.cpu);
    guest.assertRegister(0, 30);
    guest.assertStatus(TOP7 | X87.PE);
  }

  @Test
  void fyl2x_zero_dividesByZero() {
    guest.load(3).load(0);
    X87Transcendental.fyl2x(guest.cpu);
    guest.assertRegister(0, Double.NEGATIVE_INFINITY);
    guest.assertStatus(TOP7 | X87.ZE);
  }

  @Test
  void f2xm1_half_isSquareRootOfTwoMinusOne() {
    guest.load(0.5);
    X87Transcendental.f2xm1(guest.cpu);
    // 0.41421356237309504880168872420969807857
    guest.assertRegister(0, 0x3FFD, 0xD413_CCCF_E779_9211L);
  }

  @Test
  void fyl2xp1_tiny_keepsPrecision() {
    guest.load(1).load(0x1p-100);
    X87Transcendental.fyl2xp1(guest.cpu);
    // log2(e) * 2^-100
    guest.assertRegister(0, 0x3FFF - 100, 0xB8AA_3B29_5C17_F0BCL);
  }
}
