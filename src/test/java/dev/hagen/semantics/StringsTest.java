package dev.hagen.semantics;

import static dev.hagen.semantics.TestProcessor.insn;
import static dev.hagen.semantics.TestProcessor.insnWithAddressSize;
import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDI;
import static dev.hagen.x86.Reg.RSI;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.Pending;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Op;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** String instructions as a guest observes them: memory, registers, and what a fault or an event leaves behind. */
class StringsTest {
  private static final int SOURCE = 0x1_0FF0;
  private static final int TARGET = 0x3_0123;
  /** More than a page, and no multiple of one. */
  private static final int LENGTH = 0x2345;

  private CpuState cpu = TestProcessor.in64Bit();

  // Single elements

  @Test
  void movs_single_movesBothIndices() {
    fill(SOURCE, 1, 2, 3, 4);
    point(SOURCE, TARGET, 99);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 4));
    assertArrayEquals(new byte[] {1, 2, 3, 4}, bytes(TARGET, 4));
    assertRegisters(SOURCE + 4, TARGET + 4, 99);
  }

  @Test
  void lods_directionDown_decrements() {
    fill(SOURCE, 0x34, 0x12);
    point(SOURCE, TARGET, 99);
    cpu.gpr[RAX] = 0x5555_5555L;
    cpu.systemFlags |= Flags.DF;
    Strings.lods(cpu, insn(cpu, Op.LODS, 2));
    assertEquals(0x5555_1234L, cpu.gpr[RAX]);
    assertRegisters(SOURCE - 2, TARGET, 99);
  }

  @Test
  void lods_16BitAddresses_wrapAndKeepUpperHalf() {
    cpu = TestProcessor.in32Bit();
    cpu.gpr[RSI] = 0x7777_FFFFL;
    Strings.lods(cpu, insnWithAddressSize(cpu, Op.LODS, 1, 2, 0));
    assertEquals(0x7777_0000L, cpu.gpr[RSI]);
  }

  @Test
  void scas_single_setsFlagsOfComparison() {
    fill(TARGET, 5);
    point(0, TARGET, 0);
    cpu.gpr[RAX] = 4;
    Strings.scas(cpu, insn(cpu, Op.SCAS, 1));
    assertTrue(cpu.cf());
    assertFalse(cpu.zf());
  }

  // Repetition

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void repMovs_acrossPages_copiesAll(int size) {
    byte[] pattern = pattern(LENGTH * size);
    cpu.memory.copyIn(SOURCE, pattern, 0, pattern.length);
    point(SOURCE, TARGET, LENGTH);
    Strings.movs(cpu, insn(cpu, Op.MOVS, size, Prefix.REP));
    assertArrayEquals(pattern, bytes(TARGET, pattern.length));
    assertRegisters(SOURCE + pattern.length, TARGET + pattern.length, 0);
  }

  @Test
  void repMovs_targetJustAboveSource_repeatsThePattern() {
    fill(SOURCE, 1, 2, 3);
    point(SOURCE, SOURCE + 3, 0x3000);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP));
    assertArrayEquals(bytesOf(0x3000, i -> i % 3 + 1), bytes(SOURCE + 3, 0x3000));
  }

  @Test
  void repMovs_targetJustBelowSource_movesAsMemmove() {
    byte[] pattern = pattern(0x3000);
    cpu.memory.copyIn(SOURCE, pattern, 0, pattern.length);
    point(SOURCE, SOURCE - 5, pattern.length);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP));
    assertArrayEquals(pattern, bytes(SOURCE - 5, pattern.length));
  }

  @Test
  void repMovs_directionDown_copiesBackwards() {
    byte[] pattern = pattern(0x2000);
    cpu.memory.copyIn(SOURCE, pattern, 0, pattern.length);
    point(SOURCE + pattern.length - 8, SOURCE + pattern.length - 8 + 16, pattern.length / 8);
    cpu.systemFlags |= Flags.DF;
    Strings.movs(cpu, insn(cpu, Op.MOVS, 8, Prefix.REP));
    assertArrayEquals(pattern, bytes(SOURCE + 16, pattern.length));
    assertRegisters(SOURCE - 8, SOURCE + 8, 0);
  }

  @Test
  void repMovs_countZero_changesNothing() {
    cpu.gpr[RSI] = -1;
    cpu.gpr[RDI] = -1;
    cpu.gpr[RCX] = 0xFFFF_FFFF_0000_0000L;
    Strings.movs(cpu, insnWithAddressSize(cpu, Op.MOVS, 1, 4, Prefix.REP));
    assertRegisters(-1, -1, 0xFFFF_FFFF_0000_0000L);
  }

  @Test
  void repStos_32BitAddresses_clearUpperHalves() {
    point(0, 0xFFFF_FFFF_0000_0000L | TARGET, 0xFFFF_FFFF_0000_0003L);
    cpu.gpr[RAX] = 0x1234;
    Strings.stos(cpu, insnWithAddressSize(cpu, Op.STOS, 2, 4, Prefix.REP));
    assertArrayEquals(new byte[] {0x34, 0x12, 0x34, 0x12, 0x34, 0x12, 0}, bytes(TARGET, 7));
    assertRegisters(0, TARGET + 6, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void repStos_acrossPages_fillsExactly(int size) {
    point(0, TARGET, LENGTH);
    cpu.gpr[RAX] = 0x0807_0605_0403_0201L;
    Strings.stos(cpu, insn(cpu, Op.STOS, size, Prefix.REP));
    assertArrayEquals(bytesOf(LENGTH * size, i -> i % size + 1), bytes(TARGET, LENGTH * size));
    assertEquals(0, cpu.memory.read(TARGET - 1, 1));
    assertEquals(0, cpu.memory.read(TARGET + LENGTH * size, 1));
    assertRegisters(0, TARGET + LENGTH * size, 0);
  }

  @Test
  void repStos_16BitIndex_wrapsWithinSegment() {
    cpu = TestProcessor.in16Bit();
    point(0, 0xFFFE, 4);
    cpu.gpr[RAX] = 0xAA;
    Strings.stos(cpu, insn(cpu, Op.STOS, 1, Prefix.REP));
    assertArrayEquals(new byte[] {(byte) 0xAA, (byte) 0xAA, 0}, bytes(0, 3));
    assertArrayEquals(new byte[] {0, (byte) 0xAA, (byte) 0xAA, 0}, bytes(0xFFFD, 4));
    assertRegisters(0, 2, 0);
  }

  @Test
  void repeCmps_difference_stopsBehindIt() {
    byte[] pattern = pattern(0x2000);
    cpu.memory.copyIn(SOURCE, pattern, 0, pattern.length);
    pattern[0x1800]++;
    cpu.memory.copyIn(TARGET, pattern, 0, pattern.length);
    point(SOURCE, TARGET, 0x2000);
    Strings.cmps(cpu, insn(cpu, Op.CMPS, 1, Prefix.REP));
    assertRegisters(SOURCE + 0x1801, TARGET + 0x1801, 0x2000 - 0x1801);
    assertFalse(cpu.zf());
    assertTrue(cpu.cf());
  }

  @Test
  void repeCmps_equalStrings_endsWithZfSet() {
    point(SOURCE, TARGET, 0x1800);
    Strings.cmps(cpu, insn(cpu, Op.CMPS, 8, Prefix.REP));
    assertRegisters(SOURCE + 0xC000, TARGET + 0xC000, 0);
    assertTrue(cpu.zf());
  }

  @Test
  void repneCmps_firstEqualElement_stopsBehindIt() {
    fill(SOURCE, 1, 2, 3, 4);
    fill(TARGET, 4, 3, 3, 1);
    point(SOURCE, TARGET, 4);
    Strings.cmps(cpu, insn(cpu, Op.CMPS, 1, Prefix.REPNE));
    assertRegisters(SOURCE + 3, TARGET + 3, 1);
    assertTrue(cpu.zf());
  }

  @Test
  void repneScas_terminator_isFoundAsStrlenDoes() {
    byte[] text = new byte[0x2000];
    Arrays.fill(text, (byte) 'a');
    cpu.memory.copyIn(TARGET, text, 0, text.length);
    point(0, TARGET, -1);
    cpu.gpr[RAX] = 0;
    Strings.scas(cpu, insn(cpu, Op.SCAS, 1, Prefix.REPNE));
    assertEquals(0x2000, ~cpu.gpr[RCX] - 1);
    assertEquals(TARGET + 0x2001, cpu.gpr[RDI]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void repneScas_elementAtAnyPlace_isFoundAtTheFirst(int size) {
    for (int place = 0; place < 40; place++) {
      cpu.memory.copyIn(TARGET, bytesOf(64 * 8, i -> -1), 0, 64 * 8);
      cpu.memory.write(TARGET + place * size, 0x80, size);
      cpu.memory.write(TARGET + (place + 1) * size, 0x80, size);
      point(0, TARGET, 64);
      cpu.gpr[RAX] = 0x80;
      Strings.scas(cpu, insn(cpu, Op.SCAS, size, Prefix.REPNE));
      assertRegisters(0, TARGET + (place + 1) * size, 64 - place - 1);
      assertTrue(cpu.zf());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void repeScas_elementAtAnyPlace_stopsAtTheFirst(int size) {
    for (int place = 0; place < 40; place++) {
      cpu.memory.copyIn(TARGET, bytesOf(64 * 8, i -> -1), 0, 64 * 8);
      cpu.memory.write(TARGET + place * size, -2, size);
      point(0, TARGET, 64);
      cpu.gpr[RAX] = -1;
      Strings.scas(cpu, insn(cpu, Op.SCAS, size, Prefix.REP));
      assertRegisters(0, TARGET + (place + 1) * size, 64 - place - 1);
      assertFalse(cpu.zf());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void repeCmps_differenceAtAnyPlace_stopsBehindIt(int size) {
    for (int place = 0; place < 40; place++) {
      cpu.memory.copyIn(SOURCE, bytesOf(64 * 8, i -> i), 0, 64 * 8);
      cpu.memory.copyIn(TARGET, bytesOf(64 * 8, i -> i), 0, 64 * 8);
      cpu.memory.write(SOURCE + place * size + size - 1, 0x99, 1);
      cpu.memory.write(TARGET + place * size + size - 1, 0x98, 1);
      point(SOURCE, TARGET, 64);
      Strings.cmps(cpu, insn(cpu, Op.CMPS, size, Prefix.REP));
      assertRegisters(SOURCE + (place + 1) * size, TARGET + (place + 1) * size, 64 - place - 1);
      assertFalse(cpu.cf());
    }
  }

  @Test
  void repScas_directionDown_goesElementByElement() {
    fill(TARGET, 9, 7, 7, 7);
    point(0, TARGET + 3, 10);
    cpu.gpr[RAX] = 7;
    cpu.systemFlags |= Flags.DF;
    Strings.scas(cpu, insn(cpu, Op.SCAS, 1, Prefix.REP));
    assertRegisters(0, TARGET - 1, 6);
    assertFalse(cpu.zf());
  }

  // Faults and events

  @Test
  void repMovs_targetPageMissing_faultsWithWorkDoneAndContinuesLater() {
    cpu = TestProcessor.withPageMissing(0x3_1000);
    byte[] pattern = pattern(LENGTH);
    cpu.memory.copyIn(SOURCE, pattern, 0, pattern.length);
    point(SOURCE, TARGET, LENGTH);
    GuestException fault = assertThrows(GuestException.class,
        () -> Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP)));
    int done = 0x3_1000 - TARGET;
    assertEquals(Vector.PF, fault.vector());
    assertEquals(0x3_1000, fault.address());
    assertRegisters(SOURCE + done, TARGET + done, LENGTH - done);
    TestProcessor.mapPage(cpu, 0x3_1000);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP));
    assertArrayEquals(pattern, bytes(TARGET, LENGTH));
  }

  @Test
  void repMovs_elementStraddlesMissingPage_isNotBegun() {
    cpu = TestProcessor.withPageMissing(0x3_1000);
    point(SOURCE, 0x3_0FF6, 5);
    GuestException fault = assertThrows(GuestException.class,
        () -> Strings.movs(cpu, insn(cpu, Op.MOVS, 4, Prefix.REP)));
    assertEquals(0x3_1000, fault.address());
    assertRegisters(SOURCE + 8, 0x3_0FFE, 3);
  }

  @Test
  void repStos_segmentLimit_storesUpToIt() {
    cpu = TestProcessor.in32Bit();
    cpu.segment[Reg.ES].limit = TARGET + 9;
    cpu.updateContext();
    point(0, TARGET, 100);
    cpu.gpr[RAX] = -1;
    GuestException fault = assertThrows(GuestException.class,
        () -> Strings.stos(cpu, insn(cpu, Op.STOS, 4, Prefix.REP)));
    assertEquals(Vector.GP, fault.vector());
    assertRegisters(0, TARGET + 8, 98);
    assertArrayEquals(new byte[] {-1, -1, 0, 0}, bytes(TARGET + 6, 4));
  }

  @Test
  void repMovs_interruptPending_stopsRestartableAfterOnePage() {
    cpu.rip = 0x5002;
    cpu.retired = 10;
    cpu.post(Pending.INTERRUPT);
    point(0x1_0000, 0x2_0000, 0x3000);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP));
    assertRegisters(0x1_1000, 0x2_1000, 0x2000);
    assertEquals(0x5000, cpu.rip);
    assertEquals(9, cpu.retired);
    assertTrue(cpu.leaveBlock);
  }

  @Test
  void repStos_interruptPendingAtTheEnd_completes() {
    cpu.rip = 0x5002;
    cpu.post(Pending.INTERRUPT);
    point(0, TARGET, 16);
    Strings.stos(cpu, insn(cpu, Op.STOS, 1, Prefix.REP));
    assertEquals(0x5002, cpu.rip);
    assertFalse(cpu.leaveBlock);
  }

  @Test
  void repMovs_singleStep_stopsAfterEachElement() {
    cpu.rip = 0x5002;
    cpu.systemFlags |= Flags.TF;
    point(SOURCE, TARGET, 3);
    Strings.movs(cpu, insn(cpu, Op.MOVS, 1, Prefix.REP));
    assertRegisters(SOURCE + 1, TARGET + 1, 2);
    assertEquals(0x5000, cpu.rip);
  }

  @Test
  void repStos_deviceRegister_seesEveryElement() {
    int[] writes = {0};
    cpu.memory.map(0xC000_0000L, 0x1000, new dev.hagen.memory.MmioRegion() {
      @Override
      public long read(long offset, int size) {
        return 0;
      }

      @Override
      public void write(long offset, long value, int size) {
        writes[0]++;
      }
    });
    point(0, 0xC000_0000L, 32);
    Strings.stos(cpu, insn(cpu, Op.STOS, 4, Prefix.REP));
    assertEquals(32, writes[0]);
  }

  private void point(long source, long target, long count) {
    cpu.gpr[RSI] = source;
    cpu.gpr[RDI] = target;
    cpu.gpr[RCX] = count;
  }

  private void assertRegisters(long source, long target, long count) {
    assertEquals(source, cpu.gpr[RSI], "RSI");
    assertEquals(target, cpu.gpr[RDI], "RDI");
    assertEquals(count, cpu.gpr[RCX], "RCX");
  }

  private void fill(long address, int... values) {
    for (int i = 0; i < values.length; i++) {
      cpu.memory.write(address + i, values[i], 1);
    }
  }

  private static byte[] pattern(int length) {
    return bytesOf(length, i -> i * 7 + (i >> 8));
  }

  private static byte[] bytesOf(int length, IntUnaryOperator value) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) value.applyAsInt(i);
    }
    return bytes;
  }

  private byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    cpu.memory.copyOut(address, bytes, 0, length);
    return bytes;
  }
}
