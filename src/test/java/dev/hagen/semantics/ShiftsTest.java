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
import dev.hagen.semantics.Reference.Step;
import dev.hagen.util.Bits;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shifts and rotations, against one step at a time. */
class ShiftsTest {
  private final CpuState cpu = TestProcessor.in64Bit();

  @Test
  void shl_byOne_carriesTopBitOut() {
    long result = Shifts.shl(cpu, 0xC0, 1, 1);
    assertOutcome(new Outcome(0x80, CF | SF | AF), result, 1);
  }

  @Test
  void shl_countOfZero_changesNoFlag() {
    cpu.setArithmeticFlags(CF | OF | PF);
    long result = Shifts.shl(cpu, 0, 32, 4);
    assertOutcome(new Outcome(0, CF | OF | PF), result, 4);
  }

  @Test
  void shr_quadwordByOne_fillsWithZero() {
    long result = Shifts.shr(cpu, Long.MIN_VALUE, 1, 8);
    assertOutcome(new Outcome(0x4000_0000_0000_0000L, OF | AF | PF), result, 8);
  }

  @Test
  void sar_beyondWidth_leavesSign() {
    long result = Shifts.sar(cpu, 0x80, 31, 1);
    assertOutcome(new Outcome(0xFF, CF | SF | AF | PF), result, 1);
  }

  @Test
  void rol_byWidth_setsCfFromLowestBit() {
    cpu.setArithmeticFlags(ZF);
    long result = Shifts.rol(cpu, 1, 8, 1);
    assertOutcome(new Outcome(1, ZF | CF | OF), result, 1);
  }

  @Test
  void rcl_byteByNine_keepsOperandAndCf() {
    cpu.setArithmeticFlags(CF);
    long result = Shifts.rcl(cpu, 0x80, 9, 1);
    assertOutcome(new Outcome(0x80, CF), result, 1);
  }

  @Test
  void rcr_quadwordBySixtyThree_takesTwoBitsLess() {
    cpu.setArithmeticFlags(CF);
    long result = Shifts.rcr(cpu, Long.MIN_VALUE, 63, 8);
    assertOutcome(new Outcome(3, 0), result, 8);
  }

  @Test
  void shld_wordBeyondWidth_rotatesSource() {
    long result = Shifts.shld(cpu, 0xFFFF, 0x1234, 20, 2);
    assertOutcome(new Outcome(0x2341, AF | PF), result, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void shifts_anyCount_equalReference(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      check(Step.SHL, a, c & 0xFF, flags, size, Shifts::shl);
      check(Step.SHR, a, c & 0xFF, flags, size, Shifts::shr);
      check(Step.SAR, a, c & 0xFF, flags, size, Shifts::sar);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void rotations_anyCount_equalReference(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      check(Step.ROL, a, c & 0xFF, flags, size, Shifts::rol);
      check(Step.ROR, a, c & 0xFF, flags, size, Shifts::ror);
      check(Step.RCL, a, c & 0xFF, flags, size, Shifts::rcl);
      check(Step.RCR, a, c & 0xFF, flags, size, Shifts::rcr);
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void doubleShifts_countsUpToWidth_shiftThroughBothOperands(int size) {
    int counts = size == 8 ? 64 : size == 4 ? 32 : 17;
    Samples.forEach(size, (a, b, c, flags) -> {
      int count = Math.floorMod((int) c, counts);
      assertEquals(concatenated(a, b, size).shiftRight((size << 3) - count).longValue() & Bits.mask(size),
          Shifts.shld(cpu, a, b, count, size) & Bits.mask(size));
      assertEquals(concatenated(b, a, size).shiftRight(count).longValue() & Bits.mask(size),
          Shifts.shrd(cpu, a, b, count, size) & Bits.mask(size));
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void doubleShifts_byOne_setCfAndOfAsSingleOnesDo(int size) {
    Samples.forEach(size, (a, b, c, flags) -> {
      Shifts.shl(cpu, a, 1, size);
      int left = cpu.arithmeticFlags() & (CF | OF);
      Shifts.shld(cpu, a, b, 1, size);
      assertEquals(left, cpu.arithmeticFlags() & (CF | OF));
      long result = Shifts.shrd(cpu, a, b, 1, size);
      assertEquals((a & 1) != 0, cpu.cf());
      assertEquals((result ^ a) >>> (size << 3) - 1 & 1, cpu.of() ? 1 : 0);
    });
  }

  private interface Shift {
    long apply(CpuState cpu, long a, long count, int size);
  }

  private void check(Step step, long a, long count, int flags, int size, Shift shift) {
    cpu.setArithmeticFlags(flags);
    long result = shift.apply(cpu, a, count, size);
    assertOutcome(Reference.shift(step, a, count, flags, size), result, size);
  }

  private static BigInteger concatenated(long high, long low, int size) {
    return unsigned(high).shiftLeft(size << 3).or(unsigned(low));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private void assertOutcome(Outcome expected, long result, int size) {
    assertEquals(expected, new Outcome(Bits.zeroExtend(result, size), cpu.arithmeticFlags()));
  }
}
