package dev.hagen.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.VmmCalls;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Msr;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MsrFileTest {
  private static final int EPOCH = 1_600_000_000;
  private static final long LOCAL_APIC = 0xFEE0_0000L;

  /** A local APIC that remembers. */
  private static final class Apic implements ApicPort {
    long base = LOCAL_APIC | Msr.APIC_BASE_ENABLED | Msr.APIC_BASE_BSP;
    long deadline;
    int moves;

    @Override
    public long apicBase() {
      return base;
    }

    @Override
    public void setApicBase(long value) {
      base = value;
    }

    @Override
    public long tscDeadline() {
      return deadline;
    }

    @Override
    public void setTscDeadline(long timestamp) {
      deadline = timestamp;
    }

    @Override
    public void timestampMoved() {
      moves++;
    }

    @Override
    public long readX2(int register) {
      return register == 2 ? 0 : -1;
    }
  }

  private final PhysicalMemory memory = new PhysicalMemory(1 << 16);
  private final Apic apic = new Apic();
  private CpuState cpu = cpu("hagen");
  private long ticks = 1000;
  private MsrFile msrs = msrs();

  private CpuState cpu(String model) {
    VmmCalls nothing = (VmmCalls) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {VmmCalls.class},
        (proxy, method, arguments) -> {
          throw new AssertionError(method);
        });
    return new CpuState(CpuModel.named(model), memory, nothing);
  }

  private void use(String model) {
    cpu = cpu(model);
    msrs = msrs();
  }

  private MsrFile msrs() {
    return new MsrFile(cpu.model, apic, () -> ticks, new ParavirtualMsrs(cpu.model, memory, EPOCH));
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private void assertRefused(int index, long value) {
    GuestException fault = assertThrows(GuestException.class, () -> msrs.write(cpu, index, value));
    assertEquals(Vector.GP, fault.vector());
    assertEquals(0, fault.errorCode());
  }

  private void assertMissing(int index) {
    GuestException fault = assertThrows(GuestException.class, () -> msrs.read(cpu, index));
    assertEquals(Vector.GP, fault.vector());
  }

  @Test
  void unknownRegister_isRefusedAndCounted() {
    assertMissing(0x1234);
    assertMissing(0x1234);
    assertRefused(0xC001_1234, 0);
    assertEquals(Map.of(0x1234, 2L, 0xC001_1234, 1L), msrs.unknownAccesses());
  }

  @Test
  void timestampWrite_movesAdjustment() {
    msrs.write(cpu, Msr.TSC, 5000);
    ticks += 10;
    assertEquals(5010, msrs.read(cpu, Msr.TSC));
    assertEquals(4000, msrs.read(cpu, Msr.TSC_ADJUST));
    assertEquals(1, apic.moves);
  }

  @Test
  void adjustmentWrite_movesTimestamp() {
    msrs.write(cpu, Msr.TSC_ADJUST, 50);
    msrs.write(cpu, Msr.TSC_ADJUST, 20);
    assertEquals(1020, msrs.timestamp());
  }

  @Test
  void deadline_goesToApic() {
    msrs.write(cpu, Msr.TSC_DEADLINE, 77);
    assertEquals(77, apic.deadline);
    assertEquals(77, msrs.read(cpu, Msr.TSC_DEADLINE));
  }

  @Test
  void addresses_mustBeCanonical() {
    assertRefused(Msr.LSTAR, 1L << 47);
    assertRefused(Msr.KERNEL_GS_BASE, 1L << 47);
    assertRefused(Msr.SYSENTER_EIP, 1L << 47);
    msrs.write(cpu, Msr.GS_BASE, -4096);
    assertEquals(-4096, cpu.segment[Reg.GS].base);
  }

  @Test
  void upperHalves_thatMustBeZero_areChecked() {
    assertRefused(Msr.TSC_AUX, 1L << 32);
    assertRefused(Msr.SFMASK, 1L << 32);
  }

  @Test
  void memoryTypes_mustExist() {
    assertRefused(Msr.PAT, 0x0200_0000_0000_0000L);
    msrs.write(cpu, Msr.PAT, 0x0007_0501_0007_0406L);
    assertEquals(0x0007_0501_0007_0406L, msrs.read(cpu, Msr.PAT));
    assertRefused(Msr.MTRR_FIX_64K, 0x07);
    assertRefused(Msr.MTRR_DEFAULT_TYPE, 0xC02);
    assertRefused(Msr.MTRR_DEFAULT_TYPE, 0x1006);
    msrs.write(cpu, Msr.MTRR_DEFAULT_TYPE, 0xC06);
    assertRefused(Msr.MTRR_BASE0, 0x2);
    assertRefused(Msr.MTRR_BASE0 + 1, 1L << 60);
    assertMissing(0x210);
  }

  @Test
  void firmware_leavesMemoryWriteBackAndHoleUncacheable() {
    msrs.setMemoryTypesLikeFirmware();
    assertEquals(0xC06, msrs.read(cpu, Msr.MTRR_DEFAULT_TYPE));
    assertEquals(0xC000_0000L, msrs.read(cpu, Msr.MTRR_BASE0));
    assertEquals(0xFF_C000_0800L, msrs.read(cpu, Msr.MTRR_BASE0 + 1));
    assertEquals(0, msrs.read(cpu, Msr.MTRR_FIX_16K_A0000));
  }

  @Test
  void apicBase_allowsOnlyLegalModes() {
    use("hagen,-x2apic");
    assertRefused(Msr.APIC_BASE, apic.base | Msr.APIC_BASE_X2);
    use("hagen");
    assertRefused(Msr.APIC_BASE, apic.base & ~Msr.APIC_BASE_ENABLED | Msr.APIC_BASE_X2);
    msrs.write(cpu, Msr.APIC_BASE, apic.base | Msr.APIC_BASE_X2);
    assertRefused(Msr.APIC_BASE, apic.base & ~Msr.APIC_BASE_X2);
    assertEquals(0, msrs.read(cpu, 0x802));
    assertMissing(0x801);
  }

  @Test
  void apicBase_saysWhetherTheApicIsOn() {
    assertTrue(msrs.isApicEnabled());
    msrs.write(cpu, Msr.APIC_BASE, apic.base & ~Msr.APIC_BASE_ENABLED);
    assertFalse(msrs.isApicEnabled());
  }

  @Test
  void vendor_decidesWhatExists() {
    assertEquals(0x0A00_11D5, msrs.read(cpu, Msr.MICROCODE_REVISION));
    assertEquals(0, msrs.read(cpu, Msr.AMD_COUNTER3));
    assertEquals(2, msrs.read(cpu, Msr.AMD_DECODE_CONFIGURATION));
    assertMissing(Msr.MISC_ENABLE);
    use("intel-v2");
    assertMissing(Msr.AMD_SYSTEM_CONFIGURATION);
    assertEquals(0x1801, msrs.read(cpu, Msr.MISC_ENABLE));
  }

  @Test
  void processorWithoutLongMode_hasNoLongModeRegisters() {
    use("pentium3");
    assertMissing(Msr.EFER);
    assertMissing(Msr.LSTAR);
    assertMissing(Msr.FS_BASE);
  }
}
