package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

/** LGDT to LTR, and LAR to ARPL. */
class DescriptorInstructionsTest {
  private static Fault withSelector(SystemGuest guest, Op op, int selector) {
    guest.cpu.gpr[Reg.RAX] = selector;
    return guest.faultOf(op, 2, register(Reg.RAX, 2));
  }

  private static boolean inspect(SystemGuest guest, Op op, int selector) {
    guest.cpu.gpr[Reg.RAX] = selector;
    guest.execute(op, 4, register(Reg.RBX, 4), register(Reg.RAX, 4));
    return guest.cpu.zf();
  }

  @Test
  void lgdt_takesBaseByOperandSize() {
    try (SystemGuest guest = protectedMode()) {
      guest.poke(DATA, 0x1234_5678_00FFL, 8);
      guest.execute(Op.LGDT, 4, memory(DATA, 6));
      assertEquals(0xFF, guest.cpu.gdtrLimit);
      assertEquals(0x1234_5678L, guest.cpu.gdtrBase);
      guest.execute(Op.LIDT, 2, memory(DATA, 6));
      assertEquals(0x34_5678L, guest.cpu.idtrBase);
    }
  }

  @Test
  void lgdt_in64BitMode_refusesBaseNotCanonical() {
    try (SystemGuest guest = longMode()) {
      guest.poke(DATA + 2, 1L << 47, 8);
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.LGDT, 4, memory(DATA, 10)));
      assertEquals(GDT, guest.cpu.gdtrBase);
    }
  }

  @Test
  void sidt_storesLimitAndBase() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.idtrBase = 0xFFFF_FFFF_8000_0000L;
      guest.execute(Op.SIDT, 4, memory(DATA, 10));
      assertEquals(0x7FF, guest.peek(DATA, 2));
      assertEquals(0xFFFF_FFFF_8000_0000L, guest.peek(DATA + 2, 8));
    }
  }

  @Test
  void ltr_marksTaskBusy_andRefusesBusyOne() {
    try (SystemGuest guest = protectedMode()) {
      assertNull(withSelector(guest, Op.LTR, OTHER_TSS_SELECTOR));
      assertEquals(0x8B, guest.peek(GDT + OTHER_TSS_SELECTOR + 5, 1));
      assertEquals(OTHER_TSS, guest.cpu.tr.base);
      assertEquals(new Fault(Vector.GP, OTHER_TSS_SELECTOR), withSelector(guest, Op.LTR, OTHER_TSS_SELECTOR));
    }
  }

  @Test
  void ltr_inLongMode_readsSixteenBytes() {
    try (SystemGuest guest = longMode()) {
      guest.descriptor(FREE, 0x1234_5678, 0x67, 0x89, 0);
      guest.poke(GDT + FREE + 8, 0xFFFF_8000L, 8);
      assertNull(withSelector(guest, Op.LTR, FREE));
      assertEquals(0xFFFF_8000_1234_5678L, guest.cpu.tr.base);
    }
  }

  @Test
  void ltr_refusesNullAndNotPresent() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), withSelector(guest, Op.LTR, 0));
      guest.descriptor(FREE, OTHER_TSS, 0x67, 0x09, 0);
      assertEquals(new Fault(Vector.NP, FREE), withSelector(guest, Op.LTR, FREE));
    }
  }

  @Test
  void lldt_loadsTable_nullEmptiesIt() {
    try (SystemGuest guest = protectedMode()) {
      assertNull(withSelector(guest, Op.LLDT, LDT_SELECTOR));
      assertEquals(LDT, guest.cpu.ldtr.base);
      assertTrue(guest.cpu.ldtr.isUsable());
      assertNull(withSelector(guest, Op.LLDT, 0));
      assertFalse(guest.cpu.ldtr.isUsable());
      assertEquals(new Fault(Vector.GP, DATA0), withSelector(guest, Op.LLDT, DATA0));
    }
  }

  @Test
  void sldt_inRealMode_isUndefined() {
    try (SystemGuest guest = realMode()) {
      assertEquals(new Fault(Vector.UD, 0), guest.faultOf(Op.SLDT, 2, register(Reg.RAX, 2)));
    }
  }

  @Test
  void lar_tellsAccessRights() {
    try (SystemGuest guest = protectedMode()) {
      assertTrue(inspect(guest, Op.LAR, CODE3));
      assertEquals(0x00CF_FB00, guest.cpu.gpr[Reg.RBX]);
    }
  }

  @Test
  void lar_hidesDescriptorsOfInnerPrivilege() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.cpu.gpr[Reg.RBX] = 7;
      assertFalse(inspect(guest, Op.LAR, CODE0));
      assertEquals(7, guest.cpu.gpr[Reg.RBX]);
    }
  }

  @Test
  void lar_knowsGates_lslDoesNot() {
    try (SystemGuest guest = protectedMode()) {
      guest.callGate(FREE, CODE0, HANDLER, 0x8C, 0);
      assertTrue(inspect(guest, Op.LAR, FREE));
      assertFalse(inspect(guest, Op.LSL, FREE));
    }
  }

  @Test
  void lsl_appliesGranularity() {
    try (SystemGuest guest = protectedMode()) {
      assertTrue(inspect(guest, Op.LSL, DATA0));
      assertEquals(0xFFFF_FFFFL, guest.cpu.gpr[Reg.RBX]);
      assertTrue(inspect(guest, Op.LSL, DATA16));
      assertEquals(0xFFFF, guest.cpu.gpr[Reg.RBX]);
      assertFalse(inspect(guest, Op.LSL, 0x100));
      assertFalse(inspect(guest, Op.LSL, 0));
    }
  }

  @Test
  void verr_verw_tellReadableAndWritable() {
    try (SystemGuest guest = protectedMode()) {
      withSelector(guest, Op.VERR, CODE0);
      assertTrue(guest.cpu.zf());
      withSelector(guest, Op.VERW, CODE0);
      assertFalse(guest.cpu.zf());
      withSelector(guest, Op.VERW, DATA0);
      assertTrue(guest.cpu.zf());
      withSelector(guest, Op.VERR, TSS_SELECTOR);
      assertFalse(guest.cpu.zf());
    }
  }

  @Test
  void arpl_raisesRequestedPrivilegeLevel() {
    try (SystemGuest guest = protectedMode()) {
      guest.poke(DATA, 0x10, 2);
      guest.cpu.gpr[Reg.RBX] = 3;
      guest.execute(Op.ARPL, 2, memory(DATA, 2), register(Reg.RBX, 2));
      assertTrue(guest.cpu.zf());
      assertEquals(0x13, guest.peek(DATA, 2));
      guest.execute(Op.ARPL, 2, memory(DATA, 2), register(Reg.RBX, 2));
      assertFalse(guest.cpu.zf());
    }
  }
}
