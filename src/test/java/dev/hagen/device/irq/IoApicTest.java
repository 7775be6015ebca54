package dev.hagen.device.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class IoApicTest {
  private static final int LEVEL = 1 << 15;
  private static final int MASKED = 1 << 16;
  private static final int REMOTE_IRR = 1 << 14;

  private final ManualClock clock = new ManualClock();
  private final ApicBus bus = new ApicBus();
  private final FakeProcessor cpu = new FakeProcessor();
  private final LocalApic apic =
      new LocalApic(0, true, true, 48, bus, cpu, clock, clock::now, 1_000_000_000L);
  private final IoApic ioApic = new IoApic(bus, 1);

  {
    bus.onEndOfInterrupt(ioApic::endOfInterrupt);
    apic.write(0xF0, 0x1FF, 4);
  }

  private int in(int register) {
    ioApic.write(0, register, 4);
    return (int) ioApic.read(0x10, 4);
  }

  private void out(int register, int value) {
    ioApic.write(0, register, 4);
    ioApic.write(0x10, value, 4);
  }

  private void program(int pin, int low) {
    out(0x11 + 2 * pin, 0);
    out(0x10 + 2 * pin, low);
  }

  private void eoi() {
    apic.write(0xB0, 0, 4);
  }

  @Test
  void reset_everyInput_isMasked() {
    assertEquals(1 << 24, in(0));
    assertEquals(0x0017_0020, in(1));
    assertEquals(MASKED, in(0x10));
    assertEquals(MASKED, in(0x3E));
    assertEquals(0, in(0x40));
  }

  @Test
  void identifier_hasFourBits() {
    out(0, -1);
    assertEquals(0x0F00_0000, in(0));
    assertEquals(0x0F00_0000, in(2));
  }

  @Test
  void edge_raised_isDeliveredOnce() {
    program(4, 0x34);
    ioApic.pin(4).set(true);
    assertEquals(0x34, apic.acknowledge());
    eoi();
    assertFalse(cpu.pending);
    ioApic.pin(4).set(false);
    ioApic.pin(4).set(true);
    assertTrue(cpu.pending);
  }

  @Test
  void edge_whileMasked_isLost() {
    program(4, MASKED | 0x34);
    ioApic.pin(4).set(true);
    program(4, 0x34);
    assertFalse(cpu.pending);
  }

  @Test
  void level_stillAssertedAtEoi_isDeliveredAgain() {
    program(16, LEVEL | 0x50);
    ioApic.pin(16).set(true);
    assertEquals(LEVEL | REMOTE_IRR | 0x50, in(0x30));
    assertEquals(0x50, apic.acknowledge());
    eoi();
    assertEquals(0x50, apic.acknowledge());
    ioApic.pin(16).set(false);
    eoi();
    assertFalse(cpu.pending);
    assertEquals(LEVEL | 0x50, in(0x30));
  }

  @Test
  void level_assertedTwiceBeforeEoi_isDeliveredOnce() {
    program(16, LEVEL | 0x50);
    ioApic.pin(16).set(true);
    apic.acknowledge();
    ioApic.pin(16).set(false);
    ioApic.pin(16).set(true);
    assertFalse(cpu.pending);
    eoi();
    assertTrue(cpu.pending);
  }

  @Test
  void level_maskedThenUnmasked_isDelivered() {
    program(16, LEVEL | MASKED | 0x50);
    ioApic.pin(16).set(true);
    assertFalse(cpu.pending);
    out(0x30, LEVEL | 0x50);
    assertTrue(cpu.pending);
  }

  @Test
  void level_twoInputsOneVector_bothEndTogether() {
    program(16, LEVEL | 0x50);
    program(17, LEVEL | 0x50);
    ioApic.pin(16).set(true);
    ioApic.pin(17).set(true);
    apic.acknowledge();
    ioApic.pin(16).set(false);
    eoi();
    assertTrue(cpu.pending, "the other one is still asserted");
  }

  @Test
  void level_madeEdge_clearsRemoteIrr() {
    program(16, LEVEL | 0x50);
    ioApic.pin(16).set(true);
    out(0x30, MASKED | 0x50);
    assertEquals(MASKED | 0x50, in(0x30));
  }

  @Test
  void directedEoi_endsTheVector() {
    program(16, LEVEL | 0x50);
    ioApic.pin(16).set(true);
    ioApic.pin(16).set(false);
    ioApic.write(0x40, 0x50, 4);
    assertEquals(LEVEL | 0x50, in(0x30));
  }

  @Test
  void readOnlyBits_ofAnEntry_areKept() {
    program(16, -1);
    assertEquals(0x1_AFFF, in(0x30));
    out(0x31, -1);
    assertEquals(0xFF00_0000, in(0x31));
  }

  @Test
  void destination_ofAnotherProcessor_isNotDelivered() {
    program(4, 0x34);
    out(0x19, 5 << 24);
    ioApic.pin(4).set(true);
    assertFalse(cpu.pending);
  }

  @Test
  void nmiMode_levelTriggered_leavesNoRemoteIrr() {
    program(5, LEVEL | 0x400);
    ioApic.pin(5).set(true);
    assertEquals(1, cpu.nmis);
    assertEquals(LEVEL | 0x400, in(0x1A));
  }

  @Test
  void externalMode_asksTheOldController() {
    program(0, 0x700);
    ioApic.pin(0).set(true);
    assertEquals(LocalApic.EXTERNAL, apic.acknowledge());
  }

  @Test
  void isaTimerLine_isSystemInterruptTwoAndIrqZero() {
    RecordingLine intr = new RecordingLine();
    Pic pic = new Pic(intr);
    pic.masterPorts().writePort(0, 0x11, 1);
    pic.masterPorts().writePort(1, 0x20, 1);
    pic.masterPorts().writePort(1, 4, 1);
    pic.masterPorts().writePort(1, 1, 1);
    program(2, 0x30);
    new IsaLines(pic, ioApic).line(0).set(true);
    assertEquals(0x30, apic.acknowledge());
    assertEquals(0x20, pic.acknowledge());
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    RandomGuest guest = new RandomGuest(5, clock);
    Runnable step = () -> {
      ioApic.pin(guest.random().nextInt(24)).set(guest.random().nextBoolean());
      if (guest.random().nextBoolean()) {
        apic.acknowledge();
        eoi();
      }
      assertEquals(apic.hasInterrupt(), cpu.pending);
    };
    guest.region(ioApic, 0x50, 50_000, step);
    for (int i = 0; i < 20_000; i++) {
      out(guest.random().nextInt(256), (int) guest.value());
      step.run();
    }
  }
}
