package dev.hagen.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Reg;
import org.junit.jupiter.api.Test;

/** The x87 environment in memory. */
class X87EnvironmentTest {
  private static final int REX_W_NONE = 0;

  private final X87Guest guest = new X87Guest();

  private void fillPointers() {
    guest.cpu.fop = 0x123;
    guest.cpu.fip = 0x1_2345_6789L;
    guest.cpu.fcs = 0x33;
    guest.cpu.fdp = 0x9ABC_DEF0L;
    guest.cpu.fds = 0x2B;
  }

  @Test
  void fnstenv_32BitForm_storesTagsAndPointersAndMasksExceptions() {
    fillPointers();
    guest.control(0x340).load(0x7FFF, Extended.INTEGER_BIT).load(0).load(1);
    X87Environment.fnstenv(guest.cpu, guest.withMemory(Op.FNSTENV, 0));
    assertEquals(0xFFFF_0340L, guest.memory(0, 4));
    assertEquals(0xFFFF_0000L | 5 << X87.TOP_SHIFT, guest.memory(4, 4));
    // R7 infinity: special, R6 zero, R5 valid, the others empty
    assertEquals(0xFFFF_0000L | 0b10_01_00_11_11_11_11_11, guest.memory(8, 4));
    assertEquals(0x2345_6789L, guest.memory(12, 4));
    assertEquals(0x0123_0033L, guest.memory(16, 4));
    assertEquals(0x9ABC_DEF0L, guest.memory(20, 4));
    assertEquals(0xFFFF_002BL, guest.memory(24, 4));
    assertEquals(0x37F, guest.cpu.fcw);
  }

  @Test
  void fldenv_16BitForm_clearsOpcode() {
    fillPointers();
    guest.setMemory(0, 0x0000_0081_0340L & 0xFFFF | 0x0001L << 16 | 0xFFFFL << 32 | 0x1234L << 48, 8);
    guest.setMemory(8, 0x0018_5678_0010L, 6);
    X87Environment.fldenv(guest.cpu, guest.withMemory(Op.FLDENV, 0, 2, REX_W_NONE));
    assertEquals(0, guest.cpu.fop);
    assertEquals(0x1234, guest.cpu.fip);
    assertEquals(0x10, guest.cpu.fcs);
    assertEquals(0x5678, guest.cpu.fdp);
    assertEquals(0x18, guest.cpu.fds);
    // An unmasked exception that comes from memory is pending.
    guest.assertStatus(X87.IE | X87.ES | X87.BUSY);
  }

  @Test
  void fnsaveThenFrstor_restoresEverything() {
    fillPointers();
    guest.load(3).load(-0.5);
    X87Environment.fnsave(guest.cpu, guest.withMemory(Op.FNSAVE, 0));
    assertEquals(0, guest.cpu.ftw);
    assertEquals(0, guest.cpu.fip);
    X87Environment.frstor(guest.cpu, guest.withMemory(Op.FRSTOR, 0));
    guest.assertRegister(0, -0.5);
    guest.assertRegister(1, 3);
    assertEquals(0xC0, guest.cpu.ftw);
    assertEquals(0x2345_6789L, guest.cpu.fip);
    assertEquals(0x123, guest.cpu.fop);
  }

  @Test
  void fnstenv_realMode_storesLinearAddresses() {
    CpuState cpu = TestProcessor.in16Bit();
    cpu.fip = 0x5678;
    cpu.fcs = 0xF234;
    cpu.fop = 0x7FF;
    cpu.fdp = 0xFFFF;
    cpu.fds = 0x1000;
    X87Environment.fnstenv(cpu, TestProcessor.insn(cpu, Op.FNSTENV, 2, TestProcessor.memory(cpu, Reg.NONE, 0x2000, 0)));
    // F2340h + 5678h = F79B8h; 10000h + FFFFh = 1FFFFh
    assertEquals(0x79B8, cpu.memory.read(0x2006, 2));
    assertEquals(0xF7FF, cpu.memory.read(0x2008, 2));
    assertEquals(0xFFFF, cpu.memory.read(0x200A, 2));
    assertEquals(0x1000, cpu.memory.read(0x200C, 2));
  }
}
