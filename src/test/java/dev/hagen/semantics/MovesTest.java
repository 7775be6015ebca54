package dev.hagen.semantics;

import static dev.hagen.semantics.TestProcessor.highByte;
import static dev.hagen.semantics.TestProcessor.immediate;
import static dev.hagen.semantics.TestProcessor.insn;
import static dev.hagen.semantics.TestProcessor.memory;
import static dev.hagen.semantics.TestProcessor.register;
import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.ARITHMETIC;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.OF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;
import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RBX;
import static dev.hagen.x86.Reg.RCX;
import static dev.hagen.x86.Reg.RDX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Moves, exchanges, bit operations and single flags. */
class MovesTest {
  private static final int CELL = 0x3000;

  private final CpuState cpu = TestProcessor.in64Bit();

  // Moves

  @Test
  void movsx_byteToDoubleword_clearsUpperHalf() {
    cpu.gpr[RAX] = -1;
    cpu.gpr[RBX] = 0x80;
    Moves.movsx(cpu, insn(cpu, Op.MOVSX, 4, register(RAX, 4), register(RBX, 1)));
    assertEquals(0xFFFF_FF80L, cpu.gpr[RAX]);
  }

  @Test
  void movsxd_doubleword_isSignExtended() {
    assertEquals(0xFFFF_FFFF_8000_0000L, Moves.movsxd(cpu, 0x8000_0000L, 8));
  }

  @Test
  void lea_32BitAddress_isCut() {
    cpu.gpr[RBX] = 0xFFFF_FFFFL;
    Operand memory = new Operand.Memory(3, RBX, RBX, 1, 5, false, 4, 0);
    Moves.lea(cpu, insn(cpu, Op.LEA, 8, register(RAX, 8), memory));
    assertEquals(2, cpu.gpr[RAX]);
  }

  @Test
  void xchg_memoryWithItsBase_usesOldAddress() {
    cpu.gpr[RAX] = CELL;
    cpu.memory.write(CELL, 0x1234, 8);
    Moves.xchg(cpu, insn(cpu, Op.XCHG, 8, memory(cpu, RAX, 0, 8), register(RAX, 8)));
    assertEquals(0x1234, cpu.gpr[RAX]);
    assertEquals(CELL, cpu.memory.read(CELL, 8));
  }

  @Test
  void xchg_halvesOfOneRegister_areSwapped() {
    cpu.gpr[RAX] = 0x1234;
    Moves.xchg(cpu, insn(cpu, Op.XCHG, 1, register(RAX, 1), highByte(RAX)));
    assertEquals(0x3412, cpu.gpr[RAX]);
  }

  @Test
  void xadd_registerWithItself_isDoubled() {
    cpu.gpr[RAX] = 5;
    Moves.xadd(cpu, insn(cpu, Op.XADD, 4, register(RAX, 4), register(RAX, 4)));
    assertEquals(10, cpu.gpr[RAX]);
  }

  @Test
  void xadd_memory_returnsOldValue() {
    cpu.gpr[RAX] = 1;
    cpu.gpr[RBX] = CELL;
    cpu.memory.write(CELL, 0xFF, 1);
    Moves.xadd(cpu, insn(cpu, Op.XADD, 1, memory(cpu, RBX, 0, 1), register(RAX, 1)));
    assertEquals(0, cpu.memory.read(CELL, 1));
    assertEquals(0xFF, cpu.gpr[RAX]);
    assertEquals(CF | ZF | AF | PF, cpu.arithmeticFlags());
  }

  @Test
  void cmpxchg_equal_storesSource() {
    cpu.gpr[RAX] = 7;
    cpu.gpr[RBX] = 9;
    cpu.gpr[RDX] = CELL;
    cpu.memory.write(CELL, 7, 4);
    Moves.cmpxchg(cpu, insn(cpu, Op.CMPXCHG, 4, memory(cpu, RDX, 0, 4), register(RBX, 4)));
    assertEquals(9, cpu.memory.read(CELL, 4));
    assertEquals(ZF | PF, cpu.arithmeticFlags());
  }

  @Test
  void cmpxchg_differentRegister_leavesItsUpperHalf() {
    cpu.gpr[RAX] = 0x1122_3344_5566_7788L;
    cpu.gpr[RBX] = 0x9999_9999_AAAA_AAAAL;
    Moves.cmpxchg(cpu, insn(cpu, Op.CMPXCHG, 4, register(RBX, 4), register(RDX, 4)));
    assertEquals(0xAAAA_AAAAL, cpu.gpr[RAX]);
    assertEquals(0x9999_9999_AAAA_AAAAL, cpu.gpr[RBX]);
  }

  @Test
  void cmpxchg8b_equal_storesPairAndSetsOnlyZf() {
    cpu.setArithmeticFlags(CF | OF | AF);
    cpu.memory.write(CELL, 0x0000_0002_0000_0001L, 8);
    setPairs(1, 2, 3, 4);
    Moves.cmpxchg8b(cpu, insn(cpu, Op.CMPXCHG8B, 4, memory(cpu, Reg.NONE, CELL, 8)));
    assertEquals(0x0000_0004_0000_0003L, cpu.memory.read(CELL, 8));
    assertEquals(CF | OF | AF | ZF, cpu.arithmeticFlags());
  }

  @Test
  void cmpxchg16b_different_loadsPairAndClearsZf() {
    cpu.setArithmeticFlags(ARITHMETIC);
    cpu.memory.write(CELL, -1, 8);
    cpu.memory.write(CELL + 8, -2, 8);
    setPairs(1, 2, 3, 4);
    Moves.cmpxchg16b(cpu, insn(cpu, Op.CMPXCHG16B, 8, memory(cpu, Reg.NONE, CELL, 16)));
    assertEquals(-1, cpu.gpr[RAX]);
    assertEquals(-2, cpu.gpr[RDX]);
    assertEquals(ARITHMETIC & ~ZF, cpu.arithmeticFlags());
  }

  @Test
  void cmpxchg16b_misaligned_raisesGp() {
    Instruction insn = insn(cpu, Op.CMPXCHG16B, 8, memory(cpu, Reg.NONE, CELL + 8, 16));
    assertEquals(Vector.GP, assertThrows(GuestException.class, () -> Moves.cmpxchg16b(cpu, insn)).vector());
  }

  @Test
  void cmov_conditionFalse_clearsUpperHalfAllTheSame() {
    cpu.gpr[RAX] = -1;
    cpu.setArithmeticFlags(0);
    Moves.cmovcc(cpu, TestProcessor.conditional(cpu, Op.CMOVCC, 4, 4, register(RAX, 4), register(RBX, 4)));
    assertEquals(0xFFFF_FFFFL, cpu.gpr[RAX]);
  }

  @Test
  void setcc_conditionTrue_writesOneToHighByte() {
    cpu.setArithmeticFlags(ZF);
    Moves.setcc(cpu, TestProcessor.conditional(cpu, Op.SETCC, 1, 4, highByte(RAX)));
    assertEquals(0x100, cpu.gpr[RAX]);
  }

  @Test
  void cwd_negativeDoubleword_fillsEdx() {
    cpu.gpr[RAX] = 0x8000_0000L;
    Moves.cwd(cpu, insn(cpu, Op.CWD, 4));
    assertEquals(0xFFFF_FFFFL, cpu.gpr[RDX]);
  }

  @Test
  void xlat_alAsUnsignedIndex_loadsByte() {
    cpu.gpr[RBX] = CELL;
    cpu.gpr[RAX] = 0x1FF;
    cpu.memory.write(CELL + 0xFF, 0x42, 1);
    Moves.xlat(cpu, insn(cpu, Op.XLAT, 1));
    assertEquals(0x142, cpu.gpr[RAX]);
  }

  // Bits

  @Test
  void bts_negativeRegisterIndex_reachesBelowOperand() {
    cpu.gpr[RBX] = CELL;
    cpu.gpr[RCX] = -1;
    BitOperations.bts(cpu, insn(cpu, Op.BTS, 4, memory(cpu, RBX, 0, 4), register(RCX, 4)));
    assertEquals(0x8000_0000L, cpu.memory.read(CELL - 4, 4));
  }

  @Test
  void btr_indexBeyondOperand_reachesAbove() {
    cpu.gpr[RBX] = CELL;
    cpu.gpr[RCX] = 8 * 0x100 + 3;
    cpu.memory.write(CELL + 0x100, 0xFF, 2);
    BitOperations.btr(cpu, insn(cpu, Op.BTR, 2, memory(cpu, RBX, 0, 2), register(RCX, 2)));
    assertEquals(0xF7, cpu.memory.read(CELL + 0x100, 2));
    assertEquals(CF, cpu.arithmeticFlags() & CF);
  }

  @Test
  void btc_immediateIndex_isTakenModuloWidth() {
    cpu.memory.write(CELL, 0, 8);
    Operand cell = memory(cpu, Reg.NONE, CELL, 8);
    BitOperations.btc(cpu, insn(cpu, Op.BTC, 8, cell, immediate(65, 1)));
    assertEquals(2, cpu.memory.read(CELL, 8));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 32, 63})
  void bt_register_leavesOtherFlags(int index) {
    cpu.gpr[RAX] = 1L << index;
    cpu.gpr[RCX] = index;
    cpu.setArithmeticFlags(OF | SF | PF);
    BitOperations.bt(cpu, insn(cpu, Op.BT, 8, register(RAX, 8), register(RCX, 8)));
    assertEquals(CF | OF | SF | PF, cpu.arithmeticFlags());
  }

  @Test
  void bsf_zero_leavesWholeDestination() {
    cpu.gpr[RAX] = -1;
    BitOperations.bsf(cpu, insn(cpu, Op.BSF, 4, register(RAX, 4), register(RBX, 4)));
    assertEquals(-1, cpu.gpr[RAX]);
    assertEquals(ZF | PF, cpu.arithmeticFlags());
  }

  @Test
  void bsf_lowestBit_clearsZfThoughResultIsZero() {
    cpu.gpr[RBX] = 1;
    BitOperations.bsf(cpu, insn(cpu, Op.BSF, 4, register(RAX, 4), register(RBX, 4)));
    assertEquals(PF, cpu.arithmeticFlags());
  }

  @Test
  void bsr_highestBit_isFound() {
    cpu.gpr[RBX] = 0x8001;
    BitOperations.bsr(cpu, insn(cpu, Op.BSR, 2, register(RAX, 2), register(RBX, 2)));
    assertEquals(15, cpu.gpr[RAX]);
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 16", "4, 32", "8, 64"})
  void zeroCounts_zero_giveWidthAndSetCf(int size, int width) {
    assertEquals(width, BitOperations.tzcnt(cpu, 0, size));
    assertEquals(CF, cpu.arithmeticFlags());
    assertEquals(width, BitOperations.lzcnt(cpu, 0, size));
    assertEquals(CF, cpu.arithmeticFlags());
  }

  @Test
  void lzcnt_topBit_setsZfAndKeepsOf() {
    cpu.setArithmeticFlags(OF | CF | SF);
    assertEquals(0, BitOperations.lzcnt(cpu, 0x8000, 2));
    assertEquals(OF | ZF, cpu.arithmeticFlags());
  }

  @Test
  void popcnt_zero_setsOnlyZf() {
    cpu.setArithmeticFlags(ARITHMETIC);
    assertEquals(0, BitOperations.popcnt(cpu, 0, 8));
    assertEquals(ZF, cpu.arithmeticFlags());
  }

  @Test
  void crc32_checkString_givesCastagnoliCheckValue() {
    cpu.gpr[RAX] = 0xFFFF_FFFFL;
    cpu.memory.copyIn(CELL, "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, 9);
    BitOperations.crc32(cpu, insn(cpu, Op.CRC32, 8, register(RAX, 8),
        memory(cpu, Reg.NONE, CELL, 8)));
    BitOperations.crc32(cpu, insn(cpu, Op.CRC32, 4, register(RAX, 4),
        memory(cpu, Reg.NONE, CELL + 8, 1)));
    assertEquals(0xE306_9283L, ~cpu.gpr[RAX] & 0xFFFF_FFFFL);
  }

  @Test
  void bswap_quadword_reversesBytes() {
    assertEquals(0x0807_0605_0403_0201L, BitOperations.bswap(cpu, 0x0102_0304_0506_0708L, 8));
    assertEquals(0x0403_0201L, BitOperations.bswap(cpu, 0x0102_0304L, 4));
    assertEquals(0x0201, BitOperations.movbe(cpu, 0x0102, 2));
  }

  // Flags

  @Test
  void carryInstructions_anyOf_leaveItAlone() {
    cpu.setArithmeticFlags(OF);
    FlagControl.stc(cpu);
    assertEquals(OF | CF, cpu.arithmeticFlags());
    FlagControl.cmc(cpu);
    assertEquals(OF, cpu.arithmeticFlags());
    FlagControl.cmc(cpu);
    FlagControl.clc(cpu);
    assertEquals(OF, cpu.arithmeticFlags());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0xFF, 0x55, 0xAA, 0x41, 0x94})
  void sahfThenLahf_anyAh_keepsFlagBitsAndOf(int ah) {
    cpu.setArithmeticFlags(OF);
    cpu.setHighByte(RAX, ah);
    FlagControl.sahf(cpu);
    FlagControl.lahf(cpu);
    assertEquals(ah & (SF | ZF | AF | PF | CF) | 2, cpu.highByte(RAX));
    assertEquals(OF, cpu.arithmeticFlags() & OF);
  }

  @Test
  void rdrand_always_setsOnlyCf() {
    cpu.setArithmeticFlags(ARITHMETIC);
    Hints.random(cpu, 8);
    assertEquals(CF, cpu.arithmeticFlags());
  }

  private void setPairs(long a, long d, long b, long c) {
    cpu.gpr[RAX] = a;
    cpu.gpr[RDX] = d;
    cpu.gpr[RBX] = b;
    cpu.gpr[RCX] = c;
  }
}
