package dev.hagen.semantics;

import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;
import static dev.hagen.x86.Reg.RAX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.x86.Vector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** Decimal arithmetic: a guest that adds and subtracts decimal digits gets decimal digits. */
class DecimalTest {
  private final CpuState cpu = TestProcessor.in32Bit();

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void daa_afterSumOfPackedDigits_isTheDecimalSum(int carry) {
    for (int a = 0; a < 100; a++) {
      for (int b = 0; b < 100; b++) {
        cpu.setArithmeticFlags(carry);
        cpu.setRegister(RAX, Arithmetic.adc(cpu, packed(a), packed(b), 1), 1);
        Decimal.daa(cpu);
        int sum = a + b + carry;
        assertEquals(packed(sum % 100), cpu.register(RAX, 1));
        assertEquals(sum > 99 ? CF : 0, cpu.arithmeticFlags() & CF);
        assertEquals(Reference.signs(packed(sum % 100), 1), cpu.arithmeticFlags() & (SF | ZF | PF));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void das_afterDifferenceOfPackedDigits_isTheDecimalDifference(int borrow) {
    for (int a = 0; a < 100; a++) {
      for (int b = 0; b < 100; b++) {
        cpu.setArithmeticFlags(borrow);
        cpu.setRegister(RAX, Arithmetic.sbb(cpu, packed(a), packed(b), 1), 1);
        Decimal.das(cpu);
        int difference = a - b - borrow;
        assertEquals(packed(Math.floorMod(difference, 100)), cpu.register(RAX, 1));
        assertEquals(difference < 0 ? CF : 0, cpu.arithmeticFlags() & CF);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0x9A, 0, 0x00, 0x55", "0x05, 0x11, 0x6B, 0x11", "0x2A, 0x11, 0x90, 0x895", "0x99, 0, 0x99, 0x84"})
  void daa_recordedCases_equalTheProcessor(int al, int flags, int result, int flagsAfter) {
    cpu.gpr[RAX] = al;
    cpu.setArithmeticFlags(flags);
    Decimal.daa(cpu);
    assertEquals(result, cpu.gpr[RAX]);
    assertEquals(flagsAfter, cpu.arithmeticFlags());
  }

  @ParameterizedTest
  @CsvSource({"0x99, 0x11, 0x33, 0x815", "0xE3, 0, 0x83, 0x81", "0x05, 0x10, 0xFF, 0x95"})
  void das_recordedCases_equalTheProcessor(int al, int flags, int result, int flagsAfter) {
    cpu.gpr[RAX] = al;
    cpu.setArithmeticFlags(flags);
    Decimal.das(cpu);
    assertEquals(result, cpu.gpr[RAX]);
    assertEquals(flagsAfter, cpu.arithmeticFlags());
  }

  @ParameterizedTest
  @CsvSource({"0xFF05, 0x10, 0x000B, 0x11", "0x332A, 0, 0x3400, 0x15", "0x9905, 0, 0x9905, 0x84",
      "0x7FFF, 0, 0x8105, 0x895"})
  void aaa_recordedCases_equalTheProcessor(int ax, int flags, int result, int flagsAfter) {
    cpu.gpr[RAX] = ax;
    cpu.setArithmeticFlags(flags);
    Decimal.aaa(cpu);
    assertEquals(result, cpu.gpr[RAX]);
    assertEquals(flagsAfter, cpu.arithmeticFlags());
  }

  @ParameterizedTest
  @CsvSource({"0x0005, 0x10, 0xFE0F, 0x95", "0x334F, 0, 0x3209, 0x11", "0x8000, 0x10, 0x7E0A, 0x815"})
  void aas_recordedCases_equalTheProcessor(int ax, int flags, int result, int flagsAfter) {
    cpu.gpr[RAX] = ax;
    cpu.setArithmeticFlags(flags);
    Decimal.aas(cpu);
    assertEquals(result, cpu.gpr[RAX]);
    assertEquals(flagsAfter, cpu.arithmeticFlags());
  }

  @Test
  void aam_product_splitsDigits() {
    cpu.gpr[RAX] = 63;
    Decimal.aam(cpu, 10, 1);
    assertEquals(0x0603, cpu.gpr[RAX]);
    assertEquals(PF, cpu.arithmeticFlags());
  }

  @Test
  void aam_baseOfZero_raisesDivideError() {
    assertEquals(Vector.DE, assertThrows(GuestException.class, () -> Decimal.aam(cpu, 0, 1)).vector());
  }

  @Test
  void aad_digits_joinsThem() {
    cpu.gpr[RAX] = 0x0603;
    Decimal.aad(cpu, 10, 1);
    assertEquals(63, cpu.gpr[RAX]);
    assertEquals(PF | AF & cpu.arithmeticFlags(), cpu.arithmeticFlags());
  }

  private static int packed(int number) {
    return number / 10 << 4 | number % 10;
  }
}
