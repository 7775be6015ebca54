package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.Pending;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortInstructionsTest {
  private static final Fault REFUSED = new Fault(Vector.GP, 0);
  private static final int PORT = 0x3F8;

  @Test
  void in_fillsAccumulator() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = 0x1111_1111_1111_1111L;
      guest.cpu.gpr[Reg.RDX] = 0xABCD_0000L | PORT;
      guest.portValue = 0x42;
      guest.execute(Op.IN, 1, register(Reg.RAX, 1), register(Reg.RDX, 2));
      assertEquals(0x1111_1111_1111_1142L, guest.cpu.gpr[Reg.RAX]);
      assertEquals(List.of(new PortAccess(PORT, -1, 1)), guest.ports);
    }
  }

  @Test
  void out_withImmediatePort_hasEightBits() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = 0x1234_5678;
      guest.execute(Op.OUT, 2, immediate(0x80), register(Reg.RAX, 2));
      assertEquals(List.of(new PortAccess(0x80, 0x5678, 2)), guest.ports);
    }
  }

  @Test
  void ring3_needsBitsOfPermissionBitmapCleared() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.cpu.gpr[Reg.RDX] = 9;
      guest.poke(TSS + 0x69, 0b1000, 1);
      assertNull(guest.faultOf(Op.IN, 2, register(Reg.RAX, 2), register(Reg.RDX, 2)));
      assertEquals(REFUSED, guest.faultOf(Op.IN, 4, register(Reg.RAX, 4), register(Reg.RDX, 2)));
      assertEquals(1, guest.ports.size());
    }
  }

  @Test
  void ring3_beyondPermissionBitmap_isRefused() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.cpu.tr.limit = 0x68;
      assertEquals(REFUSED, guest.faultOf(Op.IN, 1, register(Reg.RAX, 1), immediate(0)));
      guest.cpu.tr.limit = 0x69;
      assertNull(guest.faultOf(Op.IN, 1, register(Reg.RAX, 1), immediate(0)));
    }
  }

  @Test
  void ring3_withIopl_needsNoBitmap() {
    try (SystemGuest guest = protectedMode().inUserMode()) {
      guest.cpu.tr.limit = 0x20;
      guest.cpu.systemFlags |= Flags.IOPL;
      assertNull(guest.faultOf(Op.IN, 1, register(Reg.RAX, 1), immediate(0)));
    }
  }

  @Test
  void virtual8086_needsBitmapWhateverIopl() {
    try (SystemGuest guest = protectedMode().inVirtual8086Mode(3)) {
      guest.cpu.tr.limit = 0x20;
      assertEquals(REFUSED, guest.faultOf(Op.IN, 1, register(Reg.RAX, 1), immediate(0)));
    }
  }

  @Test
  void repeatedInput_fillsMemory() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RDI] = DATA;
      guest.cpu.gpr[Reg.RCX] = 3;
      guest.cpu.gpr[Reg.RDX] = 0x1F0;
      guest.portValue = 0xBEEF;
      guest.execute(guest.instruction(Op.INS, 2, Instruction.Prefix.REP));
      assertEquals(0xBEEF_BEEF_BEEFL, guest.peek(DATA, 8));
      assertEquals(DATA + 6, guest.cpu.gpr[Reg.RDI]);
      assertEquals(0, guest.cpu.gpr[Reg.RCX]);
      assertEquals(CODE + 2, guest.cpu.rip);
    }
  }

  @Test
  void repeatedOutput_isInterruptibleAfterEachElement() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RSI] = DATA;
      guest.cpu.gpr[Reg.RCX] = 3;
      guest.cpu.post(Pending.INTERRUPT);
      guest.execute(guest.instruction(Op.OUTS, 1, Instruction.Prefix.REP));
      assertEquals(CODE, guest.cpu.rip);
      assertEquals(2, guest.cpu.gpr[Reg.RCX]);
      assertEquals(DATA + 1, guest.cpu.gpr[Reg.RSI]);
      assertTrue(guest.cpu.leaveBlock);
    }
  }

  @Test
  void input_toMemoryThatFaults_doesNotTouchPort() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RDI] = 0x4000_0000L;
      assertEquals(new Fault(Vector.PF, 2), guest.faultOf(guest.instruction(Op.INS, 1, 0)));
      assertEquals(List.of(), guest.ports);
    }
  }

  @Test
  void portBreakpoint_trapsAfterAccess() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.cr4 = Control.CR4_DE;
      guest.cpu.dr[1] = PORT;
      guest.cpu.dr[7] = 0x400 | 1 << 2 | 2 << 20;
      guest.cpu.gpr[Reg.RDX] = PORT;
      guest.execute(Op.OUT, 1, register(Reg.RDX, 2), register(Reg.RAX, 1));
      assertTrue(DebugRegisters.takeTrap(guest.cpu, false));
      assertEquals(0xFFFF_0FF2L, guest.cpu.dr[6]);
    }
  }
}
