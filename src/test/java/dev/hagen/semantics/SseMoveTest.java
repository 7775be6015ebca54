package dev.hagen.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class SseMoveTest {
  private static final int MISSING = 0x5000;
  private static final long FIRST_TWO_AND_LAST = 0x0000_0000_0000_8080L;

  @Test
  void maskmovdqu_storesSelectedBytesAtRdi() {
    CpuState cpu = processor(0x3000, FIRST_TWO_AND_LAST, 0x80L << 56);

    SseMove.maskmovdqu(cpu, maskmov(cpu));

    assertThat(cpu.memory.read(0x3000, 8)).isEqualTo(0x1110L);
    assertThat(cpu.memory.read(0x3008, 8)).isEqualTo(0x1FL << 56);
  }

  @Test
  void maskmovdqu_faultInSecondPage_storesNothing() {
    CpuState cpu = processor(MISSING - 8, FIRST_TWO_AND_LAST, 0x80L << 56);

    GuestException fault =
        catchThrowableOfType(GuestException.class, () -> SseMove.maskmovdqu(cpu, maskmov(cpu)));

    assertThat(fault.vector()).isEqualTo(Vector.PF);
    assertThat(fault.address()).isEqualTo(MISSING);
    assertThat(cpu.memory.read(MISSING - 8, 8)).isZero();
  }

  @Test
  void maskmovdqu_withoutSelectedBytes_faultsAllTheSame() {
    CpuState cpu = processor(MISSING, 0x7F7F_7F7FL, 0);

    GuestException fault =
        catchThrowableOfType(GuestException.class, () -> SseMove.maskmovdqu(cpu, maskmov(cpu)));

    assertThat(fault.vector()).isEqualTo(Vector.PF);
  }

  @Test
  void movss_betweenRegisters_keepsTheRest() {
    CpuState cpu = TestProcessor.in64Bit();
    cpu.xmm[2] = 0x1111_1111_2222_2222L;
    cpu.xmm[4] = 0x3333_3333_4444_4444L;

    SseMove.movss(cpu, 1, 2);

    assertThat(cpu.xmm[2]).isEqualTo(0x1111_1111_4444_4444L);
  }

  @Test
  void movss_fromMemory_clearsTheRest() {
    CpuState cpu = TestProcessor.in64Bit();
    cpu.xmm[2] = -1;
    cpu.xmm[3] = -1;
    cpu.xmm[2 * CpuState.TEMPORARY_XMM] = 0x4444_4444L;

    SseMove.movssLoad(cpu, 1, CpuState.TEMPORARY_XMM);

    assertThat(cpu.xmm[2]).isEqualTo(0x4444_4444L);
    assertThat(cpu.xmm[3]).isZero();
  }

  private static CpuState processor(long rdi, long maskLow, long maskHigh) {
    CpuState cpu = TestProcessor.withPageMissing(MISSING);
    cpu.gpr[Reg.RDI] = rdi;
    cpu.xmm[2] = 0x1716_1514_1312_1110L;
    cpu.xmm[3] = 0x1F1E_1D1C_1B1A_1918L;
    cpu.xmm[4] = maskLow;
    cpu.xmm[5] = maskHigh;
    return cpu;
  }

  private static dev.hagen.decode.Instruction maskmov(CpuState cpu) {
    return TestProcessor.insn(cpu, Op.MASKMOVDQU, 4, new Operand.Xmm(1, 16, false), new Operand.Xmm(2, 16, false));
  }
}
