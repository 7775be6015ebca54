package dev.hagen.device.timer;

import dev.hagen.device.Frequency;
import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/**
 * An MC146818 real-time clock with 128 bytes of CMOS memory behind ports 70h (index) and 71h (value).
 *
 * <p>It shows the guest clock's time of day until the guest sets another. Flags are computed when the guest looks; a
 * clock timer is armed only for an interrupt that is enabled and whose flag is not set already. What the guest writes
 * into the time registers while they run takes effect at the next second, all together.
 */
public final class Rtc implements PortDevice {
  /** The number of ports. */
  public static final int PORTS = 2;

  private static final long SECOND = 1_000_000_000;
  /** How long before an update its announcement, UIP, goes up. */
  private static final long UPDATE_ANNOUNCED = 244_000;
  private static final long HALF_SECOND = SECOND / 2;

  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int D = 0x0D;

  private static final int A_UPDATE_IN_PROGRESS = 0x80;
  private static final int A_DIVIDER = 0x70;
  private static final int A_DIVIDER_32_KHZ = 0x20;
  private static final int B_SET = 0x80;
  private static final int B_RESET_CLEARS = 0x78;
  private static final int PERIODIC = 0x40;
  private static final int ALARM = 0x20;
  private static final int UPDATE = 0x10;
  private static final int C_INTERRUPT = 0x80;
  private static final int D_VALID = 0x80;

  private final GuestClock clock;
  private final IrqLine irq;
  private final GuestClock.Timer timer;
  private final Frequency crystal = new Frequency(32_768);
  private final byte[] memory = new byte[128];
  private final CalendarRegisters calendar = new CalendarRegisters(memory);

  private int index = D;
  private boolean nmiMasked;
  private int registerA = A_DIVIDER_32_KHZ | 6;
  private int registerB = 2;
  private int flags;

  /** At the clock's time {@code baseNanos} the time became {@code baseSeconds}. */
  private long baseNanos;
  private long baseSeconds;
  /** The registers hold a time that the guest has written during second {@code editedAt} and that is not yet in force. */
  private boolean edited;
  private long editedAt;
  /** The last second and the last period of the periodic interrupt whose flags have been set. */
  private long seenSecond;
  private long seenPeriod;

  /** A clock that shows {@link GuestClock#epochSeconds} at power-on, in BCD and 24 hours. */
  public Rtc(GuestClock clock, IrqLine irq8) {
    this.clock = clock;
    this.irq = irq8;
    this.timer = clock.timer(this::update);
    this.baseSeconds = clock.epochSeconds();
    this.seenSecond = baseSeconds;
    calendar.format(registerB);
  }

  /** The RESET pin: interrupts off; time, date and memory go on. */
  public void reset() {
    update();
    registerB &= ~B_RESET_CLEARS;
    flags = 0;
    nmiMasked = false;
    index = D;
    update();
  }

  /** Whether bit 7 of the index port masks NMI. */
  public boolean isNmiMasked() {
    return nmiMasked;
  }

  /** Sets a byte of the CMOS memory that is no register, as firmware does: 0Eh to 7Fh. */
  public void setMemory(int address, int value) {
    if (address <= D || address > 0x7F) {
      throw new IllegalArgumentException("no CMOS memory at " + address);
    }
    memory[address] = (byte) value;
  }

  /**
   * Sets the bytes from which firmware takes the size of memory: 15h to 18h, 30h, 31h, 34h, 35h and 5Bh to 5Dh.
   *
   * @param below4G bytes of RAM from address 0 on
   * @param above4G bytes of RAM from 4 GiB on
   */
  public void setMemorySize(long below4G, long above4G) {
    long base = Math.min(640, below4G >> 10);
    long extended = Math.clamp((below4G >> 10) - 1024, 0, 0xFFFF);
    long above16M = Math.clamp((below4G >> 16) - 256, 0, 0xFFFF);
    setLittleEndian(0x15, base, 2);
    setLittleEndian(0x17, extended, 2);
    setLittleEndian(0x30, extended, 2);
    setLittleEndian(0x34, above16M, 2);
    setLittleEndian(0x5B, above4G >> 16, 3);
  }

  private void setLittleEndian(int address, long value, int size) {
    for (int i = 0; i < size; i++) {
      setMemory(address + i, (int) (value >> (i << 3)));
    }
  }

  @Override
  public long readPort(int offset, int size) {
    if ((offset & 1) == 0) {
      return 0xFF; // the index port is write-only
    }
    update();
    return switch (index) {
      case A -> registerA | (isUpdateInProgress() ? A_UPDATE_IN_PROGRESS : 0);
      case B -> registerB;
      case C -> readFlags();
      case D -> D_VALID;
      default -> readMemory();
    };
  }

  private int readMemory() {
    if (CalendarRegisters.contains(index) && isTicking() && !edited) {
      calendar.store(seconds());
    }
    return memory[index] & 0xFF;
  }

  private int readFlags() {
    int value = flags | (isAsserted() ? C_INTERRUPT : 0);
    flags = 0;
    update();
    return value;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    int octet = (int) value & 0xFF;
    if ((offset & 1) == 0) {
      nmiMasked = (octet & 0x80) != 0;
      index = octet & 0x7F;
      return;
    }
    update();
    switch (index) {
      case A -> writeA(octet & 0x7F);
      case B -> writeB(octet);
      case C, D -> { }
      default -> writeMemory(octet);
    }
    update();
  }

  private void writeMemory(int value) {
    if (CalendarRegisters.contains(index) && isTicking() && !edited) {
      calendar.store(seconds());
      edited = true;
      editedAt = seconds();
    }
    memory[index] = (byte) value;
  }

  private void writeA(int value) {
    boolean wasTicking = isTicking();
    boolean wasReset = isDividerStopped();
    boolean newRate = (value & 15) != (registerA & 15);
    if (wasTicking && (value & A_DIVIDER) != A_DIVIDER_32_KHZ) {
      hold();
    }
    registerA = value;
    if (wasReset && !isDividerStopped()) {
      baseNanos = clock.now() - HALF_SECOND; // the first update comes half a second later
      if (isTicking()) {
        release(0);
      }
    }
    if (newRate || wasReset) {
      seenPeriod = period();
    }
  }

  private void writeB(int value) {
    boolean wasTicking = isTicking();
    if (wasTicking && (value & B_SET) != 0) {
      hold();
    }
    registerB = (value & B_SET) != 0 ? value & ~UPDATE : value;
    calendar.format(registerB);
    if (!wasTicking && isTicking()) {
      release(0);
    }
  }

  /** Stops the time: the registers hold it from now on. */
  private void hold() {
    if (!edited) {
      calendar.store(seconds());
    }
    edited = false;
  }

  /** Lets the time go on from what the registers hold, which is {@code late} seconds old. */
  private void release(long late) {
    long phase = Math.floorMod(clock.now() - baseNanos, SECOND);
    baseNanos = clock.now() - phase;
    baseSeconds = calendar.load() + late;
    seenSecond = baseSeconds;
    edited = false;
  }

  private boolean isDividerStopped() {
    return (registerA & A_DIVIDER) != A_DIVIDER_32_KHZ;
  }

  private boolean isTicking() {
    return (registerB & B_SET) == 0 && !isDividerStopped();
  }

  private boolean isUpdateInProgress() {
    return isTicking() && Math.floorMod(clock.now() - baseNanos, SECOND) >= SECOND - UPDATE_ANNOUNCED;
  }

  private long seconds() {
    return baseSeconds + Math.floorDiv(clock.now() - baseNanos, SECOND);
  }

  /** Log2 of the crystal's ticks in a period of the periodic interrupt, or -1. */
  private int periodShift() {
    int rate = registerA & 15;
    if (rate == 0 || isDividerStopped()) {
      return -1;
    }
    return rate <= 2 ? rate + 6 : rate - 1;
  }

  private long period() {
    int shift = periodShift();
    return shift < 0 ? 0 : crystal.ticks(clock.now()) >> shift;
  }

  private boolean isAsserted() {
    return (flags & registerB & (PERIODIC | ALARM | UPDATE)) != 0;
  }

  /** Sets the flags of all that has happened, drives the line and arms the timer for what happens next. */
  private void update() {
    if (edited && seconds() > editedAt) {
      release(seconds() - editedAt);
      flags |= UPDATE;
      seenSecond--; // the second that has just begun may be the alarm's
    }
    if (isTicking()) {
      long second = seconds();
      if (second > seenSecond) {
        flags |= UPDATE | (calendar.nextAlarm(seenSecond) <= second ? ALARM : 0);
        seenSecond = second;
      }
    }
    long period = period();
    if (period > seenPeriod && periodShift() >= 0) {
      flags |= PERIODIC;
    }
    seenPeriod = period;
    irq.set(isAsserted());
    arm();
  }

  private void arm() {
    int wanted = registerB & ~flags;
    long next = Long.MAX_VALUE;
    if ((wanted & PERIODIC) != 0 && periodShift() >= 0) {
      next = crystal.nanos(seenPeriod + 1 << periodShift());
    }
    if (isTicking()) {
      if ((wanted & UPDATE) != 0) {
        next = Math.min(next, nanosOf(seenSecond + 1));
      }
      long alarm = (wanted & ALARM) != 0 ? calendar.nextAlarm(seenSecond) : Long.MAX_VALUE;
      if (alarm != Long.MAX_VALUE) {
        next = Math.min(next, nanosOf(alarm));
      }
    }
    if (next == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.at(next);
    }
  }

  /** The clock's time at which second {@code second} begins. */
  private long nanosOf(long second) {
    return baseNanos + (second - baseSeconds) * SECOND;
  }
}
