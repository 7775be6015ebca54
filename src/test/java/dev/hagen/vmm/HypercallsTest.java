package dev.hagen.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.device.PortMap;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HypercallsTest {
  private static final int APIC_ID = 3;
  private static final int FIRST_UNKNOWN = 12;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 16);
  private final Hypercalls hypercalls = new Hypercalls(() -> APIC_ID);
  private final Counters counters = new Counters();
  private CpuState cpu = cpu("hagen");

  private CpuState cpu(String name) {
    CpuModel model = CpuModel.named(name);
    MsrFile msrs = new MsrFile(model, ApicPort.NONE, () -> 0, new ParavirtualMsrs(model, memory, 0));
    Vmm.TaskPriority none = new Vmm.TaskPriority() {
      @Override
      public int get() {
        return 0;
      }

      @Override
      public void set(int priority) {}
    };
    return new CpuState(model, memory, new Vmm(new PortMap(), msrs, none, () -> 0, hypercalls, () -> {}, counters));
  }

  private long call(long number, long first, long second) {
    return cpu.vmm.hypercall(cpu, number, first, second);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void unknownNumber_isNotThere() {
    assertEquals(-1000, call(0, 0, 0));
    assertEquals(-1000, call(FIRST_UNKNOWN, 0, 0));
    assertEquals(-1000, call(-1, 0, 0));
    assertEquals(-1000, call(1L << 32 | Hypercalls.KICK, 0, 0));
    assertEquals(4, counters.of(Counter.HYPERCALLS));
  }

  @Test
  void program_outsideRing0_mayNotCall() {
    cpu.cpl = 3;
    assertEquals(-1, call(Hypercalls.POLL_INTERRUPTS, 0, 0));
    assertEquals(-1, call(FIRST_UNKNOWN, 0, 0));
  }

  @Test
  void poll_leavesTheBlockSoThatTheRunLoopLooks() {
    cpu.leaveBlock = false;
    assertEquals(0, call(Hypercalls.POLL_INTERRUPTS, 0, 0));
    assertTrue(cpu.leaveBlock);
  }

  @Test
  void kick_ofThisProcessor_keepsItFromHaltingOnce() {
    assertEquals(0, call(Hypercalls.KICK, 0, APIC_ID));
    cpu.vmm.halt(cpu);
    assertFalse(cpu.halted);
    cpu.vmm.halt(cpu);
    assertTrue(cpu.halted);
  }

  @Test
  void kick_ofAnotherProcessor_doesNothingHere() {
    assertEquals(0, call(Hypercalls.KICK, APIC_ID, APIC_ID + 1));
    cpu.vmm.halt(cpu);
    assertTrue(cpu.halted);
  }

  @Test
  void kick_beforeReset_isForgotten() {
    call(Hypercalls.KICK, 0, APIC_ID);
    hypercalls.reset();
    cpu.vmm.halt(cpu);
    assertTrue(cpu.halted);
  }

  @Test
  void kick_thatIsNotAnnounced_isNotThere() {
    cpu = cpu("hagen,-kvm-pv-unhalt");
    assertEquals(-1000, call(Hypercalls.KICK, 0, APIC_ID));
  }

  @Test
  void processorWithoutParavirtualization_knowsNoHypercalls() {
    cpu = cpu("hagen,-hypervisor");
    GuestException fault = assertThrows(GuestException.class, () -> call(Hypercalls.POLL_INTERRUPTS, 0, 0));
    assertEquals(Vector.UD, fault.vector());
  }
}
