package dev.hagen.vmm;

import java.util.concurrent.locks.LockSupport;

/** A clock that follows the host's, with a thread that wakes the virtual processor when a timer is due. */
public final class HostClock extends MachineClock {
  private final long start = System.nanoTime();
  private final Runnable wake;
  private final Thread thread;
  /** The deadline the thread is to wait for. */
  private volatile long wanted = NEVER;
  /** When the thread wakes by itself if it sleeps: it need not be woken for a later deadline, which costs a system call. */
  private volatile long wakesAt = AWAKE;
  private volatile boolean closed;

  private static final long AWAKE = Long.MIN_VALUE;

  /**
   * A clock that starts now.
   *
   * @param wake called on the clock's own thread when a timer may be due
   */
  public HostClock(Runnable wake) {
    super(System.currentTimeMillis() / 1000);
    this.wake = wake;
    this.thread = Thread.ofPlatform().daemon().name("hagen-clock").start(this::waitForDeadlines);
  }

  @Override
  public long now() {
    return System.nanoTime() - start;
  }

  @Override
  void deadlineChanged() {
    waitFor(nextDeadline());
  }

  @Override
  public void runDue() {
    super.runDue();
    waitFor(nextDeadline());
  }

  private void waitFor(long deadline) {
    wanted = deadline;
    if (deadline < wakesAt) {
      LockSupport.unpark(thread);
    }
  }

  private void waitForDeadlines() {
    while (!closed) {
      long deadline = wanted;
      long left = deadline - now();
      if (left > 0) {
        sleepUntil(deadline);
      } else {
        wanted = NEVER;
        wake.run();
      }
    }
  }

  /** Sleeps until a deadline, or {@link #NEVER}, or until an earlier one is wanted. */
  private void sleepUntil(long deadline) {
    wakesAt = deadline;
    // Whoever has not seen that it sleeps has said before what it wants.
    if (wanted >= deadline && !closed) {
      if (deadline == NEVER) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, deadline - now());
      }
    }
    wakesAt = AWAKE;
  }

  @Override
  void skipToDeadline() {}

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
