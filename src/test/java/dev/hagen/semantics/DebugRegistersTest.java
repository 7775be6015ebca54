package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class DebugRegistersTest {
  private static Fault write(SystemGuest guest, int index, long value) {
    guest.cpu.gpr[Reg.RAX] = value;
    return guest.faultOf(Op.MOV_TO_DR, 8, debug(index), register(Reg.RAX, 8));
  }

  @Test
  void fixedBits_stayAsTheyAre() {
    try (SystemGuest guest = longMode()) {
      write(guest, 6, 0);
      write(guest, 7, 0xFFFF_FFFFL);
      assertEquals(0xFFFF_0FF0L, guest.cpu.dr[6]);
      assertEquals(0xFFFF_27FFL, guest.cpu.dr[7]);
    }
  }

  @Test
  void upperHalfOfStatusAndControl_isRefused() {
    try (SystemGuest guest = longMode()) {
      assertEquals(new Fault(Vector.GP, 0), write(guest, 7, 1L << 32));
      assertNull(write(guest, 0, 1L << 40));
    }
  }

  @Test
  void dr4_isDr6_unlessDebugExtensionsAreOn() {
    try (SystemGuest guest = longMode()) {
      guest.execute(Op.MOV_FROM_DR, 8, register(Reg.RBX, 8), debug(4));
      assertEquals(guest.cpu.dr[6], guest.cpu.gpr[Reg.RBX]);
      guest.cpu.cr4 |= Control.CR4_DE;
      assertEquals(new Fault(Vector.UD, 0),
          guest.faultOf(Op.MOV_FROM_DR, 8, register(Reg.RBX, 8), debug(4)));
    }
  }

  @Test
  void generalDetect_raisesDebugExceptionBeforeAccess() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.dr[7] |= DebugRegisters.GENERAL_DETECT;
      assertEquals(new Fault(Vector.DB, 0), write(guest, 0, 5));
      assertEquals(0, guest.cpu.dr[0]);
      assertEquals(DebugRegisters.ACCESS_DETECTED, guest.cpu.dr[6] & DebugRegisters.ACCESS_DETECTED);
    }
  }

  @Test
  void ring3_isRefused() {
    try (SystemGuest guest = longMode().inUserMode()) {
      assertEquals(new Fault(Vector.GP, 0), write(guest, 0, 5));
    }
  }

  @Test
  void instructionBreakpoint_matchesItsAddressOnly() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.dr[2] = CODE;
      guest.cpu.dr[7] |= 1 << 4;
      assertTrue(DebugRegisters.hasInstructionBreakpoints(guest.cpu));
      assertEquals(4, DebugRegisters.instructionHits(guest.cpu, CODE));
      assertEquals(0, DebugRegisters.instructionHits(guest.cpu, CODE + 1));
    }
  }

  @Test
  void dataBreakpoint_trapsAfterStore_withItsBitInDr6() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.dr[0] = DATA;
      write(guest, 7, 1 | 1 << 16 | 3 << 18);
      guest.execute(Op.SIDT, 4, memory(DATA - 4, 10));
      assertTrue(DebugRegisters.takeTrap(guest.cpu, true));
      assertEquals(0xFFFF_0FF1L | DebugRegisters.SINGLE_STEP, guest.cpu.dr[6]);
      assertFalse(DebugRegisters.takeTrap(guest.cpu, false));
    }
  }
}
