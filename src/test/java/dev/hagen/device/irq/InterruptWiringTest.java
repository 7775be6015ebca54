package dev.hagen.device.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.PortDevice;
import dev.hagen.device.serial.Uart16550;
import dev.hagen.device.timer.Hpet;
import dev.hagen.device.timer.Pit;
import org.junit.jupiter.api.Test;

/** The interrupt controllers wired as in a PC: what a guest's handler sees from the timers and the serial port. */
class InterruptWiringTest {
  private static final long TEN_MILLISECONDS = 10_000_000;

  private final ManualClock clock = new ManualClock();
  private final ApicBus bus = new ApicBus();
  private final FakeProcessor cpu = new FakeProcessor();
  private final LocalApic apic = new LocalApic(0, true, true, 48, bus, cpu, clock, clock::now, 1_000_000_000L);
  private final IoApic ioApic = new IoApic(bus, 0);
  private final Pic pic = new Pic(apic.lint0());
  private final IsaLines isa = new IsaLines(pic, ioApic);
  private final Hpet hpet = new Hpet(clock, isa.line(0), isa.line(8), ioApic::pin);
  private final Pit pit = new Pit(clock, hpet.pitLine());
  private final StringBuilder sent = new StringBuilder();
  private final Uart16550 uart = new Uart16550(clock, isa.line(4), value -> sent.append((char) value));

  {
    bus.onEndOfInterrupt(ioApic::endOfInterrupt);
    apic.enableVirtualWire();
  }

  private int acknowledge() {
    int vector = apic.acknowledge();
    return vector == LocalApic.EXTERNAL ? pic.acknowledge() : vector;
  }

  private void initializePic(int mask) {
    PortDevice master = pic.masterPorts();
    master.writePort(0, 0x11, 1);
    master.writePort(1, 0x08, 1);
    master.writePort(1, 0x04, 1);
    master.writePort(1, 0x01, 1);
    master.writePort(1, mask, 1);
  }

  private void route(int pin, int low) {
    ioApic.write(0, 0x10 + 2 * pin, 4);
    ioApic.write(0x10, low, 4);
  }

  private void startPit() {
    pit.writePort(3, 0x34, 1);
    pit.writePort(0, 0x9C, 1);
    pit.writePort(0, 0x2E, 1);
  }

  @Test
  void bootedByFirmware_timerTick_comesThroughTheVirtualWire() {
    initializePic(0xFE);
    startPit();
    acknowledgeAndEnd();
    assertFalse(cpu.pending);
    clock.advance(TEN_MILLISECONDS + 1_000);
    assertTrue(cpu.pending);
    assertEquals(0x08, acknowledge());
  }

  /** Takes the edge of the mode change, as a guest that programs the timer with its interrupt open does. */
  private void acknowledgeAndEnd() {
    assertEquals(0x08, acknowledge());
    pic.masterPorts().writePort(0, 0x20, 1);
  }

  @Test
  void apicMode_timerTick_comesFromInputTwo() {
    initializePic(0xFF);
    route(2, 0x30);
    startPit();
    assertEquals(0x30, acknowledge());
    apic.write(0xB0, 0, 4);
    clock.advance(5 * TEN_MILLISECONDS);
    assertEquals(0x30, acknowledge());
    assertFalse(cpu.pending);
  }

  @Test
  void legacyReplacement_timerZero_comesFromInputTwoInsteadOfThePit() {
    initializePic(0xFF);
    route(2, 0x30);
    hpet.write(0x10, 3, 4);
    startPit();
    clock.advance(TEN_MILLISECONDS);
    assertFalse(cpu.pending);
    hpet.write(0x100, 0x14C, 4);
    hpet.write(0x108, hpet.read(0xF0, 4) + 1_000, 4);
    clock.advance(10_000);
    assertEquals(0x30, acknowledge());
  }

  @Test
  void serialPort_transmitterEmpty_interruptsAgainAfterEachBurst() {
    initializePic(0xFF);
    route(4, 0x34);
    uart.writePort(4, 0x0B, 1);
    uart.writePort(1, 2, 1);
    assertEquals(0x34, acknowledge());
    assertEquals(0x02, uart.readPort(2, 1));
    uart.writePort(0, 'a', 1);
    apic.write(0xB0, 0, 4);
    assertEquals(0x34, acknowledge());
    assertEquals(0x02, uart.readPort(2, 1));
    apic.write(0xB0, 0, 4);
    assertFalse(cpu.pending);
    assertEquals("a", sent.toString());
  }
}
