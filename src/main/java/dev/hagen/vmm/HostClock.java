package dev.hagen.vmm;

import java.util.concurrent.locks.LockSupport;

/** A clock that follows the host's, with a thread that wakes the virtual processor when a timer is due. */
public final class HostClock extends MachineClock {
  private final long start = System.nanoTime();
  private final Runnable wake;
  private final Thread thread;
  /** The deadline the thread waits for. */
  private volatile long wanted = NEVER;
  private volatile boolean closed;

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
    wanted = nextDeadline();
    LockSupport.unpark(thread);
  }

  @Override
  public void runDue() {
    super.runDue();
    wanted = nextDeadline();
    if (wanted != NEVER) {
      LockSupport.unpark(thread);
    }
  }

  private void waitForDeadlines() {
    while (!closed) {
      long deadline = wanted;
      if (deadline == NEVER) {
        LockSupport.park(this);
        continue;
      }
      long left = deadline - now();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else {
        wanted = NEVER;
        wake.run();
      }
    }
  }

  @Override
  void skipToDeadline() {}

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
