package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.Test;

class FastSystemCallTest {
  private static final Fault UNDEFINED = new Fault(Vector.UD, 0);
  private static final long KERNEL = 0xFFFF_8000_0000_1000L;

  private static SystemGuest prepared(SystemGuest guest) {
    guest.cpu.star = 0x0033_0010L << 32 | 0x1234;
    guest.cpu.lstar = KERNEL;
    guest.cpu.cstar = KERNEL + 0x1000;
    guest.cpu.sfmask = Flags.IF | Flags.TF;
    guest.cpu.sysenterCs = 0x10;
    guest.cpu.sysenterEsp = KERNEL_STACK;
    guest.cpu.sysenterEip = HANDLER;
    return guest;
  }

  @Test
  void syscall_from64BitCode_entersAtLstar() {
    try (SystemGuest guest = prepared(longMode().inUserMode())) {
      guest.execute(Op.SYSCALL, 4);
      assertEquals(KERNEL, guest.cpu.rip);
      assertEquals(CODE + 2, guest.cpu.gpr[Reg.RCX]);
      assertEquals(Flags.IF | 2, guest.cpu.gpr[Reg.R11]);
      assertEquals(2, guest.cpu.flags());
      assertEquals(0x10, guest.cpu.segment[Reg.CS].selector);
      assertEquals(0x18, guest.cpu.segment[Reg.SS].selector);
      assertEquals(0, guest.cpu.cpl);
      assertEquals(USER_STACK, guest.cpu.gpr[Reg.RSP]);
    }
  }

  @Test
  void syscall_fromCompatibilityCode_onAmdEntersAtCstar() {
    try (SystemGuest guest = prepared(longMode().inCompatibilityMode())) {
      guest.execute(Op.SYSCALL, 4);
      assertEquals(KERNEL + 0x1000, guest.cpu.rip);
      assertTrue(guest.cpu.is64Bit());
    }
  }

  @Test
  void syscall_fromCompatibilityCode_onIntelIsUndefined() {
    try (SystemGuest guest = prepared(longMode("intel-v2").inCompatibilityMode())) {
      assertEquals(UNDEFINED, guest.faultOf(Op.SYSCALL, 4));
    }
  }

  @Test
  void syscall_inLegacyMode_onAmdEntersAtStar() {
    try (SystemGuest guest = prepared(protectedMode().inUserMode())) {
      guest.cpu.efer = Control.EFER_SCE;
      guest.execute(Op.SYSCALL, 4);
      assertEquals(0x1234, guest.cpu.rip);
      assertEquals(CODE + 2, guest.cpu.gpr[Reg.RCX]);
      assertEquals(0, guest.cpu.systemFlags & Flags.IF);
    }
  }

  @Test
  void syscall_notEnabled_isUndefined() {
    try (SystemGuest guest = prepared(longMode())) {
      guest.cpu.efer &= ~Control.EFER_SCE;
      assertEquals(UNDEFINED, guest.faultOf(Op.SYSCALL, 4));
    }
  }

  @Test
  void sysret_returnsTo64BitOr32BitCode() {
    try (SystemGuest guest = prepared(longMode())) {
      guest.cpu.gpr[Reg.RCX] = CODE;
      guest.cpu.gpr[Reg.R11] = Flags.IF | Flags.RF | Flags.VM;
      guest.execute(Op.SYSRET, 8);
      assertTrue(guest.cpu.is64Bit());
      assertEquals(3, guest.cpu.cpl);
      assertEquals(0x43, guest.cpu.segment[Reg.CS].selector);
      assertEquals(0x3B, guest.cpu.segment[Reg.SS].selector);
      assertEquals(Flags.IF | 2, guest.cpu.flags());
    }
    try (SystemGuest guest = prepared(longMode())) {
      guest.cpu.gpr[Reg.RCX] = 0x1_0000_0000L + CODE;
      guest.execute(Op.SYSRET, 4);
      assertFalse(guest.cpu.is64Bit());
      assertEquals(CODE, guest.cpu.rip);
      assertEquals(0x33, guest.cpu.segment[Reg.CS].selector);
    }
  }

  @Test
  void sysret_toAddressNotCanonical_faultsInKernelOnIntelOnly() {
    try (SystemGuest guest = prepared(longMode("intel-v2"))) {
      guest.cpu.gpr[Reg.RCX] = 1L << 47;
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.SYSRET, 8));
    }
    try (SystemGuest guest = prepared(longMode())) {
      guest.cpu.gpr[Reg.RCX] = 1L << 47;
      assertNull(guest.faultOf(Op.SYSRET, 8));
      assertEquals(3, guest.cpu.cpl);
    }
  }

  @Test
  void sysenter_inLegacyMode_loadsStackAndCode() {
    try (SystemGuest guest = prepared(protectedMode().inUserMode())) {
      guest.execute(Op.SYSENTER, 4);
      assertEquals(HANDLER, guest.cpu.rip);
      assertEquals(KERNEL_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0x18, guest.cpu.segment[Reg.SS].selector);
      assertEquals(2, guest.cpu.flags());
    }
  }

  @Test
  void sysenter_inLongMode_dependsOnVendor() {
    try (SystemGuest guest = prepared(longMode().inUserMode())) {
      assertEquals(UNDEFINED, guest.faultOf(Op.SYSENTER, 4));
    }
    try (SystemGuest guest = prepared(longMode("intel-v2").inCompatibilityMode())) {
      assertNull(guest.faultOf(Op.SYSENTER, 4));
      assertTrue(guest.cpu.is64Bit());
    }
  }

  @Test
  void sysenter_withoutSelector_isGeneralProtection() {
    try (SystemGuest guest = protectedMode()) {
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.SYSENTER, 4));
    }
  }

  @Test
  void sysexit_returnsToRing3() {
    try (SystemGuest guest = prepared(protectedMode())) {
      guest.cpu.gpr[Reg.RDX] = CODE;
      guest.cpu.gpr[Reg.RCX] = USER_STACK;
      guest.execute(Op.SYSEXIT, 4);
      assertEquals(CODE, guest.cpu.rip);
      assertEquals(USER_STACK, guest.cpu.gpr[Reg.RSP]);
      assertEquals(0x23, guest.cpu.segment[Reg.CS].selector);
      assertEquals(0x2B, guest.cpu.segment[Reg.SS].selector);
      assertEquals(3, guest.cpu.cpl);
    }
  }

  /** Checks that what depends on mode and privilege is what it is when worked out anew. */
  private static void assertUpToDate(SystemGuest guest) {
    CpuState cpu = guest.cpu;
    int context = cpu.context;
    long[] readTlb = cpu.readTlb;
    long[] writeTlb = cpu.writeTlb;
    long[] executeTlb = cpu.executeTlb;
    long epoch = cpu.mappingEpoch;
    cpu.updateContext();
    assertEquals(cpu.context, context);
    assertSame(cpu.readTlb, readTlb);
    assertSame(cpu.writeTlb, writeTlb);
    assertSame(cpu.executeTlb, executeTlb);
    assertEquals(cpu.mappingEpoch, epoch);
  }

  @Test
  void transfersIn64BitCode_leaveContextAndTlbUpToDate() {
    try (SystemGuest guest = prepared(longMode().inUserMode())) {
      guest.execute(Op.SYSCALL, 4);
      assertUpToDate(guest);
      guest.execute(Op.SYSRET, 8);
      assertUpToDate(guest);
      guest.execute(Op.SYSCALL, 4);
      guest.execute(Op.SYSRET, 4);
      assertUpToDate(guest);
    }
  }

  @Test
  void transfersIn32BitCode_leaveContextAndTlbUpToDate() {
    try (SystemGuest guest = prepared(protectedMode().inUserMode())) {
      guest.execute(Op.SYSENTER, 4);
      assertUpToDate(guest);
      guest.execute(Op.SYSEXIT, 4);
      assertUpToDate(guest);
      guest.cpu.segment[Reg.DS].base = 0x1000;
      guest.cpu.updateContext();
      guest.execute(Op.SYSENTER, 4);
      assertUpToDate(guest);
    }
  }

  @Test
  void sysret_withAlignmentChecks_leavesTlbUpToDate() {
    try (SystemGuest guest = prepared(longMode())) {
      guest.cpu.cr0 |= Control.CR0_AM;
      guest.cpu.gpr[Reg.RCX] = CODE;
      guest.cpu.gpr[Reg.R11] = Flags.AC;
      guest.execute(Op.SYSRET, 8);
      assertUpToDate(guest);
    }
  }

  @Test
  void swapgs_exchangesBases() {
    try (SystemGuest guest = longMode()) {
      guest.cpu.kernelGsBase = KERNEL;
      guest.cpu.segment[Reg.GS].base = 5;
      guest.execute(Op.SWAPGS, 4);
      assertEquals(KERNEL, guest.cpu.segment[Reg.GS].base);
      assertEquals(5, guest.cpu.kernelGsBase);
    }
  }

  @Test
  void segmentBase_notEnabled_isUndefined_notCanonical_isGeneralProtection() {
    try (SystemGuest guest = longMode().inUserMode()) {
      assertEquals(UNDEFINED, guest.faultOf(Op.RDFSBASE, 8, register(Reg.RAX, 8)));
      guest.cpu.cr4 |= Control.CR4_FSGSBASE;
      guest.cpu.gpr[Reg.RAX] = 1L << 47;
      assertEquals(new Fault(Vector.GP, 0), guest.faultOf(Op.WRFSBASE, 8, register(Reg.RAX, 8)));
      assertNull(guest.faultOf(Op.WRGSBASE, 4, register(Reg.RAX, 4)));
    }
  }
}
