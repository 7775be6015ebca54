package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class TaskSwitchTest {
  private static final int TASK_CODE = 0x6000;
  private static final int TASK_STACK = 0xC000;

  /** A guest whose other TSS describes a ring-0 task with flat segments. */
  private static SystemGuest guest() {
    SystemGuest guest = protectedMode();
    guest.poke(OTHER_TSS + 0x20, TASK_CODE, 4);
    guest.poke(OTHER_TSS + 0x24, Flags.CF | 2, 4);
    guest.poke(OTHER_TSS + 0x28, 0x1111, 4);
    guest.poke(OTHER_TSS + 0x38, TASK_STACK, 4);
    guest.poke(OTHER_TSS + 0x48, DATA0, 4);
    guest.poke(OTHER_TSS + 0x4C, CODE0, 4);
    guest.poke(OTHER_TSS + 0x50, DATA0, 4);
    guest.poke(OTHER_TSS + 0x54, DATA0, 4);
    return guest;
  }

  private static int busy(SystemGuest guest, int selector) {
    return (int) guest.peek(GDT + selector + 5, 1) >> 1 & 1;
  }

  @Test
  void jump_savesOldTaskAndStartsNewOne() {
    try (SystemGuest guest = guest()) {
      guest.cpu.gpr[Reg.RCX] = 0x4444;
      guest.execute(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0x999));
      assertEquals(TASK_CODE, guest.cpu.rip);
      assertEquals(0x1111, guest.cpu.gpr[Reg.RAX]);
      assertEquals(TASK_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(Flags.CF | 2, guest.cpu.flags());
      assertEquals(CODE + 2, guest.peek(TSS + 0x20, 4));
      assertEquals(0x4444, guest.peek(TSS + 0x2C, 4));
      assertEquals(DATA0, guest.peek(TSS + 0x50, 4));
      assertEquals(OTHER_TSS_SELECTOR, guest.cpu.tr.selector);
      assertEquals(OTHER_TSS, guest.cpu.tr.base);
      assertEquals(0, busy(guest, TSS_SELECTOR));
      assertEquals(1, busy(guest, OTHER_TSS_SELECTOR));
      assertEquals(Control.CR0_TS, guest.cpu.cr0 & Control.CR0_TS);
    }
  }

  @Test
  void call_linksBackAndNests_returnEndsIt() {
    try (SystemGuest guest = guest()) {
      guest.execute(Op.CALL_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0));
      assertEquals(TSS_SELECTOR, guest.peek(OTHER_TSS, 2));
      assertEquals(Flags.NT, guest.cpu.systemFlags & Flags.NT);
      assertEquals(1, busy(guest, TSS_SELECTOR));
      guest.execute(Op.IRET, 4);
      assertEquals(CODE + 2, guest.cpu.rip);
      assertEquals(TSS_SELECTOR, guest.cpu.tr.selector);
      assertEquals(0, busy(guest, OTHER_TSS_SELECTOR));
      assertEquals(1, busy(guest, TSS_SELECTOR));
      assertEquals(0, guest.peek(OTHER_TSS + 0x24, 4) & Flags.NT);
    }
  }

  @Test
  void jump_toBusyTask_isGeneralProtection() {
    try (SystemGuest guest = guest()) {
      assertEquals(new Fault(Vector.GP, TSS_SELECTOR), guest.faultOf(Op.JMP_FAR, 4, farPointer(TSS_SELECTOR, 0)));
    }
  }

  @Test
  void jump_toTooSmallTss_isInvalidTss() {
    try (SystemGuest guest = guest()) {
      guest.descriptor(OTHER_TSS_SELECTOR, OTHER_TSS, 0x66, 0x89, 0);
      assertEquals(new Fault(Vector.TS, OTHER_TSS_SELECTOR),
          guest.faultOf(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0)));
      assertEquals(TSS_SELECTOR, guest.cpu.tr.selector);
    }
  }

  @Test
  void jump_toTssNotPresent_isNotPresent() {
    try (SystemGuest guest = guest()) {
      guest.descriptor(OTHER_TSS_SELECTOR, OTHER_TSS, 0x67, 0x09, 0);
      assertEquals(new Fault(Vector.NP, OTHER_TSS_SELECTOR),
          guest.faultOf(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0)));
    }
  }

  @Test
  void jump_throughTaskGate_ignoresItsTssPrivilege() {
    try (SystemGuest guest = guest().inUserMode()) {
      guest.callGate(FREE, OTHER_TSS_SELECTOR, 0, 0xE5, 0);
      assertNull(guest.faultOf(Op.JMP_FAR, 4, farPointer(FREE | 3, 0)));
      assertEquals(0, guest.cpu.cpl);
      assertEquals(TASK_CODE, guest.cpu.rip);
    }
  }

  @Test
  void newTask_withBadStack_getsInvalidTssInItsOwnContext() {
    try (SystemGuest guest = guest()) {
      guest.poke(OTHER_TSS + 0x50, DATA3, 4);
      guest.gate(Vector.TS, TSS_SELECTOR + 0x40, 0, 0x85);
      guest.descriptor(TSS_SELECTOR + 0x40, 0x3200, 0x67, 0x89, 0);
      guest.poke(0x3220, HANDLER, 4);
      guest.poke(0x3238, TASK_STACK, 4);
      guest.poke(0x324C, CODE0, 4);
      guest.poke(0x3250, DATA0, 4);
      guest.execute(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0));
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(DATA3 & ~3, guest.stack(0, 4));
      assertEquals(TASK_CODE, guest.peek(OTHER_TSS + 0x20, 4));
    }
  }

  @Test
  void interruptThroughTaskGate_pushesErrorCodeOnNewStack() {
    try (SystemGuest guest = guest()) {
      guest.gate(Vector.GP, OTHER_TSS_SELECTOR, 0, 0x85);
      InterruptDelivery.deliver(guest.cpu, guest.cpu.generalProtection(0x48));
      assertEquals(TASK_CODE, guest.cpu.rip);
      assertEquals(TASK_STACK - 4, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0x48, guest.stack(0, 4));
      assertEquals(CODE, guest.peek(TSS + 0x20, 4));
      assertEquals(Flags.RF | 2, guest.peek(TSS + 0x24, 4));
    }
  }

  @Test
  void task16_loadsWords() {
    try (SystemGuest guest = guest()) {
      guest.descriptor(FREE, 0x3300, 0x2B, 0x81, 0);
      guest.poke(0x330E, TASK_CODE, 2);
      guest.poke(0x3312, 0x2222, 2);
      guest.poke(0x331A, 0x7000, 2);
      guest.poke(0x3322, DATA16, 2);
      guest.poke(0x3324, CODE16, 2);
      guest.poke(0x3326, DATA16, 2);
      guest.poke(0x3328, DATA16, 2);
      guest.execute(Op.JMP_FAR, 4, farPointer(FREE, 0));
      assertEquals(TASK_CODE, guest.cpu.rip);
      assertEquals(0x2222, guest.cpu.register(Reg.RAX, 2));
      assertEquals(2, guest.cpu.stackSize());
    }
  }

  @Test
  void newTask_withTrapFlag_getsDebugExceptionWithBt() {
    try (SystemGuest guest = guest()) {
      guest.poke(OTHER_TSS + 0x64, 1, 2);
      guest.execute(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0));
      assertTrue(DebugRegisters.takeTrap(guest.cpu, false));
      assertEquals(DebugRegisters.TASK_SWITCH, guest.cpu.dr[6] & 0xE00F);
    }
  }

  @Test
  void newTask_ofVirtual8086Mode_getsParagraphSegments() {
    try (SystemGuest guest = guest()) {
      guest.poke(OTHER_TSS + 0x24, Flags.VM | 2, 4);
      guest.poke(OTHER_TSS + 0x4C, 0x1000, 4);
      guest.execute(Op.JMP_FAR, 4, farPointer(OTHER_TSS_SELECTOR, 0));
      assertTrue(guest.cpu.isVirtual8086());
      assertEquals(0x10000, guest.cpu.segment[Reg.CS].base);
      assertEquals(3, guest.cpu.cpl);
    }
  }

  @Test
  void returnToPrevious_withAvailableLink_isInvalidTss() {
    try (SystemGuest guest = guest()) {
      guest.cpu.systemFlags |= Flags.NT;
      guest.poke(TSS, OTHER_TSS_SELECTOR, 2);
      assertEquals(new Fault(Vector.TS, OTHER_TSS_SELECTOR), guest.faultOf(Op.IRET, 4));
    }
  }
}
