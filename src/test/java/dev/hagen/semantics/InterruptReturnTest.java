package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class InterruptReturnTest {
  @Test
  void realMode_restoresEverything() {
    try (SystemGuest guest = realMode()) {
      guest.prepareStack(2, 0x123, 0x1000, Flags.IF | Flags.CF | Flags.IOPL);
      guest.execute(Op.IRET, 2);
      assertEquals(0x123, guest.cpu.rip);
      assertEquals(0x1000, guest.cpu.segment[Reg.CS].selector);
      assertEquals(Flags.IF | Flags.CF | Flags.IOPL | 2, guest.cpu.flags());
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void samePrivilege_doesNotPopStack() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0x777, CODE0, Flags.IF | Flags.RF);
      guest.execute(Op.IRET, 4);
      assertEquals(0x777, guest.cpu.rip);
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(Flags.IF | Flags.RF | 2, guest.cpu.flags());
      assertTrue(guest.cpu.transferred);
    }
  }

  @Test
  void toRing3_popsStackAndDropsKernelSegments() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0x777, CODE3, Flags.IF, USER_STACK, DATA3);
      guest.execute(Op.IRET, 4);
      assertEquals(3, guest.cpu.cpl);
      assertEquals(USER_STACK, guest.cpu.gpr[Reg.RSP]);
      assertFalse(guest.cpu.segment[Reg.ES].isUsable());
    }
  }

  @Test
  void toRing3_turnsEveryNullSelectorIntoZero() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.segment[Reg.GS].set(3, 0, 0, 0);
      guest.prepareStack(4, 0x777, CODE3, Flags.IF, USER_STACK, DATA3);
      guest.execute(Op.IRET, 4);
      assertEquals(0, guest.cpu.segment[Reg.GS].selector);
    }
  }

  @Test
  void toRing3_inLongMode_keepsTheBaseOfANullSegment() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.segment[Reg.FS].set(0, 0x1234_5678_9000L, 0, 0);
      guest.prepareStack(8, 0x777, CODE64_3, Flags.IF, USER_STACK, DATA3);
      guest.execute(Op.IRET, 8);
      assertEquals(0x1234_5678_9000L, guest.cpu.segment[Reg.FS].base);
    }
  }

  @Test
  void codeSelectorBeyondTheStacksPage_faultsAtTheFlagsFirst() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RSP] = 0x20_0000 - 2;
      GuestException fault = assertThrows(GuestException.class, () -> guest.execute(Op.IRET, 8));
      assertEquals(0x20_0000 - 2 + 16, fault.address());
    }
  }

  @Test
  void ring3_cannotChangeIoplNorInterruptFlag() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.prepareStack(4, 0x777, CODE3, Flags.IOPL | Flags.CF);
      guest.execute(Op.IRET, 4);
      assertEquals(Flags.IF | Flags.CF | 2, guest.cpu.flags());
    }
  }

  @Test
  void ring3_cannotEnterVirtual8086Mode() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.prepareStack(4, 0x777, CODE3, Flags.VM);
      guest.execute(Op.IRET, 4);
      assertFalse(guest.cpu.isVirtual8086());
    }
  }

  @Test
  void ring0_entersVirtual8086Mode() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0x100, 0x2000, Flags.VM | Flags.IF, 0xFFF0, 0x3000, 0x4000, 0x5000, 0x6000, 0x7000);
      guest.execute(Op.IRET, 4);
      assertTrue(guest.cpu.isVirtual8086());
      assertEquals(3, guest.cpu.cpl);
      assertEquals(0x20000, guest.cpu.segment[Reg.CS].base);
      assertEquals(0xFFF0, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0x30000, guest.cpu.segment[Reg.SS].base);
      assertEquals(0x40000, guest.cpu.segment[Reg.ES].base);
      assertEquals(0x50000, guest.cpu.segment[Reg.DS].base);
      assertEquals(0x60000, guest.cpu.segment[Reg.FS].base);
      assertEquals(0x70000, guest.cpu.segment[Reg.GS].base);
      assertEquals(2, guest.cpu.stackSize());
    }
  }

  @Test
  void nullStack_outsideLongMode_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0x777, CODE3, 0, USER_STACK, 0);
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 4));
      assertEquals(0, guest.cpu.cpl);
    }
  }

  @Test
  void longMode_samePrivilege_popsStackPointer() {
    try (SystemGuest guest = longMode()) {
      guest.prepareStack(8, 0x777, CODE64, 0, 0x1234, 0);
      guest.execute(Op.IRET, 8);
      assertEquals(0x1234, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0, guest.cpu.segment[Reg.SS].selector);
      assertEquals(0x777, guest.cpu.rip);
    }
  }

  @Test
  void longMode_toRing3_enters64BitCode() {
    try (SystemGuest guest = longMode()) {
      guest.prepareStack(8, 0x777, CODE64_3, Flags.IF, 0x7FFF_FFFF_FFF0L, DATA3);
      guest.execute(Op.IRET, 8);
      assertEquals(3, guest.cpu.cpl);
      assertTrue(guest.cpu.is64Bit());
      assertEquals(0x7FFF_FFFF_FFF0L, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void longMode_toCompatibilityCode_cutsStackPointer() {
    try (SystemGuest guest = longMode()) {
      guest.prepareStack(8, 0x777, CODE3, Flags.IF, 0x1_0000_8000L, DATA3);
      guest.execute(Op.IRET, 8);
      assertFalse(guest.cpu.is64Bit());
      assertEquals(0x8000, guest.cpu.gpr[Reg.RSP]);
      assertEquals(4, guest.cpu.stackSize());
    }
  }

  @Test
  void longMode_targetNotCanonical_isGeneralProtection() {
    try (SystemGuest guest = longMode()) {
      guest.prepareStack(8, 0x8000_0000_0000L, CODE64, 0, KERNEL_STACK, 0);
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 8));
    }
  }

  @Test
  void longMode_nestedTask_isGeneralProtection() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.systemFlags |= Flags.NT;
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 8));
    }
  }

  @Test
  void nmi_isUnblockedEvenByFaultingReturn() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.nmiBlocked = true;
      guest.prepareStack(4, 0x777, 0, 0);
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 4));
      assertFalse(guest.cpu.nmiBlocked);
    }
  }

  @Test
  void virtual8086_withLowIopl_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(2)) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 2));
    }
  }

  @Test
  void virtual8086_withExtensions_movesInterruptFlagToVif() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.prepareStack(2, 0x100, 0x2000, Flags.IF);
      assertNull(guest.faultOf(Op.IRET, 2));
      assertEquals(Flags.VIF, guest.cpu.systemFlags & Flags.VIF);
      assertEquals(0, guest.cpu.iopl());
      assertTrue(guest.cpu.isVirtual8086());
    }
  }

  @Test
  void virtual8086_withExtensionsAndPendingInterrupt_isGeneralProtection() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.cpu.systemFlags |= Flags.VIP;
      guest.prepareStack(2, 0x100, 0x2000, Flags.IF);
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.IRET, 2));
    }
  }
}
