package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** FXSAVE, XSAVE and their relatives, with what a processor with the same state stored. */
class XsaveAreaTest {
  private static final long FILL = 0xCCCC_CCCC_CCCC_CCCCL;
  private static final int STATE_BV = 512;
  private static final int COMP_BV = 520;
  private static final int XMM0 = 160;

  private final X87Guest guest = new X87Guest();

  @BeforeEach
  void fill() {
    for (int i = 0; i < STATE_BV; i += 8) {
      guest.setMemory(i, FILL, 8);
    }
    select(3);
  }

  private void select(long components) {
    guest.cpu.gpr[Reg.RAX] = components;
    guest.cpu.gpr[Reg.RDX] = 0;
  }

  private Instruction insn(Op op) {
    return guest.withMemory(op, 0);
  }

  private void assertGeneralProtection(Runnable action) {
    assertEquals(Vector.GP, assertThrows(GuestException.class, action::run).vector());
  }

  @Test
  void fxsave_nothingPending_storesZeroPointers() {
    guest.cpu.fip = 0x1234;
    guest.cpu.fop = 0x7FF;
    guest.load(1);
    guest.cpu.xmm[3] = 5;
    FxsaveArea.fxsave(guest.cpu, insn(Op.FXSAVE));
    assertEquals(0x0000_0080_3800_037FL, guest.memory(0, 8));
    assertEquals(0, guest.memory(8, 8));
    assertEquals(0x0002_FFFF_0000_1F80L, guest.memory(24, 8));
    assertEquals(Extended.INTEGER_BIT, guest.memory(32, 8));
    assertEquals(0x3FFF, guest.memory(40, 8));
    assertEquals(5, guest.memory(XMM0 + 24, 8));
    assertEquals(FILL, guest.memory(416, 8));
  }

  @Test
  void fxsave_exceptionPending_storesPointersOfBothForms() {
    guest.control(0x37E);
    X87Load.fld(guest.cpu, 0);
    guest.cpu.fop = 0x1C0;
    guest.cpu.fip = 0x1_2345_6789L;
    guest.cpu.fcs = 0x33;
    FxsaveArea.fxsave(guest.cpu, insn(Op.FXSAVE));
    assertEquals(0x01C0, guest.memory(6, 2));
    assertEquals(0x33_2345_6789L, guest.memory(8, 8));
    FxsaveArea.fxsave(guest.cpu, guest.withMemory(Op.FXSAVE, 0, 8, Instruction.Prefix.REX_W));
    assertEquals(0x1_2345_6789L, guest.memory(8, 8));
  }

  @Test
  void fxrstor_reservedMxcsrBit_faultsAndChangesNothing() {
    guest.load(1);
    guest.setMemory(24, 0x1_0000, 4);
    assertGeneralProtection(() -> FxsaveArea.fxrstor(guest.cpu, insn(Op.FXRSTOR)));
    guest.assertRegister(0, 1);
    assertEquals(0x1F80, guest.cpu.mxcsr);
  }

  @Test
  void fxsave_misaligned_faults() {
    guest.cpu.gpr[Reg.RBX] += 8;
    assertGeneralProtection(() -> FxsaveArea.fxsave(guest.cpu, insn(Op.FXSAVE)));
  }

  @Test
  void fxsave_fastFormAtCpl0_leavesXmmOut() {
    guest.cpu.efer |= Control.EFER_FFXSR;
    guest.cpu.xmm[0] = 1;
    FxsaveArea.fxsave(guest.cpu, insn(Op.FXSAVE));
    assertEquals(FILL, guest.memory(XMM0, 8));
    assertEquals(0x1F80, guest.memory(24, 4));
  }

  @Test
  void xsave_initialState_storesItWithClearStateBits() {
    guest.setMemory(STATE_BV, 7, 8);
    XsaveArea.xsave(guest.cpu, insn(Op.XSAVE));
    assertEquals(0x37F, guest.memory(0, 8));
    assertEquals(4, guest.memory(STATE_BV, 8));
  }

  @Test
  void xsaveopt_initialState_storesMxcsrOnly() {
    XsaveArea.xsaveopt(guest.cpu, insn(Op.XSAVEOPT));
    assertEquals(FILL, guest.memory(0, 8));
    assertEquals(0x0002_FFFF_0000_1F80L, guest.memory(24, 8));
    assertEquals(FILL, guest.memory(XMM0, 8));
    assertEquals(0, guest.memory(STATE_BV, 8));
  }

  @Test
  void xsavec_sseInUse_storesItInCompactedFormat() {
    guest.cpu.xmm[0] = -1;
    XsaveArea.xsavec(guest.cpu, insn(Op.XSAVEC));
    assertEquals(FILL, guest.memory(0, 8));
    assertEquals(-1, guest.memory(XMM0, 8));
    assertEquals(2, guest.memory(STATE_BV, 8));
    assertEquals(1L << 63 | 3, guest.memory(COMP_BV, 8));
  }

  @Test
  void xrstor_clearStateBits_initializesButLoadsMxcsrFromStandardFormat() {
    guest.load(1);
    guest.cpu.xmm[0] = -1;
    guest.setMemory(24, 0x1FA0, 4);
    clearHeader();
    XsaveArea.xrstor(guest.cpu, insn(Op.XRSTOR));
    assertEquals(0, guest.cpu.ftw);
    assertEquals(0, guest.cpu.xmm[0]);
    assertEquals(0x1FA0, guest.cpu.mxcsr);
  }

  @Test
  void xrstor_clearStateBitsOfCompactedFormat_initializesMxcsr() {
    guest.cpu.mxcsr = 0x1FA0;
    clearHeader();
    guest.setMemory(COMP_BV, 1L << 63 | 3, 8);
    XsaveArea.xrstor(guest.cpu, insn(Op.XRSTOR));
    assertEquals(0x1F80, guest.cpu.mxcsr);
  }

  @Test
  void xrstor_stateBitOutsideXcr0_faults() {
    clearHeader();
    guest.setMemory(STATE_BV, 4, 8);
    assertGeneralProtection(() -> XsaveArea.xrstor(guest.cpu, insn(Op.XRSTOR)));
  }

  @Test
  void xrstor_reservedHeaderBytes_fault() {
    clearHeader();
    guest.setMemory(STATE_BV + 16, 1, 8);
    assertGeneralProtection(() -> XsaveArea.xrstor(guest.cpu, insn(Op.XRSTOR)));
  }

  @Test
  void xsave_withoutOsxsave_isUndefined() {
    guest.cpu.cr4 &= ~Control.CR4_OSXSAVE;
    GuestException fault = assertThrows(GuestException.class, () -> XsaveArea.xsave(guest.cpu, insn(Op.XSAVE)));
    assertEquals(Vector.UD, fault.vector());
  }

  @Test
  void xgetbv_indexOne_tellsComponentsInUse() {
    guest.cpu.gpr[Reg.RCX] = 1;
    guest.load(1);
    XsaveArea.xgetbv(guest.cpu);
    assertEquals(1, guest.cpu.gpr[Reg.RAX]);
  }

  @Test
  void xsetbv_withoutX87_faults() {
    guest.cpu.gpr[Reg.RCX] = 0;
    select(2);
    assertGeneralProtection(() -> XsaveArea.xsetbv(guest.cpu));
  }

  private void clearHeader() {
    for (int i = STATE_BV; i < STATE_BV + 64; i += 8) {
      guest.setMemory(i, 0, 8);
    }
  }
}
