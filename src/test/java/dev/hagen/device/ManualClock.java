package dev.hagen.device;

import java.util.ArrayList;
import java.util.List;

/** A clock that tests move by hand; timers run when it passes them. */
public final class ManualClock implements GuestClock {
  private long now;
  private long epoch;
  private final List<ManualTimer> timers = new ArrayList<>();
  private int fired;

  private final class ManualTimer implements Timer {
    private final Runnable action;
    private long deadline;
    private boolean armed;

    ManualTimer(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long deadline) {
      this.deadline = deadline;
      armed = true;
    }

    @Override
    public void cancel() {
      armed = false;
    }
  }

  @Override
  public long now() {
    return now;
  }

  @Override
  public long epochSeconds() {
    return epoch;
  }

  public ManualClock epoch(long seconds) {
    epoch = seconds;
    return this;
  }

  @Override
  public Timer timer(Runnable action) {
    ManualTimer timer = new ManualTimer(action);
    timers.add(timer);
    return timer;
  }

  /** Moves on by {@code nanos}, stopping at every deadline to run its timer in time. */
  public void advance(long nanos) {
    long end = now + nanos;
    ManualTimer next;
    while ((next = next()) != null && next.deadline <= end) {
      now = Math.max(now, next.deadline);
      fire(next);
    }
    now = end;
  }

  /** Moves on by {@code nanos} at once, then runs the timers, all of them late: the host was busy. */
  public void stall(long nanos) {
    now += nanos;
    ManualTimer next;
    while ((next = next()) != null && next.deadline <= now) {
      fire(next);
    }
  }

  private void fire(ManualTimer timer) {
    timer.armed = false;
    fired++;
    timer.action.run();
  }

  private @org.jspecify.annotations.Nullable ManualTimer next() {
    ManualTimer best = null;
    for (ManualTimer timer : timers) {
      if (timer.armed && (best == null || timer.deadline < best.deadline)) {
        best = timer;
      }
    }
    return best;
  }

  /** How many timers are armed. */
  public int armed() {
    return (int) timers.stream().filter(timer -> timer.armed).count();
  }

  /** The next deadline, or {@link Long#MAX_VALUE}. */
  public long nextDeadline() {
    ManualTimer next = next();
    return next == null ? Long.MAX_VALUE : next.deadline;
  }

  /** How many timers have run so far. */
  public int fired() {
    return fired;
  }
}
