package dev.hagen.device.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RtcTest {
  private static final long SECOND = 1_000_000_000;
  /** A Saturday, one second before a leap day's end. */
  private static final long START = LocalDateTime.of(2020, 2, 29, 23, 59, 59).toEpochSecond(ZoneOffset.UTC);

  private final ManualClock clock = new ManualClock().epoch(START);
  private final RecordingLine irq = new RecordingLine();
  private final Rtc rtc = new Rtc(clock, irq);

  private int in(int register) {
    rtc.writePort(0, register, 1);
    return (int) rtc.readPort(1, 1);
  }

  private void out(int register, int value) {
    rtc.writePort(0, register, 1);
    rtc.writePort(1, value, 1);
  }

  private String time() {
    return "%02x%02x-%02x-%02x %02x:%02x:%02x".formatted(in(0x32), in(9), in(8), in(7), in(4), in(2), in(0));
  }

  private void setTime(int year, int month, int day, int hour, int minute, int second) {
    out(9, year);
    out(8, month);
    out(7, day);
    out(4, hour);
    out(2, minute);
    out(0, second);
  }

  @Test
  void powerOn_showsTheHostsTimeInBcd() {
    assertEquals("2020-02-29 23:59:59", time());
    assertEquals(7, in(6));
    assertEquals(0x26, in(0x0A));
    assertEquals(0x02, in(0x0B));
    assertEquals(0x80, in(0x0D));
  }

  @Test
  void secondPasses_dateRollsOver() {
    clock.advance(SECOND);
    assertEquals("2020-03-01 00:00:00", time());
    assertEquals(1, in(6));
  }

  @Test
  void binaryFormat_showsBinary() {
    out(0x0B, 0x06);
    assertEquals(59, in(0));
    assertEquals(20, in(9));
  }

  @Test
  void twelveHours_showsAfternoonBit() {
    out(0x0B, 0x00);
    assertEquals(0x91, in(4));
    clock.advance(SECOND);
    assertEquals(0x12, in(4));
    clock.advance(12 * 3600 * SECOND);
    assertEquals(0x92, in(4));
  }

  @Test
  void setBit_holdsTheTimeWhileTheGuestWritesIt() {
    out(0x0B, 0x82);
    setTime(0x99, 0x12, 0x31, 0x23, 0x59, 0x58);
    out(0x32, 0x19);
    clock.advance(10 * SECOND);
    assertEquals("1999-12-31 23:59:58", time());
    out(0x0B, 0x02);
    clock.advance(2 * SECOND);
    assertEquals("2000-01-01 00:00:00", time());
  }

  @Test
  void timeWrittenWhileRunning_takesEffectTogether() {
    setTime(0x21, 0x03, 0x31, 0x12, 0x00, 0x00);
    assertEquals("2021-03-31 12:00:00", time());
    clock.advance(SECOND);
    assertEquals("2021-03-31 12:00:01", time());
  }

  @Test
  void dividerReleased_firstUpdateComesHalfASecondLater() {
    clock.advance(SECOND / 10);
    out(0x0A, 0x76);
    setTime(0x21, 0x01, 0x01, 0x00, 0x00, 0x00);
    clock.advance(5 * SECOND);
    assertEquals("2021-01-01 00:00:00", time());
    out(0x0A, 0x26);
    clock.advance(SECOND / 2 - 1);
    assertEquals("2021-01-01 00:00:00", time());
    clock.advance(1);
    assertEquals("2021-01-01 00:00:01", time());
  }

  @Test
  void weekdayWritten_goesOnFromThere() {
    out(6, 3);
    clock.advance(SECOND);
    assertEquals(4, in(6));
  }

  @Test
  void updateInProgress_isUpShortlyBeforeTheSecond() {
    assertEquals(0, in(0x0A) & 0x80);
    clock.advance(SECOND - 200_000);
    assertEquals(0x80, in(0x0A) & 0x80);
    clock.advance(200_000);
    assertEquals(0, in(0x0A) & 0x80);
  }

  @Test
  void idleClock_armsNoTimer() {
    in(0x0C);
    clock.advance(100 * SECOND);
    assertEquals(0, clock.armed());
  }

  @Test
  void updateFlag_withoutInterrupt_isSeenByPolling() {
    assertEquals(0, in(0x0C));
    clock.advance(SECOND);
    assertEquals(0x10, in(0x0C) & 0x90);
    assertEquals(0, in(0x0C) & 0x10);
    assertEquals(0, irq.edges);
  }

  @Test
  void updateInterrupt_everySecondThatIsAcknowledged() {
    out(0x0B, 0x12);
    clock.advance(SECOND);
    assertTrue(irq.level);
    clock.advance(5 * SECOND);
    assertEquals(1, irq.edges, "until register C is read nothing more comes");
    assertEquals(0x90, in(0x0C) & 0x90);
    assertFalse(irq.level);
    clock.advance(SECOND);
    assertTrue(irq.level);
  }

  @Test
  void setBit_clearsTheUpdateInterrupt() {
    out(0x0B, 0x92);
    assertEquals(0x82, in(0x0B));
  }

  @Test
  void periodicInterrupt_at1024Hertz_comesThatOften() {
    out(0x0B, 0x42);
    in(0x0C);
    int count = 0;
    for (int i = 0; i < 10_000; i++) {
      clock.advance(100_000);
      if (irq.level) {
        assertEquals(0xC0, in(0x0C) & 0xC0);
        count++;
      }
    }
    assertEquals(1024, count);
  }

  @Test
  void periodicInterrupt_rates_followTheTable() {
    out(0x0A, 0x2F);
    out(0x0B, 0x42);
    in(0x0C);
    clock.advance(SECOND / 2);
    assertTrue(irq.level);
    in(0x0C);
    clock.advance(SECOND / 2 - 1);
    assertFalse(irq.level);
    out(0x0A, 0x20);
    clock.advance(10 * SECOND);
    assertFalse(irq.level);
  }

  @Test
  void periodicRateOne_is256Hertz() {
    out(0x0A, 0x21);
    in(0x0C);
    clock.advance(3_906_249);
    assertEquals(0, in(0x0C) & 0x40);
    clock.advance(1);
    assertEquals(0x40, in(0x0C) & 0x40);
  }

  @Test
  void alarm_atItsTime_interruptsOnce() {
    out(1, 0x30);
    out(3, 0x05);
    out(5, 0x01);
    out(0x0B, 0x22);
    in(0x0C);
    clock.advance((3600 + 5 * 60 + 30) * SECOND);
    assertFalse(irq.level);
    clock.advance(SECOND);
    assertTrue(irq.level);
    assertEquals(0xA0, in(0x0C) & 0xA0);
    clock.advance(23 * 3600 * SECOND);
    assertFalse(irq.level);
    clock.advance(3600 * SECOND);
    assertTrue(irq.level);
  }

  @Test
  void alarm_dontCareBytes_matchEveryMinute() {
    out(1, 0x15);
    out(3, 0xFF);
    out(5, 0xC0);
    out(0x0B, 0x22);
    in(0x0C);
    clock.advance(16 * SECOND);
    assertTrue(irq.level);
    in(0x0C);
    clock.advance(59 * SECOND);
    assertFalse(irq.level);
    clock.advance(SECOND);
    assertTrue(irq.level);
  }

  @Test
  void alarm_polledLate_isStillFlagged() {
    out(1, 0x15);
    out(3, 0xFF);
    out(5, 0xFF);
    in(0x0C);
    clock.advance(600 * SECOND);
    assertEquals(0x20, in(0x0C) & 0x20);
  }

  @Test
  void alarm_thatNeverMatches_armsNoTimer() {
    out(1, 0x7F);
    out(0x0B, 0x22);
    assertEquals(0, clock.armed());
  }

  @Test
  void alarm_inTwelveHourFormat_matchesAfternoon() {
    out(0x0B, 0x00);
    out(1, 0x00);
    out(3, 0x00);
    out(5, 0x81);
    in(0x0C);
    clock.advance(SECOND + 13 * 3600 * SECOND - 1);
    assertEquals(0, in(0x0C) & 0x20);
    clock.advance(1);
    assertEquals(0x20, in(0x0C) & 0x20);
  }

  @Test
  void memory_keepsWhatTheGuestWrites() {
    out(0x0E, 0x5A);
    out(0x7F, 0xA5);
    assertEquals(0x5A, in(0x0E));
    assertEquals(0xA5, in(0x7F));
  }

  @Test
  void memorySize_isFoundWhereFirmwareLooks() {
    rtc.setMemorySize(0x2000_0000L, 0x4000_0000L);
    assertEquals(640, in(0x15) | in(0x16) << 8);
    assertEquals(0xFFFF, in(0x17) | in(0x18) << 8);
    assertEquals(0xFFFF, in(0x30) | in(0x31) << 8);
    assertEquals((0x2000_0000 >> 16) - 256, in(0x34) | in(0x35) << 8);
    assertEquals(0x4000, in(0x5B) | in(0x5C) << 8 | in(0x5D) << 16);
  }

  @Test
  void indexPort_topBit_masksNmi() {
    assertFalse(rtc.isNmiMasked());
    rtc.writePort(0, 0x8D, 1);
    assertTrue(rtc.isNmiMasked());
    assertEquals(0x80, rtc.readPort(1, 1));
  }

  @Test
  void firmware_cannotOverwriteRegisters() {
    assertThrows(IllegalArgumentException.class, () -> rtc.setMemory(0x0A, 0));
  }

  @Test
  void randomGuest_anyAccess_neverThrowsAndTimerLiesAhead() {
    RandomGuest guest = new RandomGuest(6, clock);
    for (int i = 0; i < 50_000; i++) {
      out(guest.random().nextInt(guest.random().nextBoolean() ? 16 : 128), (int) guest.value());
      guest.ports(rtc, 2, 1, 2, () -> assertTrue(clock.nextDeadline() > clock.now()));
    }
  }
}
