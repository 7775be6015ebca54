package dev.hagen.device.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class HpetTest {
  private static final int CONFIG = 0x10;
  private static final int STATUS = 0x20;
  private static final int COUNTER = 0xF0;
  private static final int T0 = 0x100;
  private static final int T1 = 0x120;
  private static final int T2 = 0x140;
  private static final int COMPARATOR = 8;

  private static final int LEVEL = 2;
  private static final int ENABLED = 4;
  private static final int PERIODIC = 8;
  private static final int SET_VALUE = 0x40;
  private static final int MODE_32 = 0x100;
  private static final int ROUTE_20 = 20 << 9;

  private final ManualClock clock = new ManualClock();
  private final RecordingLine irq0 = new RecordingLine();
  private final RecordingLine irq8 = new RecordingLine();
  private final RecordingLine[] pins = new RecordingLine[24];

  {
    for (int i = 0; i < pins.length; i++) {
      pins[i] = new RecordingLine();
    }
  }

  private final Hpet hpet = new Hpet(clock, irq0, irq8, i -> pins[i]);

  private long in(int register) {
    return hpet.read(register, 8);
  }

  private void out(int register, long value) {
    hpet.write(register, value, 8);
  }

  private void out32(int register, long value) {
    hpet.write(register, value & 0xFFFF_FFFFL, 4);
  }

  /** Advances by {@code ticks} of 10 ns. */
  private void ticks(long ticks) {
    clock.advance(ticks * 10);
  }

  @Test
  void capabilities_tellThreeTimersAndThePeriod() {
    assertEquals(0x0098_9680_8086_A201L, in(0));
    assertEquals(0x0098_9680, hpet.read(4, 4));
    assertEquals(0x00F0_0000_0000_0030L, in(T0));
    assertEquals(0x00F0_0800_0000_0030L, in(T2));
  }

  @Test
  void counter_haltedThenEnabled_countsAndHolds() {
    ticks(100);
    assertEquals(0, in(COUNTER));
    out(CONFIG, 1);
    ticks(1_234);
    assertEquals(1_234, in(COUNTER));
    out(CONFIG, 0);
    ticks(1_000);
    assertEquals(1_234, in(COUNTER));
    out32(COUNTER + 4, 5);
    assertEquals(5L << 32 | 1_234, in(COUNTER));
  }

  @Test
  void oneShot_counterReachesComparator_pulsesOnce() {
    out(T2, ROUTE_20 | ENABLED);
    out(T2 + COMPARATOR, 1_000);
    out(CONFIG, 1);
    ticks(999);
    assertEquals(0, pins[20].edges);
    ticks(1);
    assertEquals(1, pins[20].edges);
    ticks(100_000);
    assertEquals(1, pins[20].edges);
    assertEquals(0, clock.armed());
  }

  @Test
  void oneShot_32Bits_comesAgainAfterAWrap() {
    out(T2, ROUTE_20 | ENABLED | MODE_32);
    out(T2 + COMPARATOR, 1_000);
    out(CONFIG, 1);
    ticks(1_000);
    assertEquals(1, pins[20].edges);
    ticks(1L << 32);
    assertEquals(2, pins[20].edges);
  }

  @Test
  void disabledInterrupt_armsNoTimer() {
    out(T2, ROUTE_20);
    out(T2 + COMPARATOR, 1_000);
    out(CONFIG, 1);
    assertEquals(0, clock.armed());
  }

  @Test
  void periodic_likeLinux_setsFirstMatchThenPeriod() {
    out32(CONFIG, 3);
    out32(T0, ENABLED | PERIODIC | SET_VALUE | MODE_32);
    out32(T0 + COMPARATOR, 5_000);
    out32(T0 + COMPARATOR, 10_000);
    ticks(4_999);
    assertEquals(0, irq0.edges);
    ticks(1);
    assertEquals(1, irq0.edges);
    ticks(9_999);
    assertEquals(1, irq0.edges);
    ticks(1);
    assertEquals(2, irq0.edges);
    assertEquals(25_000, in(T0 + COMPARATOR));
    ticks(100_000);
    assertEquals(12, irq0.edges);
  }

  @Test
  void periodic_hostLate_keepsItsPhase() {
    out(T0, ROUTE_20 | ENABLED | PERIODIC | SET_VALUE);
    out(T0 + COMPARATOR, 10_000);
    out(CONFIG, 1);
    clock.stall(345_000);
    assertEquals(1, pins[20].edges);
    assertEquals(40_000, in(T0 + COMPARATOR));
  }

  @Test
  void level_matched_staysUntilStatusIsWritten() {
    out(T1, ROUTE_20 | ENABLED | LEVEL);
    out(T1 + COMPARATOR, 100);
    out(CONFIG, 1);
    ticks(100);
    assertTrue(pins[20].level);
    assertEquals(2, in(STATUS));
    out(STATUS, 1);
    assertTrue(pins[20].level);
    out(STATUS, 2);
    assertFalse(pins[20].level);
    assertEquals(0, in(STATUS));
  }

  @Test
  void legacyReplacement_on_takesTheOldLinesOver() {
    hpet.pitLine().set(true);
    assertTrue(irq0.level);
    out(CONFIG, 3);
    assertFalse(irq0.level);
    hpet.rtcLine().set(true);
    assertFalse(irq8.level);
    out(T1, ENABLED);
    out(T1 + COMPARATOR, in(COUNTER) + 10);
    ticks(10);
    assertEquals(1, irq8.takeEdges());
    out(CONFIG, 1);
    assertTrue(irq0.level);
    assertTrue(irq8.level);
  }

  @Test
  void legacyReplacement_timerTwo_keepsItsRoute() {
    out(CONFIG, 3);
    out(T2, 11 << 9 | ENABLED);
    out(T2 + COMPARATOR, 10);
    ticks(10);
    assertEquals(1, pins[11].edges);
  }

  @Test
  void route_notWired_isNotTaken() {
    out(T0, 23 << 9);
    out(T0, 11 << 9);
    assertEquals(23, in(T0) >> 9 & 31);
  }

  @Test
  void comparator_behindCounter_waitsForAWholeTurn() {
    out(CONFIG, 1);
    out(T2, ROUTE_20 | ENABLED);
    ticks(1_000);
    out(T2 + COMPARATOR, 500);
    ticks(1_000_000);
    assertEquals(0, pins[20].edges);
  }

  @Test
  void narrowOrMisalignedWrite_isIgnored() {
    hpet.write(CONFIG, 1, 1);
    hpet.write(CONFIG + 4, 1, 8);
    assertEquals(0, in(CONFIG));
  }

  @Test
  void randomGuest_anyAccess_neverThrowsAndTimerLiesAhead() {
    RandomGuest guest = new RandomGuest(10, clock);
    guest.region(hpet, 0x160, 100_000, () -> assertTrue(clock.nextDeadline() > clock.now()));
    guest.region(hpet, Hpet.LENGTH, 10_000, () -> { });
  }
}
