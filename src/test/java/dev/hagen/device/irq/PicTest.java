package dev.hagen.device.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.IrqLine;
import dev.hagen.device.ManualClock;
import dev.hagen.device.PortDevice;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class PicTest {
  private final RecordingLine intr = new RecordingLine();
  private final Pic pic = new Pic(intr);
  private final PortDevice master = pic.masterPorts();
  private final PortDevice slave = pic.slavePorts();
  private final PortDevice elcr = pic.edgeLevelPorts();

  private void initialize(int icw4) {
    initialize(master, 0x20, 4, icw4);
    initialize(slave, 0x28, 2, 1);
  }

  private static void initialize(PortDevice chip, int base, int icw3, int icw4) {
    chip.writePort(0, 0x11, 1);
    chip.writePort(1, base, 1);
    chip.writePort(1, icw3, 1);
    chip.writePort(1, icw4, 1);
  }

  private void eoi(PortDevice chip) {
    chip.writePort(0, 0x20, 1);
  }

  private int inService(PortDevice chip) {
    chip.writePort(0, 0x0B, 1);
    return (int) chip.readPort(0, 1);
  }

  private int requested(PortDevice chip) {
    chip.writePort(0, 0x0A, 1);
    return (int) chip.readPort(0, 1);
  }

  private void raise(int irq) {
    pic.line(irq).set(true);
  }

  private void lower(int irq) {
    pic.line(irq).set(false);
  }

  @Test
  void powerOn_everyIrq_isMasked() {
    raise(1);
    assertFalse(intr.level);
    assertEquals(0xFF, master.readPort(1, 1));
  }

  @Test
  void irq_raised_isDeliveredWithItsVector() {
    initialize(1);
    raise(4);
    assertTrue(intr.level);
    assertEquals(0x24, pic.acknowledge());
    assertFalse(intr.level);
    assertEquals(0x10, inService(master));
  }

  @Test
  void slaveIrq_raised_isDeliveredThroughTheCascade() {
    initialize(1);
    raise(12);
    assertEquals(0x2C, pic.acknowledge());
    assertEquals(0x04, inService(master));
    assertEquals(0x10, inService(slave));
  }

  @Test
  void maskedEdge_unmaskedLater_isDelivered() {
    initialize(1);
    master.writePort(1, 0x01, 1);
    pic.line(0).pulse();
    assertFalse(intr.level);
    assertEquals(1, requested(master));
    master.writePort(1, 0, 1);
    assertEquals(0x20, pic.acknowledge());
  }

  @Test
  void edges_severalWhileMasked_areOneInterrupt() {
    initialize(1);
    master.writePort(1, 0x01, 1);
    pic.line(0).pulse();
    pic.line(0).pulse();
    master.writePort(1, 0, 1);
    pic.acknowledge();
    eoi(master);
    assertFalse(intr.level);
  }

  @Test
  void edge_whileInService_isDeliveredAfterEoi() {
    initialize(1);
    pic.line(0).pulse();
    pic.acknowledge();
    pic.line(0).pulse();
    assertFalse(intr.level);
    eoi(master);
    assertTrue(intr.level);
  }

  @Test
  void edge_lineStaysHigh_isDeliveredOnce() {
    initialize(1);
    raise(4);
    pic.acknowledge();
    eoi(master);
    assertFalse(intr.level);
  }

  @Test
  void level_lineStaysHigh_isDeliveredAgainAfterEoi() {
    initialize(1);
    elcr.writePort(1, 0x08, 1);
    raise(11);
    assertEquals(0x2B, pic.acknowledge());
    eoi(slave);
    eoi(master);
    assertTrue(intr.level);
    pic.acknowledge();
    lower(11);
    eoi(slave);
    eoi(master);
    assertFalse(intr.level);
  }

  @Test
  void level_lineFallsBeforeAcknowledge_isSpurious() {
    initialize(1);
    elcr.writePort(0, 0x20, 1);
    raise(5);
    lower(5);
    assertFalse(intr.level);
    assertEquals(0x27, pic.acknowledge());
    assertEquals(0, inService(master));
  }

  @Test
  void slaveMaskedBetweenRequestAndAcknowledge_isSpurious() {
    initialize(1);
    raise(9);
    slave.writePort(1, 0xFF, 1);
    assertFalse(intr.level);
    assertEquals(0x27, pic.acknowledge());
  }

  @Test
  void edgeLevelRegister_timerAndKeyboard_stayEdge() {
    elcr.writePort(0, 0xFF, 1);
    elcr.writePort(1, 0xFF, 1);
    assertEquals(0xF8, elcr.readPort(0, 1));
    assertEquals(0xDE, elcr.readPort(1, 1));
  }

  @Test
  void priorities_lowerNumber_interruptsHigherOne() {
    initialize(1);
    raise(6);
    assertEquals(0x26, pic.acknowledge());
    raise(7);
    assertFalse(intr.level);
    raise(1);
    assertEquals(0x21, pic.acknowledge());
    eoi(master);
    assertEquals(0x40, inService(master), "the unspecific EOI ends the highest");
  }

  @Test
  void slaveIrqs_inNormalNesting_doNotInterruptEachOther() {
    initialize(1);
    raise(12);
    pic.acknowledge();
    raise(8);
    assertFalse(intr.level);
    eoi(slave);
    eoi(master);
    assertEquals(0x28, pic.acknowledge());
  }

  @Test
  void slaveIrqs_inSpecialFullyNestedMode_interruptEachOther() {
    initialize(0x11);
    raise(12);
    pic.acknowledge();
    raise(8);
    assertTrue(intr.level);
    assertEquals(0x28, pic.acknowledge());
    raise(3);
    assertFalse(intr.level);
  }

  @Test
  void specificEoi_endsTheNamedIrq() {
    initialize(1);
    raise(6);
    pic.acknowledge();
    raise(1);
    pic.acknowledge();
    master.writePort(0, 0x66, 1);
    assertEquals(0x02, inService(master));
  }

  @Test
  void automaticEoi_leavesNothingInService() {
    initialize(3);
    raise(3);
    assertEquals(0x23, pic.acknowledge());
    assertEquals(0, inService(master));
    raise(5);
    assertTrue(intr.level);
  }

  @Test
  void rotationOnEoi_servedIrq_becomesLowest() {
    initialize(1);
    raise(3);
    pic.acknowledge();
    master.writePort(0, 0xA0, 1);
    lower(3);
    raise(3);
    raise(4);
    assertEquals(0x24, pic.acknowledge());
  }

  @Test
  void rotationOnAutomaticEoi_servedIrq_becomesLowest() {
    initialize(3);
    master.writePort(0, 0x80, 1);
    raise(3);
    pic.acknowledge();
    lower(3);
    raise(3);
    raise(7);
    assertEquals(0x27, pic.acknowledge());
  }

  @Test
  void setPriority_ordersTheInputs() {
    initialize(1);
    master.writePort(0, 0xC4, 1);
    raise(0);
    raise(5);
    assertEquals(0x25, pic.acknowledge());
  }

  @Test
  void specialMaskMode_maskedInService_letsLowerPrioritiesIn() {
    initialize(1);
    raise(1);
    pic.acknowledge();
    raise(6);
    assertFalse(intr.level);
    master.writePort(1, 0x02, 1);
    assertFalse(intr.level);
    master.writePort(0, 0x68, 1);
    assertTrue(intr.level);
    assertEquals(0x26, pic.acknowledge());
  }

  @Test
  void specialMaskMode_unspecificEoi_skipsMaskedInput() {
    initialize(1);
    raise(1);
    pic.acknowledge();
    master.writePort(1, 0x02, 1);
    master.writePort(0, 0x68, 1);
    raise(6);
    pic.acknowledge();
    eoi(master);
    assertEquals(0x02, inService(master));
  }

  @Test
  void poll_withRequest_acknowledgesIt() {
    initialize(1);
    raise(4);
    master.writePort(0, 0x0C, 1);
    assertEquals(0x84, master.readPort(0, 1));
    assertFalse(intr.level);
    assertEquals(0x10, inService(master));
  }

  @Test
  void poll_withoutRequest_readsZero() {
    initialize(1);
    master.writePort(0, 0x0C, 1);
    assertEquals(0, master.readPort(0, 1));
    assertEquals(0, master.readPort(1, 1), "the next read is a register again");
  }

  @Test
  void initialization_forgetsEdgesAndServiceAndMask() {
    initialize(1);
    raise(1);
    pic.acknowledge();
    raise(4);
    initialize(1);
    assertEquals(0, inService(master));
    assertEquals(0, requested(master));
    assertEquals(0, master.readPort(1, 1));
  }

  @Test
  void initialization_withoutFourthWord_takesMaskNext() {
    master.writePort(0, 0x10, 1);
    master.writePort(1, 0x40, 1);
    master.writePort(1, 4, 1);
    master.writePort(1, 0xA5, 1);
    assertEquals(0xA5, master.readPort(1, 1));
  }

  @Test
  void cascadeInput_isNotAvailable() {
    assertSame(IrqLine.UNCONNECTED, pic.line(2));
  }

  @Test
  void randomGuest_anyAccess_neverThrowsAndOutputIsConsistent() {
    RandomGuest guest = new RandomGuest(2, new ManualClock());
    Runnable step = () -> {
      pic.line(guest.random().nextInt(16)).set(guest.random().nextBoolean());
      if (guest.random().nextInt(4) == 0) {
        pic.acknowledge();
      }
      assertEquals(pic.hasInterrupt(), intr.level);
    };
    for (int i = 0; i < 100; i++) {
      guest.ports(master, 2, 1, 100, step);
      guest.ports(slave, 2, 1, 100, step);
      guest.ports(elcr, 2, 1, 10, step);
    }
  }
}
