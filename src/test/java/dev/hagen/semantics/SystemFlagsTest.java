package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class SystemFlagsTest {
  private static final Fault REFUSED = new Fault(Vector.GP, 0);

  @Test
  void sti_holdsInterruptsOffForOneInstruction_unlessTheyWereOn() {
    try (SystemGuest guest = protectedMode()) {
      guest.execute(Op.STI, 4);
      assertTrue(guest.cpu.interruptShadow);
      assertTrue(guest.cpu.leaveBlock);
      guest.cpu.interruptShadow = false;
      guest.execute(Op.STI, 4);
      assertFalse(guest.cpu.interruptShadow);
    }
  }

  @Test
  void cli_inRing3_needsIopl() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      assertEquals(REFUSED, guest.faultOf(Op.CLI, 4));
      guest.cpu.systemFlags |= Flags.IOPL;
      assertNull(guest.faultOf(Op.CLI, 4));
      assertEquals(0, guest.cpu.systemFlags & Flags.IF);
    }
  }

  @Test
  void cli_inRing3WithVirtualInterrupts_changesVif() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.cpu.cr4 = Control.CR4_PVI;
      guest.cpu.systemFlags |= Flags.VIF;
      guest.execute(Op.CLI, 4);
      assertEquals(Flags.IF, guest.cpu.systemFlags & (Flags.IF | Flags.VIF));
      guest.execute(Op.STI, 4);
      assertEquals(Flags.IF | Flags.VIF, guest.cpu.systemFlags & (Flags.IF | Flags.VIF));
      assertFalse(guest.cpu.interruptShadow);
    }
  }

  @Test
  void sti_inVirtual8086ModeWithPendingInterrupt_isRefused() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.cpu.systemFlags |= Flags.VIP;
      assertEquals(REFUSED, guest.faultOf(Op.STI, 2));
      assertNull(guest.faultOf(Op.CLI, 2));
    }
  }

  @Test
  void popf_inRing0_changesEverythingButVmRfVifVip() {
    try (SystemGuest guest = protectedMode()) {
      guest.prepareStack(4, 0xFFFF_FFFFL);
      guest.execute(Op.POPF, 4);
      int refused = Flags.VM | Flags.RF | Flags.VIF | Flags.VIP;
      assertEquals(Flags.ALL & ~refused | 2, guest.cpu.flags());
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void popf_inRing3_leavesIoplAndInterruptFlag() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.prepareStack(4, Flags.IOPL | Flags.ZF);
      guest.execute(Op.POPF, 4);
      assertEquals(Flags.IF | Flags.ZF | 2, guest.cpu.flags());
    }
  }

  @Test
  void popf16_leavesUpperFlags() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.systemFlags |= Flags.ID | Flags.AC;
      guest.prepareStack(2, Flags.CF);
      guest.execute(Op.POPF, 2);
      assertEquals(Flags.ID | Flags.AC | Flags.CF | 2, guest.cpu.flags());
    }
  }

  @Test
  void pushf_hidesVmAndRf() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(3)) {
      guest.cpu.systemFlags |= Flags.RF;
      guest.execute(Op.PUSHF, 4);
      assertEquals(Flags.IOPL | Flags.IF | 2, guest.stack(0, 4));
    }
  }

  @Test
  void pushf_inVirtual8086Mode_needsIoplOrExtensions() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      assertEquals(REFUSED, guest.faultOf(Op.PUSHF, 2));
      guest.cpu.cr4 = Control.CR4_VME;
      assertEquals(REFUSED, guest.faultOf(Op.PUSHF, 4));
      guest.execute(Op.PUSHF, 2);
      assertEquals(Flags.IOPL | 2, guest.stack(0, 2));
    }
  }

  @Test
  void popf_inVirtual8086ModeWithExtensions_movesInterruptFlagToVif() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.prepareStack(2, Flags.IF | Flags.IOPL | Flags.SF);
      guest.execute(Op.POPF, 2);
      assertEquals(Flags.VM | Flags.VIF | Flags.IF | Flags.SF | 2, guest.cpu.flags());
    }
  }

  @Test
  void popf_inVirtual8086ModeWithExtensions_refusesTrapFlag() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(0)) {
      guest.cpu.cr4 = Control.CR4_VME;
      guest.prepareStack(2, Flags.TF);
      assertEquals(REFUSED, guest.faultOf(Op.POPF, 2));
      assertEquals(USER_STACK - 2, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void stac_existsOnlyWithSmap() {
    try (SystemGuest guest = longMode()) {
      assertEquals(new Fault(Vector.UD, 0), guest.faultOf(Op.STAC, 4));
    }
    try (SystemGuest guest = longMode("max")) {
      assertNull(guest.faultOf(Op.STAC, 4));
      assertEquals(Flags.AC, guest.cpu.systemFlags & Flags.AC);
      assertNull(guest.faultOf(Op.CLAC, 4));
      assertEquals(0, guest.cpu.systemFlags & Flags.AC);
    }
  }
}
