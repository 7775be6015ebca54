package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Msr;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class ControlRegistersTest {
  private static final Fault REFUSED = new Fault(Vector.GP, 0);

  private static Fault write(SystemGuest guest, int index, long value) {
    guest.cpu.gpr[Reg.RAX] = value;
    return guest.faultOf(Op.MOV_TO_CR, 8, control(index), register(Reg.RAX, 8));
  }

  @Test
  void protectionEnabledInRealMode_keepsSegments() {
    try (SystemGuest guest = realMode()) {
      assertNull(write(guest, 0, Control.CR0_PE));
      assertTrue(guest.cpu.isProtected());
      assertEquals(2, guest.cpu.stackSize());
      assertEquals(Control.CR0_PE | Control.CR0_ET, guest.cpu.cr0);
      assertTrue(guest.cpu.leaveBlock);
    }
  }

  @Test
  void pagingWithoutProtection_isRefused() {
    try (SystemGuest guest = realMode()) {
      assertEquals(REFUSED, write(guest, 0, Control.CR0_PG));
    }
  }

  @Test
  void notWriteThroughWithCachesOn_isRefused() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(REFUSED, write(guest, 0, Control.CR0_PE | Control.CR0_NW));
    }
  }

  @Test
  void pagingWithLongModeEnabled_activatesLongMode() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.cr4 = Control.CR4_PAE;
      guest.cpu.efer = Control.EFER_LME;
      assertNull(write(guest, 0, guest.cpu.cr0 | Control.CR0_PG));
      assertTrue(guest.cpu.isLongMode());
      assertFalse(guest.cpu.is64Bit());
    }
  }

  @Test
  void pagingWithLongModeEnabled_withoutPae_isRefused() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.efer = Control.EFER_LME;
      assertEquals(REFUSED, write(guest, 0, guest.cpu.cr0 | Control.CR0_PG));
      assertFalse(guest.cpu.isLongMode());
    }
  }

  @Test
  void pagingOff_in64BitCode_isRefused() {
    try (SystemGuest guest = longMode()) {
      assertEquals(REFUSED, write(guest, 0, guest.cpu.cr0 & ~Control.CR0_PG));
    }
  }

  @Test
  void pagingOff_inCompatibilityCode_leavesLongMode() {
    try (SystemGuest guest = longMode()) {
      guest.execute(Op.JMP_FAR, 4, farPointer(CODE0, 0x100));
      assertNull(write(guest, 0, Control.CR0_PE));
      assertFalse(guest.cpu.isLongMode());
    }
  }

  @Test
  void paePaging_withReservedBitsInPointer_isRefused() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.cr4 = Control.CR4_PAE;
      guest.cpu.cr3 = PAGE_TABLES;
      guest.poke(PAGE_TABLES, 3, 8);
      assertEquals(REFUSED, write(guest, 0, guest.cpu.cr0 | Control.CR0_PG));
      assertEquals(0, guest.cpu.cr0 & Control.CR0_PG);
    }
  }

  @Test
  void unknownBitsOfCr4_areRefused() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(REFUSED, write(guest, 4, 1L << 31));
      assertEquals(REFUSED, write(guest, 4, Control.CR4_SMAP));
    }
  }

  @Test
  void paeOff_inLongMode_isRefused() {
    try (SystemGuest guest = longMode()) {
      assertEquals(REFUSED, write(guest, 4, 0));
    }
  }

  @Test
  void pcidOn_needsLongModeAndPcidZero() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.cr3 |= 1;
      assertEquals(REFUSED, write(guest, 4, Control.CR4_PAE | Control.CR4_PCIDE));
      guest.cpu.cr3 &= ~1;
      assertNull(write(guest, 4, Control.CR4_PAE | Control.CR4_PCIDE));
    }
    try (SystemGuest guest = protectedMode()) {
      assertEquals(REFUSED, write(guest, 4, Control.CR4_PAE | Control.CR4_PCIDE));
    }
  }

  @Test
  void cr3_keepsNoFlushBitOut() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.cr4 |= Control.CR4_PCIDE;
      assertNull(write(guest, 3, PAGE_TABLES | 5 | Control.CR3_NO_FLUSH));
      assertEquals(PAGE_TABLES | 5, guest.cpu.cr3);
    }
  }

  @Test
  void cr3_beyondPhysicalAddresses_isRefused() {
    try (SystemGuest guest = longMode()) {
      assertEquals(REFUSED, write(guest, 3, 1L << 52));
      assertEquals(REFUSED, write(guest, 3, Control.CR3_NO_FLUSH | PAGE_TABLES));
    }
  }

  @Test
  void missingRegister_isUndefined() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.UD, 0), write(guest, 1, 0));
    }
  }

  @Test
  void ring3_isRefused() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertEquals(REFUSED, guest.faultOf(Op.MOV_FROM_CR, 4, register(Reg.RAX, 4), control(0)));
    }
  }

  @Test
  void loadMachineStatus_cannotClearProtection() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = 0xFFF8;
      guest.execute(Op.LMSW, 2, register(Reg.RAX, 2));
      assertEquals(Control.CR0_PE | Control.CR0_TS | Control.CR0_ET, guest.cpu.cr0);
    }
  }

  @Test
  void storeMachineStatus_underUmipInRing3_isRefused() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertNull(guest.faultOf(Op.SMSW, 4, register(Reg.RAX, 4)));
      guest.cpu.cr4 = Control.CR4_UMIP;
      assertEquals(REFUSED, guest.faultOf(Op.SMSW, 4, register(Reg.RAX, 4)));
      assertEquals(REFUSED, guest.faultOf(Op.SGDT, 4, memory(DATA, 6)));
      assertEquals(REFUSED, guest.faultOf(Op.STR, 4, register(Reg.RAX, 4)));
    }
  }

  @Test
  void longModeEnable_underPaging_isRefused() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RCX] = Msr.EFER & 0xFFFF_FFFFL;
      guest.cpu.gpr[Reg.RAX] = 0;
      assertEquals(REFUSED, guest.faultOf(Op.WRMSR, 4));
    }
  }

  @Test
  void automaticIbrs_canBeTurnedOn() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RCX] = Msr.EFER & 0xFFFF_FFFFL;
      guest.cpu.gpr[Reg.RAX] = Control.EFER_LME | Control.EFER_AIBRSE | Control.EFER_NXE;
      assertNull(guest.faultOf(Op.WRMSR, 4));
      assertEquals(Control.EFER_LME | Control.EFER_AIBRSE | Control.EFER_NXE | Control.EFER_LMA, guest.cpu.efer);
    }
  }
}
