package dev.hagen.semantics;

import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.OF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.cpu.CpuState;
import dev.hagen.semantics.Reference.Outcome;
import dev.hagen.util.Bits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addition, subtraction and logic, checked by hand at the corners and against {@link Reference} everywhere else. */
class ArithmeticTest {
  private final CpuState cpu = TestProcessor.in64Bit();

  @Test
  void add_signedOverflowOfByte_setsOfAndAf() {
    long result = Arithmetic.add(cpu, 0x7F, 1, 1);
    assertOutcome(new Outcome(0x80, OF | SF | AF), result, 1);
  }

  @Test
  void add_unsignedOverflowOfQuadword_setsCfAndZf() {
    long result = Arithmetic.add(cpu, -1, 1, 8);
    assertOutcome(new Outcome(0, CF | ZF | AF | PF), result, 8);
  }

  @Test
  void add_signExtendedImmediate_countsOnlyOperandSize() {
    long result = Arithmetic.add(cpu, 0x8000, -1L, 2);
    assertOutcome(new Outcome(0x7FFF, CF | OF | PF), result, 2);
  }

  @Test
  void sub_borrow_setsCf() {
    long result = Arithmetic.sub(cpu, 0, 1, 4);
    assertOutcome(new Outcome(0xFFFF_FFFFL, CF | SF | AF | PF), result, 4);
  }

  @Test
  void cmp_smallestWithOne_setsOf() {
    Arithmetic.cmp(cpu, 0x80, 1, 1);
    assertEquals(OF | AF, cpu.arithmeticFlags());
  }

  @Test
  void inc_allOnes_keepsCf() {
    cpu.setArithmeticFlags(CF);
    long result = Arithmetic.inc(cpu, 0xFF, 1);
    assertOutcome(new Outcome(0, CF | ZF | AF | PF), result, 1);
  }

  @Test
  void inc_largestPositive_setsOfAndLeavesCfClear() {
    long result = Arithmetic.inc(cpu, 0x7FFF_FFFF, 4);
    assertOutcome(new Outcome(0x8000_0000L, OF | SF | AF | PF), result, 4);
  }

  @Test
  void dec_zero_leavesCfClear() {
    cpu.setArithmeticFlags(0);
    long result = Arithmetic.dec(cpu, 0, 2);
    assertOutcome(new Outcome(0xFFFF, SF | AF | PF), result, 2);
  }

  @Test
  void neg_smallest_staysAndOverflows() {
    long result = Arithmetic.neg(cpu, Long.MIN_VALUE, 8);
    assertOutcome(new Outcome(Long.MIN_VALUE, CF | OF | SF | PF), result, 8);
  }

  @Test
  void and_anyFlagsBefore_clearsCfOfAf() {
    cpu.setArithmeticFlags(CF | OF | AF | ZF);
    long result = Logic.and(cpu, 0xF0, 0xCC, 1);
    assertOutcome(new Outcome(0xC0, SF | PF), result, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void sums_anyOperands_equalReference(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.add(a, b, false, size), Arithmetic.add(cpu, a, b, size), size);
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.add(a, b, (flags & CF) != 0, size), Arithmetic.adc(cpu, a, b, size), size);
      cpu.setArithmeticFlags(flags);
      assertOutcome(keepingCf(Reference.add(a, 1, false, size), flags), Arithmetic.inc(cpu, a, size), size);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void differences_anyOperands_equalReference(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.subtract(a, b, false, size), Arithmetic.sub(cpu, a, b, size), size);
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.subtract(a, b, (flags & CF) != 0, size), Arithmetic.sbb(cpu, a, b, size), size);
      cpu.setArithmeticFlags(flags);
      assertOutcome(keepingCf(Reference.subtract(a, 1, false, size), flags), Arithmetic.dec(cpu, a, size), size);
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.subtract(0, a, false, size), Arithmetic.neg(cpu, a, size), size);
      Arithmetic.cmp(cpu, a, b, size);
      assertEquals(Reference.subtract(a, b, false, size).flags(), cpu.arithmeticFlags());
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void logic_anyOperands_equalsReference(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      cpu.setArithmeticFlags(flags);
      assertOutcome(Reference.logic(a & b, size), Logic.and(cpu, a, b, size), size);
      assertOutcome(Reference.logic(a | b, size), Logic.or(cpu, a, b, size), size);
      assertOutcome(Reference.logic(a ^ b, size), Logic.xor(cpu, a, b, size), size);
      Logic.test(cpu, a, b, size);
      assertEquals(Reference.logic(a & b, size).flags(), cpu.arithmeticFlags());
    });
  }

  @Test
  void not_anyFlags_leavesThemAlone() {
    cpu.setArithmeticFlags(CF | SF);
    long result = Logic.not(cpu, 0x55, 1);
    assertOutcome(new Outcome(0xAA, CF | SF), result, 1);
  }

  private static Outcome keepingCf(Outcome outcome, int flags) {
    return new Outcome(outcome.result(), outcome.flags() & ~CF | flags & CF);
  }

  private void assertOutcome(Outcome expected, long result, int size) {
    assertEquals(expected, new Outcome(Bits.zeroExtend(result, size), cpu.arithmeticFlags()));
  }
}
