package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a guest sees of x87 arithmetic where it is not just a rounded number: exceptions, NaNs, an empty stack. */
class X87ArithmeticTest {
  private static final int UNMASK_ALL = 0x340;
  private static final int SMALLEST_NORMAL = 1;

  private final X87Guest guest = new X87Guest();

  @Test
  void faddp_twoNumbers_leavesSumAndPops() {
    guest.load(1.5).load(2.25);
    X87Arithmetic.faddp(guest.cpu, 1, 0);
    guest.assertRegister(0, 3.75);
    guest.assertStatus(7 << X87.TOP_SHIFT);
    assertEquals(0x80, guest.cpu.ftw);
  }

  @Test
  void fsubr_registers_subtractsDestinationFromSource() {
    guest.load(10).load(3);
    X87Arithmetic.fsubr(guest.cpu, 0, 1);
    guest.assertRegister(0, 7);
  }

  @Test
  void fisub_negativeWord_isSignExtended() {
    guest.load(1);
    X87Arithmetic.fisub(guest.cpu, 0xFFFF, 2);
    guest.assertRegister(0, 2);
  }

  @Test
  void fadd_emptyRegister_givesIndefiniteAndStackFaultWithoutC1() {
    guest.load(1);
    X87Arithmetic.fadd(guest.cpu, 0, 3);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
    guest.assertStatus(7 << X87.TOP_SHIFT | X87.IE | X87.SF);
  }

  @Test
  void faddp_emptyRegisterUnmasked_changesNeitherRegistersNorTop() {
    guest.control(UNMASK_ALL).load(1);
    X87Arithmetic.faddp(guest.cpu, 1, 0);
    guest.assertRegister(0, 1);
    guest.assertStatus(7 << X87.TOP_SHIFT | X87.IE | X87.SF | X87.ES | X87.BUSY);
  }

  @Test
  void fdiv_byZero_givesInfinityWithSign() {
    guest.load(-0.0).load(3);
    X87Arithmetic.fdiv(guest.cpu, 0, 1);
    guest.assertRegister(0, Double.NEGATIVE_INFINITY);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.ZE);
  }

  @Test
  void fdiv_byZeroUnmasked_keepsDividend() {
    guest.control(UNMASK_ALL).load(0).load(3);
    X87Arithmetic.fdiv(guest.cpu, 0, 1);
    guest.assertRegister(0, 3);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.ZE | X87.ES | X87.BUSY);
  }

  @Test
  void fmul_zeroTimesInfinity_isInvalid() {
    guest.load(Double.POSITIVE_INFINITY).load(0);
    X87Arithmetic.fmul(guest.cpu, 0, 1);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.IE);
  }

  @Test
  void fadd_signalingAndQuietNaN_takesLargerSignificandMadeQuiet() {
    guest.load(0x7FFF, 0xC000_0000_0000_0001L).load(0xFFFF, 0xBFFF_0000_0000_0000L);
    X87Arithmetic.fadd(guest.cpu, 0, 1);
    guest.assertRegister(0, 0x7FFF, 0xC000_0000_0000_0001L);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.IE);
  }

  @Test
  void fadd_unnormal_isInvalid() {
    guest.load(1).load(0x4000, 0x4000_0000_0000_0000L);
    X87Arithmetic.fadd(guest.cpu, 0, 1);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
  }

  @Test
  void fadd_subnormalDoubleUnmasked_keepsStackTop() {
    guest.control(UNMASK_ALL).load(1);
    X87Arithmetic.faddReal(guest.cpu, 1, 8);
    guest.assertRegister(0, 1);
    guest.assertStatus(7 << X87.TOP_SHIFT | X87.DE | X87.ES | X87.BUSY);
  }

  @Test
  void fmul_overflow_givesInfinityOrLargestByRounding() {
    guest.control(0x37F | ExtendedRounding.ZERO << 10).load(0x7FFE, -1).load(4);
    X87Arithmetic.fmul(guest.cpu, 0, 1);
    guest.assertRegister(0, 0x7FFE, -1);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.OE | X87.PE);
  }

  @Test
  void fmul_overflowUnmasked_leavesResultWithReducedExponent() {
    guest.control(0x377).load(0x7FFE, Extended.INTEGER_BIT).load(4);
    X87Arithmetic.fmul(guest.cpu, 0, 1);
    guest.assertRegister(0, 0x8000 - 0x6000, Extended.INTEGER_BIT);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.OE | X87.ES | X87.BUSY);
  }

  @Test
  void fmul_exactDenormal_raisesNoUnderflowWhileMasked() {
    guest.load(SMALLEST_NORMAL, Extended.INTEGER_BIT).load(0.5);
    X87Arithmetic.fmul(guest.cpu, 0, 1);
    guest.assertRegister(0, 0, Extended.INTEGER_BIT >>> 1);
    guest.assertStatus(6 << X87.TOP_SHIFT);
  }

  @Test
  void fmul_exactDenormalUnmasked_raisesUnderflowWithIncreasedExponent() {
    guest.control(0x36F).load(SMALLEST_NORMAL, Extended.INTEGER_BIT).load(0.5);
    X87Arithmetic.fmul(guest.cpu, 0, 1);
    guest.assertRegister(0, 0x6000, Extended.INTEGER_BIT);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.UE | X87.ES | X87.BUSY);
  }

  @Test
  void fsqrt_negativeZero_staysNegativeZero() {
    guest.load(-0.0);
    X87Arithmetic.fsqrt(guest.cpu);
    guest.assertRegister(0, -0.0);
    guest.assertStatus(7 << X87.TOP_SHIFT);
  }

  @Test
  void fsqrt_negativeNumber_isInvalid() {
    guest.load(-4);
    X87Arithmetic.fsqrt(guest.cpu);
    guest.assertRegister(0, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
  }

  @Test
  void fprem_largeDistance_isReducedPartly() {
    guest.load(3).load(0x1p100);
    X87Remainder.fprem(guest.cpu);
    // 100 - 1 = 99 bits apart: one step takes 32 + 99 mod 32 = 35 of them; 2^100 mod 3*2^64 is 2^64.
    guest.assertRegister(0, 0x1p64);
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.C2);
  }

  @Test
  void fprem1_seventeenByFive_roundsQuotientToNearest() {
    guest.load(5).load(17);
    X87Remainder.fprem1(guest.cpu);
    guest.assertRegister(0, 2);
    // The quotient is 3.
    guest.assertStatus(6 << X87.TOP_SHIFT | X87.C3 | X87.C1);
  }

  @Test
  void frndint_halfway_roundsToEvenAndTellsDirection() {
    guest.load(3.5);
    X87Scale.frndint(guest.cpu);
    guest.assertRegister(0, 4);
    guest.assertStatus(7 << X87.TOP_SHIFT | X87.PE | X87.C1);
  }

  @Test
  void fxtract_number_splitsExponentAndSignificand() {
    guest.load(-12);
    X87Scale.fxtract(guest.cpu);
    guest.assertRegister(0, -1.5);
    guest.assertRegister(1, 3);
  }

  @Test
  void fscale_fraction_isIgnored() {
    guest.load(-2.9).load(3);
    X87Scale.fscale(guest.cpu);
    guest.assertRegister(0, 0.75);
  }
}
