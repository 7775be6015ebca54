package dev.hagen.device.timer;

import dev.hagen.device.Frequency;
import dev.hagen.device.GuestClock;

/** The ACPI power-management timer: counts up at 3.579545 MHz, 24 or 32 bits wide (ACPI 6.4, 4.8.2.1). */
final class PmTimer {
  private final GuestClock clock;
  private final Frequency frequency = new Frequency(3_579_545);
  private final int width;

  PmTimer(GuestClock clock, boolean extended) {
    this.clock = clock;
    this.width = extended ? 32 : 24;
  }

  long value() {
    return ticks() & (1L << width) - 1;
  }

  private long ticks() {
    return frequency.ticks(clock.now());
  }

  /** How often the top bit has changed, which is what sets TMR_STS. */
  long topBitChanges() {
    return ticks() >> width - 1;
  }

  /** The clock's time of the next change of the top bit. */
  long nextChange() {
    return frequency.nanos(topBitChanges() + 1 << width - 1);
  }
}
