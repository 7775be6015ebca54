package dev.hagen.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Msr;
import dev.hagen.x86.Vector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registers of KVM's interface as a guest sees them, and what they write into its memory. */
class ParavirtualMsrsTest {
  private static final long RAM = 1 << 16;
  private static final long AT = 0x1234;
  private static final long EPOCH = 1_600_000_000;

  private final PhysicalMemory memory = new PhysicalMemory(RAM);
  private final List<String> withdrawals = new ArrayList<>();
  private final ApicPort apic = new ApicPort() {
    @Override
    public long apicBase() {
      return 0;
    }

    @Override
    public void setApicBase(long value) {}

    @Override
    public long tscDeadline() {
      return 0;
    }

    @Override
    public void setTscDeadline(long timestamp) {}

    @Override
    public void withdrawEndOfInterrupt() {
      withdrawals.add("at " + Long.toHexString(paravirtual.read(Msr.KVM_END_OF_INTERRUPT)));
    }
  };
  private long now = 1000;
  private CpuState cpu;
  private ParavirtualMsrs paravirtual;
  private MsrFile msrs;

  ParavirtualMsrsTest() {
    use("hagen");
  }

  private void use(String model) {
    cpu = new CpuState(CpuModel.named(model), memory, new NoVmm());
    paravirtual = new ParavirtualMsrs(cpu.model, memory, EPOCH);
    msrs = new MsrFile(cpu.model, apic, () -> now, paravirtual);
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

  private long word(long offset, int size) {
    return memory.read(AT + offset, size);
  }

  /** The time of day as a guest computes it from the structure (Documentation/virt/kvm/x86/msr.rst). */
  private long guestTime() {
    long ticks = msrs.timestamp() - word(8, 8);
    long scaled = Math.unsignedMultiplyHigh(ticks << word(28, 1), word(24, 4) << 32);
    return scaled + word(16, 8);
  }

  private byte[] ram() {
    byte[] all = new byte[(int) RAM];
    memory.copyOut(0, all, 0, all.length);
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {Msr.KVM_WALL_CLOCK, Msr.KVM_LEGACY_WALL_CLOCK})
  void wallClock_tellsTheTimeAtPowerOn(int index) {
    msrs.write(cpu, index, AT);
    assertEquals(0, word(0, 4) & 1, "version");
    assertEquals(EPOCH, word(4, 4));
    assertEquals(0, word(8, 4));
    assertEquals(AT, msrs.read(cpu, index));
  }

  @ParameterizedTest
  @ValueSource(ints = {Msr.KVM_SYSTEM_TIME, Msr.KVM_LEGACY_SYSTEM_TIME})
  void systemTime_letsTheGuestComputeNanosecondsSincePowerOn(int index) {
    msrs.write(cpu, index, AT | 1);
    now += 123_456_789_012L;
    assertEquals(now, guestTime());
    assertEquals(AT | 1, msrs.read(cpu, index));
  }

  @Test
  void systemTime_runsOnWhenTheGuestMovesItsTimestamp() {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    long version = word(0, 4);
    now += 500;
    msrs.write(cpu, Msr.TSC, 7);
    now += 500;
    assertEquals(now, guestTime());
    assertThat(word(0, 4)).isGreaterThan(version).isEven();
    msrs.write(cpu, Msr.TSC_ADJUST, -1_000_000);
    now += 500;
    assertEquals(now, guestTime());
  }

  @Test
  void systemTime_isStable_ifAnnounced() {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    assertEquals(1, word(29, 1));
    use("hagen,-kvmclock-stable-bit");
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    assertEquals(0, word(29, 1));
  }

  @Test
  void systemTime_switchedOff_isNotWrittenAnyMore() {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    memory.copyIn(AT, new byte[32], 0, 32);
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT);
    msrs.write(cpu, Msr.TSC, 7);
    assertThat(ram()).containsOnly(0);
  }

  @Test
  void reset_switchesEverythingOff() {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT + 32 | 1);
    msrs.reset();
    memory.copyIn(AT, new byte[36], 0, 36);
    msrs.write(cpu, Msr.TSC, 7);
    assertFalse(paravirtual.offer());
    assertThat(ram()).containsOnly(0);
    assertEquals(0, msrs.read(cpu, Msr.KVM_SYSTEM_TIME));
  }

  @Test
  void systemTime_acrossPages_isWhole() {
    long at = 0x2000 - 16;
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, at | 1);
    assertEquals(now, memory.read(at + 8, 8));
    assertEquals(now, memory.read(at + 16, 8));
  }

  @ParameterizedTest
  @ValueSource(longs = {RAM | 1, 0xFEE0_0001L, -1, -31, Long.MIN_VALUE | 1, Long.MAX_VALUE, 0x8000_0000_0000_0001L,
      1L << 52 | 1})
  void clocks_outsideRam_writeNothing(long garbage) {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, garbage);
    msrs.write(cpu, Msr.KVM_WALL_CLOCK, garbage);
    msrs.write(cpu, Msr.TSC, 7);
    assertThat(ram()).containsOnly(0);
    assertEquals(garbage, msrs.read(cpu, Msr.KVM_SYSTEM_TIME));
  }

  @Test
  void clock_acrossTheEndOfRam_writesWhatIsThere() {
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, RAM - 16 | 1);
    assertEquals(now, memory.read(RAM - 8, 8));
  }

  @Test
  void wallClock_atZero_writesNothing() {
    msrs.write(cpu, Msr.KVM_WALL_CLOCK, 0);
    assertThat(ram()).containsOnly(0);
  }

  @Test
  void clock_overCode_isReported() {
    List<Long> reported = new ArrayList<>();
    memory.setCodeListener((page, lines) -> reported.add(lines));
    memory.addCodeLines((int) (AT >> 12), 1L << (AT >> 6 & 63));
    msrs.write(cpu, Msr.KVM_SYSTEM_TIME, AT | 1);
    assertThat(reported).containsExactly(1L << (AT >> 6 & 63));
  }

  @Test
  void endOfInterrupt_bitIsSetAndTakenBack() {
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT | 1);
    assertTrue(paravirtual.offer());
    assertEquals(1, word(0, 4));
    assertFalse(paravirtual.withdraw());
    assertEquals(0, word(0, 4));
  }

  @Test
  void endOfInterrupt_bitClearedByTheGuest_meansItsEnd() {
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT | 1);
    paravirtual.offer();
    memory.write(AT, 0, 1);
    assertTrue(paravirtual.withdraw());
  }

  @Test
  void endOfInterrupt_touchesNothingButItsBit() {
    memory.write(AT, 0xAAAA_AAAAL, 4);
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT | 1);
    paravirtual.offer();
    assertEquals(0xAAAA_AAABL, word(0, 4));
    paravirtual.withdraw();
    assertEquals(0xAAAA_AAAAL, word(0, 4));
  }

  @Test
  void endOfInterrupt_notEnabled_isNotOffered() {
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT);
    assertFalse(paravirtual.offer());
    assertThat(ram()).containsOnly(0);
  }

  @Test
  void endOfInterrupt_isWithdrawnBeforeTheAddressChanges() {
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT | 1);
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, 0);
    assertThat(withdrawals).containsExactly("at 0", "at " + Long.toHexString(AT | 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {AT | 3, AT | 2, RAM | 1, 0xFEE0_0001L, -3, Long.MIN_VALUE | 1})
  void endOfInterrupt_reservedBitOrOutsideRam_isRefused(long garbage) {
    msrs.write(cpu, Msr.KVM_END_OF_INTERRUPT, AT | 1);
    assertRefused(Msr.KVM_END_OF_INTERRUPT, garbage);
    assertEquals(AT | 1, msrs.read(cpu, Msr.KVM_END_OF_INTERRUPT));
  }

  @ParameterizedTest
  @ValueSource(ints = {Msr.KVM_WALL_CLOCK, Msr.KVM_LEGACY_WALL_CLOCK, Msr.KVM_SYSTEM_TIME, Msr.KVM_LEGACY_SYSTEM_TIME,
      Msr.KVM_END_OF_INTERRUPT})
  void registers_ofProcessorWithoutParavirtualization_areNotThere(int index) {
    use("hagen,-hypervisor");
    assertThrows(GuestException.class, () -> msrs.read(cpu, index));
    assertRefused(index, AT | 1);
    assertThat(ram()).containsOnly(0);
  }

  @Test
  void registers_thatAreNotAnnounced_areNotThere() {
    use("hagen,-kvmclock,-kvm-pv-eoi");
    assertRefused(Msr.KVM_SYSTEM_TIME, AT | 1);
    assertRefused(Msr.KVM_END_OF_INTERRUPT, AT | 1);
    msrs.write(cpu, Msr.KVM_LEGACY_SYSTEM_TIME, AT | 1);
    assertEquals(now, guestTime());
  }
}
