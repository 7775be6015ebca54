package dev.hagen.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.x86.Reg;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {
  private static final int REAL = 2;
  private static final int PROTECTED = 4;
  private static final int LONG = 8;

  private static final Decoder DECODER = new Decoder();

  private static Instruction decode(String hex, int codeSize) {
    return decode(DECODER, hex, codeSize);
  }

  private static Instruction decode(Decoder decoder, String hex, int codeSize) {
    byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
    Instruction instruction = decoder.decode(code, 0, code.length, codeSize);
    assertThat(instruction).isNotNull();
    return instruction;
  }

  private static Operand.Register register(int index, int size) {
    return new Operand.Register(index, size, false);
  }

  @Nested
  class Bytes {
    @Test
    void decode_bytesEndInTheMiddle_asksForMore() {
      byte[] mov = {(byte) 0xB8, 1, 2, 3};
      assertThat(DECODER.decode(mov, 0, mov.length, PROTECTED)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "66", "0f", "0f38", "80", "8044", "804424", "48"})
    void decode_anyPartOfAnInstruction_asksForMore(String hex) {
      byte[] code = HexFormat.of().parseHex(hex);
      assertThat(DECODER.decode(code, 0, code.length, LONG)).isNull();
    }

    @Test
    void decode_bytesStartAtOffset_areTakenFromThere() {
      byte[] code = {0x0F, 0x0B, (byte) 0x90, (byte) 0xC3};
      Instruction ret = DECODER.decode(code, 3, 4, LONG);
      assertThat(ret).isNotNull();
      assertThat(ret.op()).isEqualTo(Op.RET);
      assertThat(ret.length()).isEqualTo(1);
    }

    @Test
    void decode_fifteenBytes_isTheLongestInstruction() {
      Instruction nop = decode("66".repeat(14) + "90", LONG);
      assertThat(nop.op()).isEqualTo(Op.NOP);
      assertThat(nop.length()).isEqualTo(15);
    }

    @Test
    void decode_sixteenBytes_isTooLong() {
      assertThat(decode("66".repeat(15) + "90", LONG).op()).isEqualTo(Op.TOO_LONG);
    }

    @Test
    void decode_immediateReachesOverFifteenBytes_isTooLong() {
      assertThat(decode("2e".repeat(11) + "b8 01000000", PROTECTED).op()).isEqualTo(Op.TOO_LONG);
    }

    @Test
    void decode_fifteenBytesOfPrefixesAndNoMore_isTooLong() {
      assertThat(decode("66".repeat(15), LONG).op()).isEqualTo(Op.TOO_LONG);
    }

    @Test
    void decode_fourteenPrefixesAndNoMore_asksForMore() {
      byte[] code = HexFormat.of().parseHex("66".repeat(14));
      assertThat(DECODER.decode(code, 0, code.length, LONG)).isNull();
    }
  }

  @Nested
  class Sizes {
    @ParameterizedTest
    @CsvSource({"2, 01d8, 2", "2, 6601d8, 4", "4, 01d8, 4", "4, 6601d8, 2", "8, 01d8, 4", "8, 6601d8, 2", "8, 4801d8, 8",
        "8, 664801d8, 8"})
    void operandSize_followsModeAndPrefixes(int codeSize, String hex, int size) {
      Instruction add = decode(hex, codeSize);
      assertThat(add.operandSize()).isEqualTo(size);
      assertThat(add.operand(0)).isEqualTo(register(Reg.RAX, size));
      assertThat(add.operand(1)).isEqualTo(register(Reg.RBX, size));
    }

    @ParameterizedTest
    @CsvSource({"50, 8", "6650, 2", "ff30, 8", "9c, 8", "c9, 8", "6a01, 8", "e800000000, 8", "c3, 8", "66c3, 2", "7500, 8",
        "cb, 4", "48cb, 8", "cf, 4", "48cf, 8"})
    void longMode_stackAndNearBranches_defaultTo64Bits(String hex, int size) {
      assertThat(decode(hex, LONG).operandSize()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"a4, 1", "a5, 4", "66a5, 2", "48a5, 8", "6c, 1", "486d, 4", "e410, 1", "e510, 4", "66ed, 2", "48ed, 4"})
    void stringsAndPorts_operandSize_isThatOfOneElement(String hex, int size) {
      assertThat(decode(hex, LONG).operandSize()).isEqualTo(size);
    }

    @Test
    void nearBranchWith66_onAmd_hasSixteenBitTargetAndDistance() {
      Instruction jump = decode("66 e9 0001", LONG);
      assertThat(jump.length()).isEqualTo(4);
      assertThat(jump.operand(0)).isEqualTo(new Operand.Relative(0x100, 2));
    }

    @Test
    void nearBranchWith66_onIntel_is64Bits() {
      Decoder intel = new Decoder(Extension.of(CpuModel.named("intel-v2")));
      Instruction jump = decode(intel, "66 e9 00010000", LONG);
      assertThat(jump.length()).isEqualTo(6);
      assertThat(jump.operand(0)).isEqualTo(new Operand.Relative(0x100, 8));
    }

    @Test
    void farPointerWithRexW_dependsOnVendor() {
      Decoder intel = new Decoder(Extension.of(CpuModel.named("intel-v2")));
      assertThat(decode("48 ff 28", LONG).operand(0).size()).isEqualTo(6);
      assertThat(decode(intel, "48 ff 28", LONG).operand(0).size()).isEqualTo(10);
    }
  }

  @Nested
  class Registers {
    @Test
    void byteRegisterFour_withoutRex_isHigh() {
      assertThat(decode("88e0", LONG).operand(1)).isEqualTo(new Operand.Register(0, 1, true));
    }

    @Test
    void byteRegisterFour_withRex_isLowOfRsp() {
      assertThat(decode("40 88e0", LONG).operand(1)).isEqualTo(register(Reg.RSP, 1));
    }

    @Test
    void rex_reachesUpperRegisters() {
      Instruction mov = decode("4d 89c1", LONG);
      assertThat(mov.operands()).containsExactly(register(Reg.R9, 8), register(Reg.R8, 8));
    }

    @Test
    void rexBeforeAnotherPrefix_isIgnored() {
      assertThat(decode("48 66 01d8", LONG).operandSize()).isEqualTo(2);
    }

    @Test
    void rexBytes_outsideLongMode_areIncAndDec() {
      assertThat(decode("41", PROTECTED).op()).isEqualTo(Op.INC);
      assertThat(decode("48", REAL).op()).isEqualTo(Op.DEC);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0f20 c8", "0f20 e8", "0f22 f8", "44 0f20 c8", "44 0f21 c0", "8e c8", "8e f0", "8c f8", "0f24 c0"})
    void controlDebugAndSegmentRegisters_thatDoNotExist_areInvalid(String hex) {
      assertThat(decode(hex, LONG).op()).isEqualTo(Op.INVALID);
    }

    @Test
    void lockBeforeMovFromCr0_isCr8() {
      assertThat(decode("f0 0f20 c0", PROTECTED).operand(1)).isEqualTo(new Operand.Control(8, false, 4));
    }

    @Test
    void movFromControlRegister_ignoresModAndOperandSize() {
      Instruction mov = decode("66 0f20 03", LONG);
      assertThat(mov.length()).isEqualTo(4);
      assertThat(mov.operands()).containsExactly(register(Reg.RBX, 8), new Operand.Control(0, false, 8));
    }

    @Test
    void nop90WithRexB_isExchangeWithR8() {
      assertThat(decode("90", LONG).op()).isEqualTo(Op.NOP);
      assertThat(decode("f390", LONG).op()).isEqualTo(Op.PAUSE);
      assertThat(decode("41 90", LONG).operands()).containsExactly(register(Reg.R8, 4), register(Reg.RAX, 4));
      assertThat(decode("f3 41 90", LONG).op()).isEqualTo(Op.XCHG);
    }
  }

  @Nested
  class MemoryOperands {
    private Operand.Memory memory(String hex, int codeSize) {
      Operand.Memory memory = decode(hex, codeSize).memory();
      assertThat(memory).isNotNull();
      return memory;
    }

    @ParameterizedTest
    @CsvSource({"00, 3, 6, 3", "01, 3, 7, 3", "02, 5, 6, 2", "03, 5, 7, 2", "04, 6, 16, 3", "05, 7, 16, 3", "07, 3, 16, 3"})
    void sixteenBitForms_haveBaseIndexAndSegmentOfTheTable(String modRm, int base, int index, int segment) {
      Operand.Memory memory = memory("8a" + modRm, REAL);
      assertThat(memory).isEqualTo(new Operand.Memory(segment, base, index, 0, 0, false, 2, 1));
    }

    @Test
    void sixteenBitDisplacementOnly_hasNoRegisters() {
      assertThat(memory("8a06 3412", REAL)).isEqualTo(new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, 0x1234, false, 2, 1));
    }

    @Test
    void sixteenBitBpWithDisplacement_isInTheStack() {
      assertThat(memory("8a46 fe", REAL)).isEqualTo(new Operand.Memory(Reg.SS, Reg.RBP, Reg.NONE, 0, -2, false, 2, 1));
    }

    @Test
    void displacementOnly_inLongMode_isRelativeToRip() {
      assertThat(memory("8b05 10000000", LONG))
          .isEqualTo(new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, 0x10, true, 8, 4));
      assertThat(memory("8b05 10000000", PROTECTED))
          .isEqualTo(new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, 0x10, false, 4, 4));
    }

    @Test
    void sibWithoutBase_isAbsoluteInLongMode() {
      assertThat(memory("8b0425 00000080", LONG))
          .isEqualTo(new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, -0x8000_0000L, false, 8, 4));
    }

    @Test
    void sibIndexFour_isNone_butR12Is() {
      assertThat(memory("8b0424", LONG).index()).isEqualTo(Reg.NONE);
      assertThat(memory("42 8b0424", LONG).index()).isEqualTo(Reg.R12);
    }

    @Test
    void sibBaseR13WithoutMod_isDisplacementOnly() {
      assertThat(memory("41 8b0425 00000000", LONG).base()).isEqualTo(Reg.NONE);
      assertThat(memory("41 8b4425 00", LONG).base()).isEqualTo(Reg.R13);
    }

    @ParameterizedTest
    @CsvSource({"8b4500, 2", "8b0424, 2", "8b00, 3", "648b4500, 4", "2e8b00, 3", "64 2e 8b00, 4", "65 64 8b00, 4",
        "41 8b4500, 3"})
    void segment_inLongMode_isStackForRspAndRbpOrFsAndGs(String hex, int segment) {
      assertThat(memory(hex, LONG).segment()).isEqualTo(segment);
    }

    @Test
    void lastSegmentOverride_wins() {
      assertThat(memory("26 36 8b00", PROTECTED).segment()).isEqualTo(Reg.SS);
    }

    @Test
    void addressSizePrefix_swapsForms() {
      assertThat(memory("67 8b00", LONG).addressSize()).isEqualTo(4);
      assertThat(memory("67 8b00", PROTECTED).base()).isEqualTo(Reg.RBX);
      assertThat(memory("67 8b00", REAL).base()).isEqualTo(Reg.RAX);
    }

    @Test
    void offsetForm_hasAddressOfAddressSize() {
      assertThat(memory("a0 8877665544332211", LONG))
          .isEqualTo(new Operand.Memory(Reg.DS, Reg.NONE, Reg.NONE, 0, 0x1122334455667788L, false, 8, 1));
      assertThat(memory("67 a0 88776655", LONG).displacement()).isEqualTo(0x55667788L);
    }

    @Test
    void hintsAndNops_accessNothing() {
      assertThat(memory("0f1f00", LONG).size()).isZero();
      assertThat(memory("0f1800", LONG).size()).isZero();
      assertThat(memory("8d00", LONG).size()).isZero();
      assertThat(memory("0f0138", LONG).size()).isZero();
    }
  }

  @Nested
  class Immediates {
    @ParameterizedTest
    @CsvSource({"83c0ff, 4, ffffffff", "6683c0ff, 2, ffff", "4883c0ff, 8, ffffffffffffffff",
        "4805 00000080, 8, ffffffff80000000", "05 ffffffff, 4, ffffffff", "04 ff, 1, ff", "6a ff, 8, ffffffffffffffff",
        "68 ffffffff, 8, ffffffffffffffff", "48b8 0102030405060708, 8, 807060504030201", "c1e0 ff, 1, ff", "d1e0, 1, 1"})
    void immediate_isExtendedToItsSize(String hex, int size, String value) {
      Operand[] operands = decode(hex, LONG).operands();
      assertThat(operands[operands.length - 1])
          .isEqualTo(new Operand.Immediate(Long.parseUnsignedLong(value, 16), size));
    }

    @Test
    void farPointer_hasOffsetThenSelector() {
      assertThat(decode("ea 44332211 0800", PROTECTED).operand(0)).isEqualTo(new Operand.FarPointer(8, 0x11223344, 4));
      assertThat(decode("9a 2211 00f0", REAL).operand(0)).isEqualTo(new Operand.FarPointer(0xF000, 0x1122, 2));
    }
  }

  @Nested
  class Prefixes {
    @ParameterizedTest
    @ValueSource(strings = {"f0 0108", "f0 0fb108", "f0 0fc10a", "f0 8708", "f0 ff00", "f0 f718", "f0 0fab08", "f0 0fba2801",
        "f0 0fc708", "f0 48 0fc708"})
    void lock_beforeAtomicOperationOnMemory_isAllowed(String hex) {
      Instruction instruction = decode(hex, LONG);
      assertThat(instruction.op()).isNotEqualTo(Op.INVALID);
      assertThat(instruction.has(Prefix.LOCK)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"f0 01c8", "f0 0308", "f0 3908", "f0 8908", "f0 0fa308", "f0 0fba2001", "f0 90", "f0 d120", "f0 8f00",
        "f0 ff10", "f0 a4"})
    void lock_elsewhere_isInvalid(String hex) {
      assertThat(decode(hex, LONG).op()).isEqualTo(Op.INVALID);
    }

    @Test
    void repeat_isAPrefixOfStringsOnly() {
      assertThat(decode("f3 a4", LONG).has(Prefix.REP)).isTrue();
      assertThat(decode("f2 ae", LONG).has(Prefix.REPNE)).isTrue();
      assertThat(decode("f2 f3 ae", LONG).prefixes()).isEqualTo(Prefix.REP);
      assertThat(decode("f3 01c8", LONG).prefixes()).isZero();
      assertThat(decode("f3 0fb8c0", LONG).prefixes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0f10c1, MOVUPS", "660f10c1, MOVUPD", "f30f10c1, MOVSS", "f20f10c1, MOVSD", "f30f1001, MOVSS_LOAD",
        "f20f1101, MOVSD_STORE", "66f20f10c1, MOVSD", "f2f30f10c1, MOVSS", "f3660f10c1, MOVSS"})
    void mandatoryPrefix_selectsOperation_repeatBefore66(String hex, Op op) {
      assertThat(decode(hex, LONG).op()).isEqualTo(op);
    }

    @Test
    void mandatory66_isNoOperandSize() {
      Instruction movd = decode("66 0f6ec0", LONG);
      assertThat(movd.operands()).containsExactly(new Operand.Xmm(0, 4, true), register(Reg.RAX, 4));
      assertThat(movd.has(Prefix.OPERAND_SIZE)).isFalse();
    }

    @Test
    void mandatoryF3With66_keepsOperandSize() {
      Instruction popcnt = decode("66 f3 0fb8c1", LONG);
      assertThat(popcnt.op()).isEqualTo(Op.POPCNT);
      assertThat(popcnt.operandSize()).isEqualTo(2);
    }
  }

  @Nested
  class VectorOperands {
    @Test
    void scalarLoad_clearsTheRest() {
      assertThat(decode("f20f1001", LONG).operand(0)).isEqualTo(new Operand.Xmm(0, 8, true));
    }

    @Test
    void scalarArithmetic_usesTheLowPart() {
      assertThat(decode("f20f58c8", LONG).operands())
          .containsExactly(new Operand.Xmm(1, 8, false), new Operand.Xmm(0, 8, false));
      assertThat(decode("f30f5808", LONG).operand(1).size()).isEqualTo(4);
    }

    @Test
    void shiftCount_isEightBytesOfAnAlignedOperand() {
      Instruction psllw = decode("660ff108", LONG);
      assertThat(psllw.operand(1).size()).isEqualTo(8);
      assertThat(psllw.alignment()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"0f2800, 16", "0f5800, 16", "660fef00, 16", "0f1000, 1", "f30f6f00, 1", "f20ff000, 1", "f30f5800, 1",
        "660f3a630000, 1", "660f382a00, 16", "480fc708, 16", "0fae00, 16", "0fae20, 64", "8b00, 1", "0f28c0, 1"})
    void alignment_isThatOfLegacySse(String hex, int alignment) {
      assertThat(decode(hex, LONG).alignment()).isEqualTo(alignment);
    }

    @Test
    void rexW_turnsDoublewordIntoQuadword() {
      assertThat(decode("66480f6ec0", LONG).op()).isEqualTo(Op.MOVQ);
      assertThat(decode("480fc708", LONG).op()).isEqualTo(Op.CMPXCHG16B);
      assertThat(decode("f2480f2ac0", LONG).operand(1).size()).isEqualTo(8);
    }
  }

  @Nested
  class Checks {
    @ParameterizedTest
    @CsvSource({"d8c0, 2", "dbe3, 4", "dfe0, 4", "d938, 4", "d928, 2", "9b, 0", "0f58c0, 8", "0ffcc0, 16", "0f77, 16",
        "f20fd6c0, 24", "0fae10, 8", "0fae00, 4", "0f30, 32", "0f00d0, 33", "0f00e0, 1", "01c0, 0", "0fc300, 0",
        "f30fb8c0, 0"})
    void checks_areThoseOfTheInstruction(String hex, int checks) {
      assertThat(decode(hex, LONG).checks()).isEqualTo(checks);
    }

    @Test
    void opcode_ofX87_isWhatFopHolds() {
      assertThat(decode("dde9", LONG).opcode() & 0x7FF).isEqualTo(0x5E9);
    }
  }

  @Nested
  class Existence {
    @ParameterizedTest
    @ValueSource(strings = {"06", "0e", "1f", "27", "37", "60", "82c000", "9a0000000000", "ce", "d40a", "d6", "ea000000000000",
        "c500", "c400", "62c0"})
    void longMode_oldOpcodes_areInvalid(String hex) {
      assertThat(decode(hex + "0000000000", LONG).op()).isEqualTo(Op.INVALID);
    }

    @ParameterizedTest
    @CsvSource({"06, PUSH_SEG", "27, DAA", "60, PUSHA", "82c000, ADD", "d6, SALC", "ce, INTO", "c400, LES", "c500, LDS",
        "6200, BOUND", "63c0, ARPL", "8f00, POP"})
    void protectedMode_oldOpcodes_exist(String hex, Op op) {
      assertThat(decode(hex, PROTECTED).op()).isEqualTo(op);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c4c0", "c5f8", "62f1", "8fe8"})
    void protectedMode_vexAndXop_areInvalid(String hex) {
      assertThat(decode(hex + "0000000000", PROTECTED).op()).isEqualTo(Op.INVALID);
    }

    @ParameterizedTest
    @CsvSource({"f1, INT1", "c0f001, SHL", "d1f0, SHL", "f6c801, TEST", "dcd0, FCOM", "dfc0, FFREEP", "ddc8, FXCH", "0f0d08, PREFETCH",
        "f30f1efa, NOP", "0f1900, NOP", "0fff00, UD0", "0fb900, UD1", "0f0b, UD2"})
    void undocumentedAndReservedEncodings_meanWhatProcessorsDo(String hex, Op op) {
      assertThat(decode(hex, LONG).op()).isEqualTo(op);
    }

    @Test
    void lzcntAndTzcnt_withoutTheirExtension_areScans() {
      Decoder older = new Decoder(EnumSet.complementOf(EnumSet.of(Extension.LZCNT, Extension.TZCNT)));
      assertThat(decode(older, "f30fbdc0", LONG).op()).isEqualTo(Op.BSR);
      assertThat(decode(older, "f30fbcc0", LONG).op()).isEqualTo(Op.BSF);
      assertThat(decode("f30fbdc0", LONG).op()).isEqualTo(Op.LZCNT);
    }

    @Test
    void extension_thatTheModelLacks_isInvalid() {
      Decoder pentium = new Decoder(Extension.of(CpuModel.named("pentium3")));
      assertThat(decode(pentium, "f20f58c0", PROTECTED).op()).isEqualTo(Op.INVALID);
      assertThat(decode(pentium, "f30f58c0", PROTECTED).op()).isEqualTo(Op.ADDSS);
      assertThat(decode(new Decoder(Set.of()), "f30fb8c0", LONG).op()).isEqualTo(Op.INVALID);
    }

    @Test
    void condition_isTheLowNibbleOfTheOpcode() {
      assertThat(decode("7500", LONG).condition()).isEqualTo(5);
      assertThat(decode("0f9fc0", LONG).condition()).isEqualTo(15);
      assertThat(decode("83c505", LONG).condition()).isZero();
    }
  }
}
