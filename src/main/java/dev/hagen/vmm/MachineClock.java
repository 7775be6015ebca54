package dev.hagen.vmm;

import dev.hagen.device.GuestClock;
import java.util.PriorityQueue;

/**
 * The clock of a machine and its timers. Used on the virtual processor's thread only; what wakes that thread when a timer
 * is due is the subclass's matter.
 */
public abstract sealed class MachineClock implements GuestClock permits HostClock, InstructionClock {
  /** No timer is armed. */
  public static final long NEVER = Long.MAX_VALUE;

  private final PriorityQueue<QueuedTimer> queue = new PriorityQueue<>();
  private final long epochSeconds;
  private long sequence;

  MachineClock(long epochSeconds) {
    this.epochSeconds = epochSeconds;
  }

  @Override
  public long epochSeconds() {
    return epochSeconds;
  }

  @Override
  public Timer timer(Runnable action) {
    return new QueuedTimer(action);
  }

  /** The deadline of the timer that is due next, or {@link #NEVER}. */
  public long nextDeadline() {
    QueuedTimer first = queue.peek();
    return first == null ? NEVER : first.deadline;
  }

  /** Runs the actions of all timers that are due, earliest first. */
  public void runDue() {
    long now = now();
    while (nextDeadline() <= now) {
      QueuedTimer timer = queue.poll();
      timer.armed = false;
      timer.action.run();
    }
  }

  /** Called when {@link #nextDeadline} has come closer. */
  abstract void deadlineChanged();

  /** Lets time pass for a processor that waits, as far as the clock is its own; the next deadline at most. */
  abstract void skipToDeadline();

  /** Stops whatever the clock has running on the host. */
  public abstract void close();

  private final class QueuedTimer implements Timer, Comparable<QueuedTimer> {
    private final Runnable action;
    private boolean armed;
    private long deadline;
    /** Timers with the same deadline run in the order in which they were armed. */
    private long order;

    private QueuedTimer(Runnable action) {
      this.action = action;
    }

    @Override
    public void at(long newDeadline) {
      if (armed && newDeadline == deadline) {
        return;
      }
      cancel();
      deadline = newDeadline;
      order = sequence++;
      armed = true;
      queue.add(this);
      if (queue.peek() == this) {
        deadlineChanged();
      }
    }

    @Override
    public void cancel() {
      if (armed) {
        armed = false;
        queue.remove(this);
      }
    }

    @Override
    public int compareTo(QueuedTimer other) {
      int byDeadline = Long.compare(deadline, other.deadline);
      return byDeadline != 0 ? byDeadline : Long.compare(order, other.order);
    }
  }
}
