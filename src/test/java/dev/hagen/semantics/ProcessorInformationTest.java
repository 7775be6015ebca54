package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorInformationTest {
  private static final Fault REFUSED = new Fault(Vector.GP, 0);

  @Test
  void cpuid_clearsUpperHalves() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RAX] = 1L << 32;
      guest.cpu.gpr[Reg.RBX] = -1;
      guest.execute(Op.CPUID, 4);
      assertEquals(0xD, guest.cpu.gpr[Reg.RAX]);
      assertEquals(0x6874_7541, guest.cpu.gpr[Reg.RBX]);
    }
  }

  @Test
  void timestamp_inRing3_canBeForbidden() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.ticks = 0x1_2345_6789L;
      guest.execute(Op.RDTSC, 4);
      assertEquals(0x2345_6789, guest.cpu.gpr[Reg.RAX]);
      assertEquals(1, guest.cpu.gpr[Reg.RDX]);
      guest.cpu.cr4 |= Control.CR4_TSD;
      assertEquals(REFUSED, guest.faultOf(Op.RDTSC, 4));
      assertEquals(REFUSED, guest.faultOf(Op.RDTSCP, 4));
    }
  }

  @Test
  void rdtscp_tellsProcessorNumber() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.tscAux = 7;
      guest.execute(Op.RDTSCP, 4);
      assertEquals(7, guest.cpu.gpr[Reg.RCX]);
    }
  }

  @Test
  void msr_inRing3_isRefused() {
    try (SystemGuest guest = longMode().inUserMode()) {
      guest.cpu.gpr[Reg.RCX] = 0x10;
      assertEquals(REFUSED, guest.faultOf(Op.RDMSR, 4));
      assertEquals(REFUSED, guest.faultOf(Op.WRMSR, 4));
    }
  }

  @Test
  void performanceCounter_inRing3_needsPermission() {
    try (SystemGuest guest = longMode().inUserMode()) {
      assertEquals(REFUSED, guest.faultOf(Op.RDPMC, 4));
      guest.cpu.cr4 |= Control.CR4_PCE;
      assertNull(guest.faultOf(Op.RDPMC, 4));
      guest.cpu.gpr[Reg.RCX] = 4;
      assertEquals(REFUSED, guest.faultOf(Op.RDPMC, 4));
    }
  }

  @Test
  void halt_isForRing0() {
    try (SystemGuest guest = longMode()) {
      guest.execute(Op.HLT, 4);
      assertTrue(guest.halted);
      assertTrue(guest.cpu.leaveBlock);
      guest.inUserMode();
      assertEquals(REFUSED, guest.faultOf(Op.HLT, 4));
    }
  }

  @Test
  void monitor_isNotThere() {
    try (SystemGuest guest = longMode()) {
      assertEquals(new Fault(Vector.UD, 0), guest.faultOf(Op.MONITOR, 4));
      assertEquals(new Fault(Vector.UD, 0), guest.faultOf(Op.VMRUN, 4));
    }
  }

  @Test
  void hypercall_in64BitMode_takesAndGivesWholeRegisters() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RAX] = 0x1_0000_0001L;
      guest.cpu.gpr[Reg.RBX] = 0x2_0000_0002L;
      guest.cpu.gpr[Reg.RCX] = 0x3_0000_0003L;
      guest.hypercallResult = -1000;
      guest.execute(Op.VMMCALL, 4);
      assertEquals(List.of(new Hypercall(0x1_0000_0001L, 0x2_0000_0002L, 0x3_0000_0003L)), guest.hypercalls);
      assertEquals(-1000, guest.cpu.gpr[Reg.RAX]);
    }
  }

  @Test
  void hypercall_outside64BitMode_takesAndGives32Bits() {
    try (SystemGuest guest = protectedMode()) {
      guest.cpu.gpr[Reg.RAX] = 0x1_0000_0005L;
      guest.cpu.gpr[Reg.RBX] = -1;
      guest.cpu.gpr[Reg.RCX] = 3;
      guest.hypercallResult = -1000;
      guest.execute(Op.VMCALL, 4);
      assertEquals(List.of(new Hypercall(5, 0xFFFF_FFFFL, 3)), guest.hypercalls);
      assertEquals(0xFFFF_FC18L, guest.cpu.gpr[Reg.RAX]);
    }
  }

  @Test
  void invpcid_checksTypeAndDescriptor() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.gpr[Reg.RAX] = 4;
      assertEquals(REFUSED, guest.faultOf(Op.INVPCID, 8, register(Reg.RAX, 8), memory(DATA, 16)));
      guest.cpu.gpr[Reg.RAX] = 0;
      guest.poke(DATA, 0x1000, 8);
      assertEquals(REFUSED, guest.faultOf(Op.INVPCID, 8, register(Reg.RAX, 8), memory(DATA, 16)));
      guest.poke(DATA, 1, 8);
      assertEquals(REFUSED, guest.faultOf(Op.INVPCID, 8, register(Reg.RAX, 8), memory(DATA, 16)));
      guest.cpu.gpr[Reg.RAX] = 2;
      assertNull(guest.faultOf(Op.INVPCID, 8, register(Reg.RAX, 8), memory(DATA, 16)));
    }
  }
}
