package dev.hagen.device.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that may end interrupts by clearing a bit: it sees the same interrupts as with EOI, and none is lost. */
class EndOfInterruptFlagTest {
  private static final int PPR = 0x0A0;
  private static final int EOI = 0x0B0;
  private static final int SVR = 0x0F0;
  private static final int ISR = 0x100;
  private static final int ICR_LOW = 0x300;
  private static final int LVT_LINT0 = 0x350;
  private static final int LOW = 0x41;
  private static final int HIGH = 0x62;

  /** The bit, where the guest has enabled it. */
  private static final class Bit implements EndOfInterruptFlag {
    boolean enabled = true;
    boolean set;

    @Override
    public boolean offer() {
      set |= enabled;
      return enabled;
    }

    @Override
    public boolean withdraw() {
      boolean cleared = !set;
      set = false;
      return cleared;
    }
  }

  private final ManualClock clock = new ManualClock();
  private final FakeProcessor cpu = new FakeProcessor();
  private final Bit bit = new Bit();
  private final LocalApic apic =
      new LocalApic(0, true, true, 48, new ApicBus(), cpu, clock, clock::now, 1_000_000_000L);

  @BeforeEach
  void enable() {
    out(SVR, 0x1FF);
    apic.setEndOfInterruptFlag(bit);
  }

  private int in(int register) {
    return (int) apic.read(register, 4);
  }

  private void out(int register, int value) {
    apic.write(register, value, 4);
  }

  private void raise(int vector) {
    out(ICR_LOW, 1 << 18 | vector);
  }

  /** What a guest does at the end of a handler: clears the bit, or writes EOI if it was not set. */
  private boolean endsByBit() {
    boolean was = bit.set;
    bit.set = false;
    if (!was) {
      out(EOI, 0);
    }
    return was;
  }

  @Test
  void interrupt_endedByTheBit_letsTheNextOneCome() {
    raise(LOW);
    assertEquals(LOW, apic.acknowledge());
    assertTrue(endsByBit());
    raise(LOW);
    assertTrue(cpu.pending);
    assertEquals(LOW, apic.acknowledge());
  }

  @Test
  void interrupt_endedByTheBit_isNotInServiceAnyMore() {
    raise(LOW);
    apic.acknowledge();
    assertTrue(endsByBit());
    assertEquals(0, in(PPR));
    assertEquals(0, in(ISR + 0x20));
  }

  @Test
  void interruptThatComesMeanwhile_takesTheOfferBack() {
    raise(LOW);
    apic.acknowledge();
    raise(LOW - 1);
    assertFalse(cpu.pending);
    assertFalse(endsByBit(), "the EOI is wanted now");
    assertTrue(cpu.pending);
    assertEquals(LOW - 1, apic.acknowledge());
  }

  @Test
  void interruptThatWaitsAlready_preventsAnOffer() {
    raise(HIGH);
    raise(LOW);
    assertEquals(HIGH, apic.acknowledge());
    assertFalse(endsByBit());
    assertEquals(LOW, apic.acknowledge());
    assertTrue(endsByBit());
  }

  @Test
  void nestedInterrupts_endInTheirOrder() {
    raise(LOW);
    apic.acknowledge();
    raise(HIGH);
    assertEquals(HIGH, apic.acknowledge());
    assertTrue(endsByBit());
    assertEquals(LOW & 0xF0, in(PPR));
    assertFalse(endsByBit());
    assertEquals(0, in(PPR));
  }

  @Test
  void guestThatIgnoresTheBit_writesEoi() {
    raise(LOW);
    apic.acknowledge();
    out(EOI, 0);
    assertFalse(bit.set);
    assertEquals(0, in(PPR));
  }

  @Test
  void levelTriggeredInterrupt_isNotOffered() {
    out(LVT_LINT0, 0x8000 | LOW);
    apic.lint0().set(true);
    assertEquals(LOW, apic.acknowledge());
    assertFalse(bit.set);
  }

  @Test
  void readOfInService_takesTheOfferBack() {
    raise(LOW);
    apic.acknowledge();
    assertEquals(1 << (LOW & 31), in(ISR + 0x20));
    assertFalse(endsByBit());
    assertEquals(0, in(ISR + 0x20));
  }

  @Test
  void flagAboutToMove_keepsTheInterruptInServiceUntilEoi() {
    raise(LOW);
    apic.acknowledge();
    apic.withdrawEndOfInterrupt();
    bit.enabled = false;
    assertEquals(LOW & 0xF0, in(PPR));
    assertFalse(endsByBit());
    assertEquals(0, in(PPR));
  }

  @Test
  void notEnabled_everyInterruptEndsByEoi() {
    bit.enabled = false;
    raise(LOW);
    apic.acknowledge();
    assertFalse(endsByBit());
    assertEquals(0, in(PPR));
  }

  @Test
  void reset_forgetsTheOffer() {
    raise(LOW);
    apic.acknowledge();
    apic.reset();
    assertFalse(bit.set);
    out(SVR, 0x1FF);
    raise(LOW - 0x10);
    assertEquals(LOW - 0x10, apic.acknowledge());
  }
}
