package dev.hagen.device.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.Frequency;
import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class PitTest {
  private static final int CONTROL = 3;
  private static final Frequency PIT = new Frequency(Pit.HERTZ);
  private final ManualClock clock = new ManualClock();
  private final RecordingLine irq = new RecordingLine();
  private final Pit pit = new Pit(clock, irq);
  private final SpeakerPort speaker = new SpeakerPort(clock, pit);

  private void out(int port, int value) {
    pit.writePort(port, value, 1);
  }

  private int in(int port) {
    return (int) pit.readPort(port, 1);
  }

  private void program(int counter, int mode, int count) {
    out(CONTROL, counter << 6 | 0x30 | mode << 1);
    out(counter, count & 0xFF);
    out(counter, count >> 8);
  }

  /** Moves to the beginning of the tick that lies {@code ticks} after the present one. */
  private void ticks(long ticks) {
    clock.advance(PIT.nanos(PIT.ticks(clock.now()) + ticks) - clock.now());
  }

  private int latched(int counter) {
    out(CONTROL, counter << 6);
    return in(counter) | in(counter) << 8;
  }

  private boolean output2() {
    return (speaker.readPort(0, 1) & 0x20) != 0;
  }

  private int status(int counter) {
    out(CONTROL, 0xE0 | 2 << counter);
    return in(counter);
  }

  @Test
  void powerOn_nothingProgrammed_noTimerIsArmed() {
    clock.advance(1_000_000_000);
    assertEquals(0, clock.armed());
    assertEquals(0, irq.edges);
  }

  @Test
  void rateGenerator_oneSecond_raisesTheLineAtItsRate() {
    program(0, 2, 11_932);
    irq.takeEdges();
    clock.advance(1_000_000_000);
    assertEquals(99, irq.takeEdges());
    clock.advance(1_000_000_000);
    assertEquals(100, irq.takeEdges());
  }

  @Test
  void squareWave_countZero_ticksAsDosExpects() {
    program(0, 3, 0);
    irq.takeEdges();
    clock.advance(10_000_000_000L);
    assertEquals(182, irq.takeEdges());
  }

  @Test
  void rateGenerator_hostLateByManyPeriods_deliversOneEdge() {
    program(0, 2, 1_193);
    irq.takeEdges();
    clock.stall(1_000_000_000);
    assertEquals(1, irq.takeEdges());
    clock.advance(10_000_000);
    assertEquals(10, irq.takeEdges());
  }

  @Test
  void rateGenerator_counts_downToOne() {
    program(0, 2, 100);
    ticks(1);
    assertEquals(100, latched(0));
    ticks(99);
    assertEquals(1, latched(0));
    ticks(1);
    assertEquals(100, latched(0));
  }

  @Test
  void rateGenerator_newCount_waitsForTheEndOfThePeriod() {
    program(0, 2, 100);
    ticks(41);
    out(0, 10);
    out(0, 0);
    assertEquals(60, latched(0));
    ticks(60);
    assertEquals(10, latched(0));
    ticks(10);
    assertEquals(10, latched(0));
  }

  @Test
  void terminalCount_elapsed_raisesTheLineOnceAndWraps() {
    program(0, 0, 1_000);
    assertFalse(irq.level);
    ticks(1_000);
    assertFalse(irq.level);
    ticks(1);
    assertTrue(irq.level);
    ticks(1);
    assertEquals(0xFFFF, latched(0));
    clock.advance(1_000_000_000);
    assertEquals(1, irq.edges);
    assertEquals(0, clock.armed(), "a counter that has expired wakes no host");
  }

  @Test
  void terminalCount_firstByteOfNewCount_stopsAndLowersTheLine() {
    program(0, 0, 10);
    ticks(20);
    out(0, 100);
    assertFalse(irq.level);
    clock.advance(1_000_000);
    assertFalse(irq.level);
    out(0, 0);
    ticks(101);
    assertTrue(irq.level);
  }

  @Test
  void softwareStrobe_elapsed_pulsesOnce() {
    program(0, 4, 500);
    irq.takeEdges();
    assertTrue(irq.level);
    ticks(502);
    assertEquals(1, irq.takeEdges());
    clock.advance(1_000_000_000);
    assertEquals(0, irq.takeEdges());
  }

  @Test
  void oneShot_gateRises_outputIsLowForTheCount() {
    program(2, 1, 100);
    assertTrue(output2());
    speaker.writePort(0, 1, 1);
    assertFalse(output2());
    ticks(100);
    assertFalse(output2());
    ticks(1);
    assertTrue(output2());
  }

  @Test
  void oneShot_triggeredAgain_startsOver() {
    program(2, 1, 100);
    speaker.writePort(0, 1, 1);
    ticks(60);
    speaker.writePort(0, 0, 1);
    speaker.writePort(0, 1, 1);
    ticks(60);
    assertFalse(output2());
    ticks(41);
    assertTrue(output2());
  }

  @Test
  void hardwareStrobe_gateRises_outputFallsForOneTick() {
    program(2, 5, 100);
    speaker.writePort(0, 1, 1);
    ticks(100);
    assertTrue(output2());
    ticks(1);
    assertFalse(output2());
    ticks(1);
    assertTrue(output2());
  }

  @Test
  void squareWave_oddCount_isHighForTheLongerHalf() {
    speaker.writePort(0, 1, 1);
    program(2, 3, 5);
    ticks(1);
    assertTrue(output2());
    ticks(2);
    assertTrue(output2());
    ticks(1);
    assertFalse(output2());
    ticks(1);
    assertFalse(output2());
    ticks(1);
    assertTrue(output2());
  }

  @Test
  void squareWave_counts_byTwo() {
    program(0, 3, 100);
    ticks(11);
    assertEquals(80, latched(0));
    ticks(50);
    assertEquals(80, latched(0));
  }

  @Test
  void squareWave_newCount_waitsForTheEndOfTheHalfPeriod() {
    speaker.writePort(0, 1, 1);
    program(2, 3, 100);
    ticks(11);
    out(2, 20);
    out(2, 0);
    ticks(39);
    assertTrue(output2());
    ticks(1);
    assertFalse(output2());
    ticks(10);
    assertTrue(output2());
    ticks(10);
    assertFalse(output2());
  }

  @Test
  void gateShut_terminalCount_pauses() {
    speaker.writePort(0, 1, 1);
    program(2, 0, 1_000);
    ticks(401);
    speaker.writePort(0, 0, 1);
    ticks(5_000);
    assertEquals(600, latched(2));
    assertFalse(output2());
    speaker.writePort(0, 1, 1);
    ticks(600);
    assertTrue(output2());
  }

  @Test
  void gateShut_squareWave_outputIsHighAndStartsOver() {
    speaker.writePort(0, 1, 1);
    program(2, 3, 100);
    ticks(71);
    assertFalse(output2());
    speaker.writePort(0, 0, 1);
    assertTrue(output2());
    ticks(1_000);
    speaker.writePort(0, 1, 1);
    ticks(51);
    assertFalse(output2());
  }

  @Test
  void linuxQuickCalibration_channelTwo_mostSignificantByteFalls() {
    speaker.writePort(0, 1, 1);
    out(CONTROL, 0xB0);
    out(2, 0xFF);
    out(2, 0xFF);
    ticks(1);
    in(2);
    assertEquals(0xFF, in(2));
    ticks(256);
    in(2);
    assertEquals(0xFE, in(2));
  }

  @Test
  void latchCommand_secondBeforeRead_keepsTheFirst() {
    program(0, 2, 1_000);
    ticks(101);
    out(CONTROL, 0);
    ticks(50);
    out(CONTROL, 0);
    assertEquals(900, in(0) | in(0) << 8);
    assertEquals(850, in(0) | in(0) << 8);
  }

  @Test
  void readBack_statusAndCount_statusIsReadFirst() {
    program(0, 2, 1_000);
    ticks(101);
    out(CONTROL, 0xC2);
    assertEquals(0xB4, in(0));
    assertEquals(900, in(0) | in(0) << 8);
  }

  @Test
  void readBack_severalCounters_latchesEachAtTheSameTime() {
    speaker.writePort(0, 1, 1);
    program(0, 2, 1_000);
    program(2, 2, 1_000);
    ticks(101);
    out(CONTROL, 0xDA);
    ticks(77);
    assertEquals(900, in(0) | in(0) << 8);
    assertEquals(900, in(2) | in(2) << 8);
  }

  @Test
  void readBack_countWrittenButNotInForce_showsNullCount() {
    out(CONTROL, 0x34);
    assertEquals(0xF4, status(0));
    out(0, 100);
    out(0, 0);
    assertEquals(0xB4, status(0));
    ticks(10);
    out(0, 50);
    out(0, 0);
    assertEquals(0xF4, status(0));
    ticks(100);
    assertEquals(0xB4, status(0));
  }

  @Test
  void bcdCount_isCountedInDecimal() {
    out(CONTROL, 0x35);
    out(0, 0x00);
    out(0, 0x10);
    ticks(2);
    assertEquals(0x0999, latched(0));
  }

  @Test
  void bcdCountZero_isTenThousand() {
    out(CONTROL, 0x31);
    out(0, 0);
    out(0, 0);
    ticks(2);
    assertEquals(0x9999, latched(0));
  }

  @Test
  void lowByteOnly_isCountAndRead() {
    out(CONTROL, 0x14);
    out(0, 200);
    ticks(11);
    assertEquals(190, in(0));
    assertEquals(190, in(0));
  }

  @Test
  void highByteOnly_isCountAndRead() {
    out(CONTROL, 0x24);
    out(0, 0x20);
    ticks(1);
    assertEquals(0x20, in(0));
    ticks(1);
    assertEquals(0x1F, in(0));
  }

  @Test
  void modesSixAndSeven_areTwoAndThree() {
    program(0, 6, 100);
    assertEquals(0xB4, status(0));
    program(0, 7, 100);
    assertEquals(0xB6, status(0));
  }

  @Test
  void speakerPort_writableBits_readBack() {
    speaker.writePort(0, 0xFF, 1);
    assertEquals(0x0F, speaker.readPort(0, 1) & 0xCF);
  }

  @Test
  void refreshToggle_everyFifteenMicroseconds_changes() {
    int first = (int) speaker.readPort(0, 1) & 0x10;
    clock.advance(15_085);
    assertEquals(first ^ 0x10, speaker.readPort(0, 1) & 0x10);
  }

  @Test
  void randomGuest_anyAccess_neverThrowsAndTimerLiesAhead() {
    RandomGuest guest = new RandomGuest(3, clock);
    Runnable ahead = () -> assertTrue(clock.nextDeadline() > clock.now());
    for (int i = 0; i < 200; i++) {
      guest.ports(pit, 4, 1, 200, ahead);
      guest.ports(speaker, 1, 1, 5, ahead);
    }
  }
}
