package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shuffles, packings and moves of whole registers; every nibble names its place. */
class ShuffleTest {
  private static final long LOW = 0x7766_5544_3322_1100L;
  private static final long HIGH = 0xFFEE_DDCC_BBAA_9988L;

  private CpuState cpu;

  @BeforeEach
  void setUp() {
    cpu = TestProcessor.in64Bit();
    set(1, LOW, HIGH);
    set(2, 0x1716_1514_1312_1110L, 0x1F1E_1D1C_1B1A_1918L);
  }

  @Test
  void pshufb_picksBytesAndZeros() {
    set(3, 0x8000_0F0E_0302_0100L, 0x0000_0000_0000_00FFL);

    Shuffle.pshufb(cpu, 1, 3);

    assertRegister(1, 0x0000_FFEE_3322_1100L, 0);
  }

  @Test
  void pshufd_picksDoublewordsOfTheSource() {
    Shuffle.pshufd(cpu, 3, 1, 0b00_01_10_11);

    assertRegister(3, 0xBBAA_9988_FFEE_DDCCL, 0x3322_1100_7766_5544L);
  }

  @Test
  void shufps_takesLowHalfFromDestinationAndHighHalfFromSource() {
    Shuffle.shufps(cpu, 1, 2, 0b11_00_00_11);

    assertRegister(1, 0x3322_1100_FFEE_DDCCL, 0x1F1E_1D1C_1312_1110L);
  }

  @Test
  void shufps_ofARegisterWithItself_readsBeforeItWrites() {
    Shuffle.shufps(cpu, 1, 1, 0b00_01_10_11);

    assertRegister(1, 0xBBAA_9988_FFEE_DDCCL, 0x3322_1100_7766_5544L);
  }

  @Test
  void punpcklbw_interleavesLowHalves() {
    PackedConvert.punpcklbw(cpu, 1, 2);

    assertRegister(1, 0x1333_1222_1111_1000L, 0x1777_1666_1555_1444L);
  }

  @Test
  void packuswb_saturatesBothOperands() {
    set(1, 0x00FF_0100_FFFF_007FL, 0);
    set(2, 0x7FFF_8000_0001_00FEL, -1);

    PackedConvert.packuswb(cpu, 1, 2);

    assertRegister(1, 0x0000_0000_FFFF_007FL, 0x0000_0000_FF00_01FEL);
  }

  @Test
  void palignr_byAnyCount_shiftsThePair() {
    PackedShift.palignr(cpu, 1, 2, 12);
    assertRegister(1, 0x3322_1100_1F1E_1D1CL, 0xBBAA_9988_7766_5544L);

    set(1, LOW, HIGH);
    PackedShift.palignr(cpu, 1, 2, 31);
    assertRegister(1, 0xFF, 0);
  }

  @Test
  void pslldq_movesBytesUp() {
    PackedShift.pslldq(cpu, 1, 3, 0);

    assertRegister(1, 0x4433_2211_0000_0000L, 0xCCBB_AA99_8877_6655L);
  }

  @Test
  void pslldq_byOneByte_movesBytesUp() {
    set(1, 0x8877_6655_4433_2211L, 0x00FF_EEDD_CCBB_AA99L);

    PackedShift.pslldq(cpu, 1, 1, 0);

    assertRegister(1, 0x7766_5544_3322_1100L, 0xFFEE_DDCC_BBAA_9988L);
  }

  @Test
  void insertps_fromMemory_ignoresTheSourceSelector() {
    set(CpuState.TEMPORARY_XMM, 0xAAAA_AAAAL, 0);
    int thirdToSecondClearingFirst = 0b11_01_0001;

    Shuffle.insertps(cpu, 1, CpuState.TEMPORARY_XMM, thirdToSecondClearingFirst);

    assertRegister(1, 0xAAAA_AAAA_0000_0000L, HIGH);
  }

  @Test
  void pextrq_andPinsrq_moveQuadwords() {
    Operand.Immediate upper = TestProcessor.immediate(1, 1);
    Shuffle.pextrd(cpu, TestProcessor.insn(cpu, Op.PEXTRD, 8, TestProcessor.register(Reg.RBX, 8),
        new Operand.Xmm(1, 16, false), upper));
    Shuffle.pinsrd(cpu, TestProcessor.insn(cpu, Op.PINSRD, 8, new Operand.Xmm(3, 16, false),
        TestProcessor.register(Reg.RBX, 8), upper));

    assertThat(cpu.gpr[Reg.RBX]).isEqualTo(HIGH);
    assertRegister(3, 0, HIGH);
  }

  @Test
  void pblendvb_selectsByImplicitRegister() {
    set(0, 0x8000_0000_0000_0080L, 0x7F7F_7F7F_7F7F_7F7FL);

    Shuffle.pblendvb(cpu, 1, 2);

    assertRegister(1, 0x1766_5544_3322_1110L, HIGH);
  }

  @Test
  void pmovmskb_collectsSigns() {
    set(1, 0x8000_8000_0080_0080L, 0x8000_0000_0000_0001L);

    assertThat(PackedCompare.pmovmskb(cpu, 1, 0)).isEqualTo(0b1000_0000_1010_0101);
  }

  @Test
  void phminposuw_findsFirstSmallest() {
    set(1, 0x0007_0003_8000_0009L, 0x0003_FFFF_0004_0005L);

    PackedCompare.phminposuw(cpu, 2, 1);

    assertRegister(2, 0x2_0003, 0);
  }

  private void set(int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }

  private void assertRegister(int register, long low, long high) {
    assertThat(cpu.xmm[2 * register]).as("low half").isEqualTo(low);
    assertThat(cpu.xmm[2 * register + 1]).as("high half").isEqualTo(high);
  }
}
