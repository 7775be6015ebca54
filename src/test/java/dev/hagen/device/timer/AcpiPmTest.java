package dev.hagen.device.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import org.junit.jupiter.api.Test;

class AcpiPmTest {
  private static final long SECOND = 1_000_000_000;
  private static final int STATUS = 0;
  private static final int ENABLE = 2;
  private static final int CONTROL = 4;
  private static final int TIMER = 8;
  private static final int GPE_STATUS = 12;
  private static final int GPE_ENABLE = 14;

  private final ManualClock clock = new ManualClock();
  private final RecordingLine sci = new RecordingLine();
  private int powerOffs;
  private final AcpiPm pm = new AcpiPm(clock, sci, false, () -> powerOffs++);

  private int in(int offset) {
    return (int) pm.readPort(offset, 2);
  }

  private void out(int offset, int value) {
    pm.writePort(offset, value, 2);
  }

  @Test
  void timer_oneSecond_counts3579545() {
    clock.advance(SECOND);
    assertEquals(3_579_545, pm.readPort(TIMER, 4));
  }

  @Test
  void timer_24Bits_wraps() {
    clock.advance(10 * SECOND);
    assertEquals(35_795_450 & 0xFF_FFFF, pm.readPort(TIMER, 4));
  }

  @Test
  void timer_32Bits_doesNotWrapAt24() {
    AcpiPm wide = new AcpiPm(clock, sci, true, () -> {});
    clock.advance(10 * SECOND);
    assertEquals(35_795_450, wide.readPort(TIMER, 4));
  }

  @Test
  void timerStatus_topBitChanges_isSetUntilWritten() {
    clock.advance(2 * SECOND);
    assertEquals(0, in(STATUS) & 1);
    clock.advance(SECOND);
    assertEquals(1, in(STATUS) & 1);
    out(STATUS, 1);
    assertEquals(0, in(STATUS) & 1);
    assertEquals(0, clock.armed());
  }

  @Test
  void timerEnabled_topBitChanges_raisesSci() {
    out(ENABLE, 1);
    clock.advance(2_343_484_000L);
    assertFalse(sci.level);
    clock.advance(1_000_000);
    assertTrue(sci.level);
    out(STATUS, 1);
    assertFalse(sci.level);
    clock.advance(3 * SECOND);
    assertTrue(sci.level);
  }

  @Test
  void acpiMode_isAlwaysOn() {
    assertEquals(1, in(CONTROL));
    out(CONTROL, 0);
    assertEquals(1, in(CONTROL));
  }

  @Test
  void sleepEnable_withTypeOfS5_powersOff() {
    out(CONTROL, 1 << 13);
    assertEquals(1, powerOffs);
    assertEquals(1, in(CONTROL), "SLP_EN reads as zero");
  }

  @Test
  void sleepEnable_byteWrite_powersOff() {
    pm.writePort(CONTROL + 1, 0x20, 1);
    assertEquals(1, powerOffs);
  }

  @Test
  void sleepEnable_withAnotherType_isIgnored() {
    out(CONTROL, 1 << 13 | 1 << 10);
    assertEquals(0, powerOffs);
    assertEquals(1 << 10 | 1, in(CONTROL));
  }

  @Test
  void powerButton_pressed_raisesSciWhenEnabled() {
    pm.pressPowerButton();
    assertFalse(sci.level);
    out(ENABLE, 0x100);
    assertTrue(sci.level);
    assertEquals(0x100, in(STATUS));
    out(STATUS, 0x100);
    assertFalse(sci.level);
  }

  @Test
  void generalPurposeEvent_enabled_raisesSci() {
    out(GPE_ENABLE, 0x8000);
    pm.raiseEvent(15);
    assertTrue(sci.level);
    assertEquals(0x8000, in(GPE_STATUS));
    pm.writePort(GPE_STATUS + 1, 0x80, 1);
    assertFalse(sci.level);
  }

  @Test
  void statusAndEnable_readTogether() {
    out(ENABLE, 0x121);
    pm.pressPowerButton();
    assertEquals(0x0121_0100, pm.readPort(0, 4));
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    RandomGuest guest = new RandomGuest(7, clock);
    guest.ports(pm, 16, 4, 50_000, () -> assertTrue(clock.nextDeadline() > clock.now()));
  }
}
