package dev.hagen.device.irq;

import dev.hagen.device.Frequency;
import dev.hagen.device.GuestClock;
import java.util.function.LongSupplier;

/**
 * The timer of a local APIC (SDM vol. 3A 10.5.4): one-shot and periodic at 1 GHz divided, or due at a value of the
 * time-stamp counter. While its interrupt is masked it arms no clock timer: the count is computed when the guest looks.
 */
final class ApicTimer {
  private static final int ONE_SHOT = 0;
  private static final int PERIODIC = 1;
  private static final int TSC_DEADLINE = 2;

  /** A guest that asks for a shorter period gets this one: it could not handle more, and the host would only spin. */
  private static final long SHORTEST_PERIOD = 10_000;

  private final GuestClock clock;
  private final LongSupplier tsc;
  private final Frequency tscFrequency;
  private final Runnable expired;
  private final GuestClock.Timer timer;

  private int mode;
  private boolean masked = true;
  private int divide;
  private int shift = 1;
  private long initialCount;
  /** When the current count-down began. */
  private long start;
  /** Whether the counter still counts. */
  private boolean counting;
  private long deadline;

  ApicTimer(GuestClock clock, LongSupplier tsc, long tscHertz, Runnable expired) {
    this.clock = clock;
    this.tsc = tsc;
    this.tscFrequency = new Frequency(tscHertz);
    this.expired = expired;
    this.timer = clock.timer(this::update);
  }

  void reset() {
    mode = ONE_SHOT;
    masked = true;
    divide = 0;
    shift = 1;
    initialCount = 0;
    counting = false;
    deadline = 0;
    timer.cancel();
  }

  /** Takes over mode and mask of the timer's entry in the local vector table. */
  void configure(int newMode, boolean newMasked) {
    update();
    if (mode != newMode && (mode >= TSC_DEADLINE || newMode >= TSC_DEADLINE)) {
      initialCount = 0;
      counting = false;
      deadline = 0;
    }
    mode = newMode;
    masked = newMasked;
    update();
  }

  void setInitialCount(int value) {
    if (mode >= TSC_DEADLINE) {
      return;
    }
    update();
    initialCount = value & 0xFFFF_FFFFL;
    start = clock.now();
    counting = initialCount != 0;
    update();
  }

  int initialCount() {
    return (int) initialCount;
  }

  int currentCount() {
    update();
    return counting ? (int) (initialCount - (clock.now() - start >> shift)) : 0;
  }

  void setDivide(int value) {
    update();
    int code = value & 3 | value >> 1 & 4;
    int newShift = code == 7 ? 0 : code + 1;
    long counted = clock.now() - start >> shift;
    divide = value & 0xB;
    shift = newShift;
    start = clock.now() - (counted << shift);
    update();
  }

  int divide() {
    return divide;
  }

  void setDeadline(long value) {
    if (mode == TSC_DEADLINE) {
      update();
      deadline = value;
      update();
    }
  }

  long deadline() {
    update();
    return deadline;
  }

  /** Delivers what is due, then arms the clock timer for what comes next. */
  void update() {
    if (mode == TSC_DEADLINE) {
      updateDeadline();
    } else if (counting) {
      updateCount();
    } else {
      timer.cancel();
    }
  }

  private void updateDeadline() {
    if (deadline == 0) {
      timer.cancel();
      return;
    }
    long now = tsc.getAsLong();
    long left = deadline - now;
    if (Long.compareUnsigned(deadline, now) <= 0) {
      deadline = 0;
      timer.cancel();
      fire();
    } else if (masked) {
      timer.cancel();
    } else {
      arm(left < 0 ? Long.MAX_VALUE : tscFrequency.nanos(left));
    }
  }

  private void updateCount() {
    long now = clock.now();
    long length = initialCount << shift;
    boolean due = now - start >= length;
    if (due && mode == PERIODIC) {
      start += (now - start) / length * length;
    } else if (due) {
      counting = false;
    }
    if (masked || !counting) {
      timer.cancel();
    } else {
      long next = start + length - now;
      arm(mode == PERIODIC && due ? Math.max(next, SHORTEST_PERIOD) : next);
    }
    if (due) {
      fire();
    }
  }

  private void arm(long nanos) {
    long at = clock.now() + nanos;
    if (at < 0) {
      timer.cancel(); // in more than 292 years
    } else {
      timer.at(at);
    }
  }

  private void fire() {
    if (!masked) {
      expired.run();
    }
  }
}
