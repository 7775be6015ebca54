package dev.hagen.device.timer;

import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/**
 * The fixed hardware of ACPI in sixteen ports (ACPI 6.4, 4.8): the PM1a event block at offset 0, the PM1a control block
 * at 4, the timer at 8, a block of 16 general-purpose events at 0Ch. ACPI mode is always on.
 */
public final class AcpiPm implements PortDevice {
  /** The number of ports. */
  public static final int PORTS = 16;
  /** Where a machine puts them. */
  public static final int BASE = 0x600;
  /** Offset of the PM1a event block, 4 ports. */
  public static final int EVENT = 0;
  /** Offset of the PM1a control block, 2 ports. */
  public static final int CONTROL = 4;
  /** Offset of the timer, 4 ports. */
  public static final int TIMER = 8;
  /** Offset of the general-purpose event block 0, 4 ports. */
  public static final int GPE = 0xC;
  /** The sleep type in the {@code \_S5} package: soft off. No other is supported. */
  public static final int SLEEP_TYPE_S5 = 0;

  private static final int TIMER_STATUS = 1;
  private static final int POWER_BUTTON = 1 << 8;
  private static final int STATUS_WRITABLE = 0x8F31;
  private static final int ENABLE_WRITABLE = 0x0721;
  private static final int CONTROL_WRITABLE = 0x1C02;
  private static final int SCI_ENABLED = 1;
  private static final int SLEEP_ENABLE = 1 << 13;

  private final IrqLine sci;
  private final Runnable powerOff;
  private final PmTimer pmTimer;
  private final GuestClock.Timer timer;

  private int status;
  private int enable;
  private int control;
  private int gpeStatus;
  private int gpeEnable;
  private long seenChanges;

  /**
   * The block after power-on.
   *
   * @param sci the system control interrupt, level-triggered
   * @param extended whether the timer has 32 bits instead of 24 (flag TMR_VAL_EXT of the FADT)
   * @param powerOff called when the guest enters S5
   */
  public AcpiPm(GuestClock clock, IrqLine sci, boolean extended, Runnable powerOff) {
    this.sci = sci;
    this.powerOff = powerOff;
    this.pmTimer = new PmTimer(clock, extended);
    this.timer = clock.timer(this::update);
  }

  /** Events and enables as after power-on; the timer goes on. */
  public void reset() {
    status = 0;
    enable = 0;
    control = 0;
    gpeStatus = 0;
    gpeEnable = 0;
    seenChanges = pmTimer.topBitChanges();
    update();
  }

  /** The user presses the power button. */
  public void pressPowerButton() {
    status |= POWER_BUTTON;
    update();
  }

  /** General-purpose event {@code number}, 0 to 15. */
  public void raiseEvent(int number) {
    gpeStatus |= 1 << (number & 15);
    update();
  }

  @Override
  public long readPort(int offset, int size) {
    update();
    long time = pmTimer.value();
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (long) readOctet(offset + i & 15, time) << (i << 3);
    }
    return value;
  }

  private int readOctet(int offset, long time) {
    int word = switch (offset & ~1) {
      case EVENT -> status;
      case EVENT + 2 -> enable;
      case CONTROL -> control | SCI_ENABLED;
      case TIMER -> (int) time & 0xFFFF;
      case TIMER + 2 -> (int) (time >> 16);
      case GPE -> gpeStatus;
      case GPE + 2 -> gpeEnable;
      default -> 0;
    };
    return word >> ((offset & 1) << 3) & 0xFF;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    update();
    for (int i = 0; i < size; i++) {
      writeOctet(offset + i & 15, (int) (value >>> (i << 3)) & 0xFF);
    }
    update();
  }

  private void writeOctet(int offset, int octet) {
    int shift = (offset & 1) << 3;
    int value = octet << shift;
    int kept = ~(0xFF << shift);
    switch (offset & ~1) {
      case EVENT -> status &= ~(value & STATUS_WRITABLE);
      case EVENT + 2 -> enable = (enable & kept | value) & ENABLE_WRITABLE;
      case CONTROL -> writeControl(control & kept | value);
      case GPE -> gpeStatus &= ~value;
      case GPE + 2 -> gpeEnable = gpeEnable & kept | value;
      default -> { }
    }
  }

  private void writeControl(int value) {
    control = value & CONTROL_WRITABLE;
    if ((value & SLEEP_ENABLE) != 0 && (value >> 10 & 7) == SLEEP_TYPE_S5) {
      powerOff.run();
    }
  }

  private void update() {
    long changes = pmTimer.topBitChanges();
    if (changes != seenChanges) {
      seenChanges = changes;
      status |= TIMER_STATUS;
    }
    sci.set((status & enable) != 0 || (gpeStatus & gpeEnable) != 0);
    if ((enable & ~status & TIMER_STATUS) != 0) {
      timer.at(pmTimer.nextChange());
    } else {
      timer.cancel();
    }
  }
}
