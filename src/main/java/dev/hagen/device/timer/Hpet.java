package dev.hagen.device.timer;

import dev.hagen.device.Frequency;
import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.memory.MmioRegion;
import dev.hagen.util.Bits;
import java.util.function.IntFunction;

/**
 * A high precision event timer: a 64-bit counter at 100 MHz and three comparators, each one-shot or periodic, 32 or 64
 * bits wide, edge- or level-triggered (IA-PC HPET Specification 1.0a). No FSB interrupts.
 *
 * <p>With legacy replacement on, timer 0 drives IRQ 0 in place of the 8254 and timer 1 IRQ 8 in place of the real-time
 * clock; so the lines of those two run through {@link #pitLine} and {@link #rtcLine}.
 */
public final class Hpet implements MmioRegion {
  /** Bytes of the register block. */
  public static final int LENGTH = 0x400;
  /** Where a PC has it. */
  public static final long DEFAULT_BASE = 0xFED0_0000L;
  /** Femtoseconds in a tick. */
  public static final int PERIOD_FEMTOS = 10_000_000;
  /** The low half of the capabilities register, which the ACPI table repeats. */
  public static final int CAPABILITIES_LOW = 0x8086_A201;

  private static final int TIMERS = 3;
  private static final int CAPABILITIES = 0x000;
  private static final int CONFIG = 0x010;
  private static final int STATUS = 0x020;
  private static final int COUNTER = 0x0F0;
  private static final int FIRST_TIMER = 0x100;
  private static final int TIMER_LENGTH = 0x20;

  private static final long ENABLE = 1;
  private static final long LEGACY = 2;
  /** Shorter periods wake the host only this often. */
  private static final long SHORTEST_PERIOD = 10_000;
  /** Inputs 20 to 23 of the I/O APIC; timer 2 also 11. */
  private static final long ROUTES = 0x00F0_0000;
  private static final long ALL_ROUTES = ROUTES | 1 << 11;

  private final GuestClock clock;
  private final GuestClock.Timer timer;
  private final Frequency frequency = new Frequency(1_000_000_000_000_000L / PERIOD_FEMTOS);
  private final LegacyLine irq0;
  private final LegacyLine irq8;
  private final HpetTimer[] timers = {
    new HpetTimer(ROUTES), new HpetTimer(ROUTES), new HpetTimer(ALL_ROUTES)
  };
  private final IrqLine[] routed = new IrqLine[32];
  private final IrqLine timer0Legacy;
  private final IrqLine timer1Legacy;

  private long config;
  /** The counter's value at the clock's tick {@code countedAt}; while it is halted, its value. */
  private long counter;
  private long countedAt;

  /** A legacy interrupt that comes from its old device or from a timer. */
  private static final class LegacyLine {
    final IrqLine target;
    boolean oldLevel;
    boolean timerLevel;
    boolean replaced;

    LegacyLine(IrqLine target) {
      this.target = target;
    }

    void setOld(boolean level) {
      oldLevel = level;
      drive();
    }

    void setTimer(boolean level) {
      timerLevel = level;
      drive();
    }

    void replace(boolean value) {
      replaced = value;
      drive();
    }

    private void drive() {
      target.set(replaced ? timerLevel : oldLevel);
    }
  }

  /**
   * A halted counter.
   *
   * @param irq0 ISA interrupt 0
   * @param irq8 ISA interrupt 8
   * @param apicPins gives an input of the I/O APIC
   */
  public Hpet(GuestClock clock, IrqLine irq0, IrqLine irq8, IntFunction<IrqLine> apicPins) {
    this.clock = clock;
    this.timer = clock.timer(this::update);
    this.irq0 = new LegacyLine(irq0);
    this.irq8 = new LegacyLine(irq8);
    this.timer0Legacy = this.irq0::setTimer;
    this.timer1Legacy = this.irq8::setTimer;
    for (int i = 0; i < routed.length; i++) {
      routed[i] = (ALL_ROUTES >>> i & 1) != 0 ? apicPins.apply(i) : IrqLine.UNCONNECTED;
    }
  }

  /** The line that the 8254 drives. */
  public IrqLine pitLine() {
    return irq0::setOld;
  }

  /** The line that the real-time clock drives. */
  public IrqLine rtcLine() {
    return irq8::setOld;
  }

  /** As after power-on. */
  public void reset() {
    config = 0;
    counter = 0;
    for (HpetTimer each : timers) {
      each.reset();
    }
    irq0.replace(false);
    irq8.replace(false);
    update();
  }

  @Override
  public long read(long offset, int size) {
    update();
    long value = readRegister((int) offset & ~7);
    return value >>> ((offset & 7) << 3) & Bits.mask(size);
  }

  private long readRegister(int register) {
    if (register >= FIRST_TIMER && register < FIRST_TIMER + TIMERS * TIMER_LENGTH) {
      HpetTimer selected = timers[register - FIRST_TIMER >> 5];
      return switch (register & 0x18) {
        case 0 -> selected.config();
        case 8 -> selected.comparator();
        default -> 0;
      };
    }
    return switch (register) {
      case CAPABILITIES -> (long) PERIOD_FEMTOS << 32 | CAPABILITIES_LOW & 0xFFFF_FFFFL;
      case CONFIG -> config;
      case STATUS -> status();
      case COUNTER -> counter;
      default -> 0;
    };
  }

  private long status() {
    long value = 0;
    for (int i = 0; i < TIMERS; i++) {
      value |= timers[i].status() ? 1 << i : 0;
    }
    return value;
  }

  @Override
  public void write(long offset, long value, int size) {
    if (size < 4 || (offset & size - 1) != 0) {
      return;
    }
    update();
    int shift = (int) (offset & 4) << 3;
    long mask = Bits.mask(size) << shift;
    writeRegister((int) offset & ~7, value << shift, mask);
    update();
  }

  private void writeRegister(int register, long value, long mask) {
    if (register >= FIRST_TIMER && register < FIRST_TIMER + TIMERS * TIMER_LENGTH) {
      HpetTimer selected = timers[register - FIRST_TIMER >> 5];
      switch (register & 0x18) {
        case 0 -> selected.setConfig(selected.config() & ~mask | value & mask);
        case 8 -> selected.setComparator(value, mask);
        default -> { }
      }
      return;
    }
    switch (register) {
      case CONFIG -> writeConfig(config & ~mask | value & mask);
      case STATUS -> clearStatus(value & mask);
      case COUNTER -> counter = counter & ~mask | value & mask;
      default -> { }
    }
  }

  private void writeConfig(long value) {
    config = value & (ENABLE | LEGACY);
    boolean legacy = (config & LEGACY) != 0;
    irq0.replace(legacy);
    irq8.replace(legacy);
  }

  private void clearStatus(long bits) {
    for (int i = 0; i < TIMERS; i++) {
      if ((bits & 1 << i) != 0) {
        timers[i].clearStatus();
      }
    }
  }

  private IrqLine lineOf(int index) {
    if ((config & LEGACY) != 0 && index < 2) {
      return index == 0 ? timer0Legacy : timer1Legacy;
    }
    return routed[timers[index].route()];
  }

  /** Brings the counter and the lines up to the present and arms the clock timer for the next match. */
  private void update() {
    long now = frequency.ticks(clock.now());
    long moved = (config & ENABLE) != 0 ? now - countedAt : 0;
    long from = counter;
    countedAt = now;
    counter += moved;
    long next = HpetTimer.NEVER;
    for (int i = 0; i < TIMERS; i++) {
      HpetTimer each = timers[i];
      each.drive(lineOf(i));
      if (moved > 0) {
        each.passed(from, moved);
        each.drive(lineOf(i));
      }
      if (each.isEnabled()) {
        next = Math.min(next, nextMatch(each));
      }
    }
    if ((config & ENABLE) == 0 || next == HpetTimer.NEVER) {
      timer.cancel();
    } else {
      timer.at(next);
    }
  }

  private long nextMatch(HpetTimer each) {
    long ticks = each.ticksToMatch(counter);
    if (ticks > Long.MAX_VALUE - countedAt) {
      return HpetTimer.NEVER;
    }
    long at = frequency.nanos(countedAt + ticks);
    return each.isPeriodic() ? Math.max(at, clock.now() + SHORTEST_PERIOD) : at;
  }
}
