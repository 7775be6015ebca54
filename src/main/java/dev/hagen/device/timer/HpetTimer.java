package dev.hagen.device.timer;

import dev.hagen.device.IrqLine;

/** One comparator of an {@link Hpet}: its registers, when it matches, and the line that it drives. */
final class HpetTimer {
  static final long NEVER = Long.MAX_VALUE;

  private static final long LEVEL = 1 << 1;
  private static final long ENABLED = 1 << 2;
  private static final long PERIODIC = 1 << 3;
  private static final long SET_VALUE = 1 << 6;
  private static final long MODE_32 = 1 << 8;
  private static final long ROUTE = 31 << 9;
  private static final long WRITABLE = LEVEL | ENABLED | PERIODIC | SET_VALUE | MODE_32 | ROUTE;
  /** Periodic and 64 bits wide. */
  private static final long CAPABILITIES = 1 << 4 | 1 << 5;

  private final long routes;
  private long config;
  private long comparator;
  private long period;
  private boolean status;
  private IrqLine line = IrqLine.UNCONNECTED;

  /** A timer that can be routed to the inputs of the I/O APIC in the set {@code routes}. */
  HpetTimer(long routes) {
    this.routes = routes;
    reset();
  }

  void reset() {
    config = 0;
    comparator = -1;
    period = 0;
    status = false;
    line.set(false);
  }

  long config() {
    return config & ~SET_VALUE | CAPABILITIES | routes << 32;
  }

  void setConfig(long value) {
    long next = value & WRITABLE;
    if ((routes >>> (next >> 9 & 31) & 1) == 0) {
      next = next & ~ROUTE | config & ROUTE; // a route that is not wired is not taken
    }
    config = next;
    if ((config & MODE_32) != 0) {
      comparator &= 0xFFFF_FFFFL;
      period &= 0xFFFF_FFFFL;
    }
  }

  int route() {
    return (int) (config >> 9 & 31);
  }

  long comparator() {
    return comparator;
  }

  /** Writes the bits of {@code mask}: in periodic mode the period, and with SET_VALUE the comparator too. */
  void setComparator(long value, long mask) {
    if ((config & MODE_32) != 0) {
      mask &= 0xFFFF_FFFFL;
    }
    boolean periodic = (config & PERIODIC) != 0;
    if (!periodic || (config & SET_VALUE) != 0) {
      comparator = comparator & ~mask | value & mask;
    }
    if (periodic) {
      period = period & ~mask | value & mask;
    }
    config &= ~SET_VALUE;
  }

  boolean isEnabled() {
    return (config & ENABLED) != 0;
  }

  boolean isPeriodic() {
    return (config & PERIODIC) != 0;
  }

  boolean status() {
    return status;
  }

  void clearStatus() {
    status = false;
  }

  private long wrapMask() {
    return (config & MODE_32) != 0 ? 0xFFFF_FFFFL : -1L;
  }

  /** How far the counter has to go from {@code counter} to the next match, unsigned; 0 is a whole turn. */
  private long distance(long counter) {
    return comparator - counter & wrapMask();
  }

  /** Ticks from {@code counter} to the next match, or {@link #NEVER}. */
  long ticksToMatch(long counter) {
    long distance = distance(counter);
    if (distance == 0) {
      return (config & MODE_32) != 0 ? 1L << 32 : NEVER;
    }
    return distance < 0 ? NEVER : distance;
  }

  /** The counter has gone {@code moved} ticks on from {@code from}: takes note of a match. */
  void passed(long from, long moved) {
    if (moved < ticksToMatch(from)) {
      return;
    }
    if (isPeriodic() && period != 0) {
      long late = moved - ticksToMatch(from);
      comparator = comparator + (Long.divideUnsigned(late, period) + 1) * period & wrapMask();
    }
    if ((config & LEVEL) != 0) {
      status = true;
    } else if (isEnabled()) {
      line.pulse();
    }
  }

  /** Drives {@code target}, which is the line that the configuration selects now. */
  void drive(IrqLine target) {
    if (target != line) {
      line.set(false);
      line = target;
    }
    if ((config & LEVEL) != 0) {
      line.set(status && isEnabled());
    } else {
      line.set(false);
    }
  }
}
