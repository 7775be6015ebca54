package dev.hagen.semantics;

import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.ARITHMETIC;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.OF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;
import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RDX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Multiplication and division, against {@link BigInteger}. */
class DivisionTest {
  private final CpuState cpu = TestProcessor.in64Bit();

  @Test
  void mul_bytes_putsProductIntoAxOnly() {
    cpu.gpr[RAX] = 0x1111_1111_1111_11FFL;
    cpu.gpr[RDX] = 7;
    Multiplication.mul(cpu, 0xFF, 1);
    assertEquals(0x1111_1111_1111_FE01L, cpu.gpr[RAX]);
    assertEquals(7, cpu.gpr[RDX]);
    assertEquals(CF | OF, cpu.arithmeticFlags() & (CF | OF));
  }

  @Test
  void mul_doublewords_clearsUpperHalves() {
    cpu.gpr[RAX] = -1;
    cpu.gpr[RDX] = -1;
    Multiplication.mul(cpu, 2, 4);
    assertEquals(0xFFFF_FFFEL, cpu.gpr[RAX]);
    assertEquals(1, cpu.gpr[RDX]);
  }

  @Test
  void imul_productThatFits_clearsCfAndOf() {
    cpu.setArithmeticFlags(ARITHMETIC);
    long result = Multiplication.imul(cpu, 0xFFFF, 0x7FFF, 2);
    assertEquals(0x8001, result & 0xFFFF);
    assertEquals(ARITHMETIC & ~(CF | OF), cpu.arithmeticFlags());
  }

  @Test
  void div_byZero_raisesDivideError() {
    assertDivideError(() -> Division.div(cpu, 0, 8));
    assertDivideError(() -> Division.idiv(cpu, 0, 8));
    assertDivideError(() -> Division.div(cpu, 0, 1));
    assertDivideError(() -> Division.idiv(cpu, 0, 4));
  }

  @Test
  void div_quotientTooLarge_raisesDivideErrorAndChangesNothing() {
    cpu.gpr[RDX] = 5;
    cpu.gpr[RAX] = 6;
    cpu.setArithmeticFlags(ZF | CF);
    assertDivideError(() -> Division.div(cpu, 5, 8));
    assertEquals(5, cpu.gpr[RDX]);
    assertEquals(6, cpu.gpr[RAX]);
    assertEquals(ZF | CF, cpu.arithmeticFlags());
  }

  @Test
  void idiv_smallestByMinusOne_raisesDivideError() {
    cpu.gpr[RDX] = -1;
    cpu.gpr[RAX] = Long.MIN_VALUE;
    assertDivideError(() -> Division.idiv(cpu, -1, 8));
  }

  @Test
  void idiv_smallestDividendOfDoublewords_raisesDivideError() {
    cpu.gpr[RDX] = 0x8000_0000L;
    cpu.gpr[RAX] = 0;
    assertDivideError(() -> Division.idiv(cpu, 0xFFFF_FFFFL, 4));
  }

  @Test
  void idiv_negativeDividend_remainderHasItsSign() {
    cpu.gpr[RAX] = -7 & 0xFFFF;
    cpu.gpr[RDX] = 0xFFFF;
    Division.idiv(cpu, 2, 2);
    assertEquals(0xFFFD, cpu.gpr[RAX]);
    assertEquals(0xFFFF, cpu.gpr[RDX]);
  }

  @Test
  void div_anyFlags_followTheProcessor() {
    cpu.setArithmeticFlags(CF | OF | ZF | SF | PF);
    cpu.gpr[RAX] = 10;
    Division.div(cpu, 2, 1);
    assertEquals(CF | OF | AF, cpu.arithmeticFlags());
    assertEquals(0, cpu.arithmeticFlags() & (SF | ZF | PF));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void multiplications_anyOperands_equalBigInteger(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      BigInteger product = unsigned(a, size).multiply(unsigned(b, size));
      setAccumulator(a, size);
      Multiplication.mul(cpu, b, size);
      assertEquals(low(product, size), cpu.register(RAX, size));
      assertEquals(low(product.shiftRight(size << 3), size), high(size));
      assertEquals(product.bitLength() > size << 3, cpu.cf());
      assertEquals(cpu.cf(), cpu.of());

      BigInteger signed = signed(a, size).multiply(signed(b, size));
      setAccumulator(a, size);
      Multiplication.imul(cpu, b, size);
      assertEquals(low(signed, size), cpu.register(RAX, size));
      assertEquals(low(signed.shiftRight(size << 3), size), high(size));
      assertEquals(signed.bitLength() >= size << 3, cpu.cf());
      assertEquals(low(signed, size), Bits.zeroExtend(Multiplication.imul(cpu, a, b, size), size));
      assertEquals(signed.bitLength() >= size << 3, cpu.of());
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void div_anyOperands_equalsBigInteger(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      setDividend(Bits.zeroExtend(c, size), a, size);
      BigInteger dividend = unsigned(Bits.zeroExtend(c, size), size).shiftLeft(size << 3).or(unsigned(a, size));
      checkDivision(dividend, unsigned(b, size), BigInteger.ONE.shiftLeft(size << 3), BigInteger.ZERO, size,
          () -> Division.div(cpu, b, size));
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void idiv_anyOperands_equalsBigInteger(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      setDividend(Bits.zeroExtend(c, size), a, size);
      BigInteger dividend = signed(Bits.zeroExtend(c, size), size).shiftLeft(size << 3).or(unsigned(a, size));
      BigInteger limit = BigInteger.ONE.shiftLeft((size << 3) - 1);
      checkDivision(dividend, signed(b, size), limit, limit.negate(), size, () -> Division.idiv(cpu, b, size));
    });
  }

  @Test
  void idiv_wideDividends_equalBigInteger() {
    Samples.forEach(8, (a, b, c, flags) -> {
      // A product plus a little is a dividend whose quotient just fits.
      BigInteger dividend = signed(a, 8).multiply(signed(b, 8)).add(BigInteger.valueOf(c >> 40));
      setDividend(dividend.shiftRight(64).longValue(), dividend.longValue(), 8);
      BigInteger limit = BigInteger.ONE.shiftLeft(63);
      checkDivision(dividend, signed(b, 8), limit, limit.negate(), 8, () -> Division.idiv(cpu, b, 8));
    });
  }

  /** A quotient from {@code smallest} to below {@code limit} fits. */
  private void checkDivision(BigInteger dividend, BigInteger divisor, BigInteger limit, BigInteger smallest, int size,
      Runnable division) {
    boolean fits = divisor.signum() != 0 && dividend.divide(divisor).compareTo(limit) < 0
        && dividend.divide(divisor).compareTo(smallest) >= 0;
    if (!fits) {
      assertDivideError(division);
      return;
    }
    division.run();
    assertEquals(low(dividend.divide(divisor), size), cpu.register(RAX, size));
    assertEquals(low(dividend.remainder(divisor), size), high(size));
  }

  private void assertDivideError(Runnable division) {
    assertEquals(Vector.DE, assertThrows(GuestException.class, division::run).vector());
  }

  private void setAccumulator(long value, int size) {
    cpu.setRegister(RAX, value, size);
  }

  private void setDividend(long high, long low, int size) {
    if (size == 1) {
      cpu.setRegister(RAX, high << 8 | low, 2);
    } else {
      cpu.setRegister(RAX, low, size);
      cpu.setRegister(RDX, high, size);
    }
  }

  private long high(int size) {
    return size == 1 ? cpu.highByte(RAX) : cpu.register(RDX, size);
  }

  private static long low(BigInteger value, int size) {
    return Bits.zeroExtend(value.longValue(), size);
  }

  private static BigInteger unsigned(long value, int size) {
    return new BigInteger(Long.toUnsignedString(Bits.zeroExtend(value, size)));
  }

  private static BigInteger signed(long value, int size) {
    return BigInteger.valueOf(Bits.signExtend(value, size));
  }
}
