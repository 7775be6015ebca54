package dev.hagen.cache;

import dev.hagen.cpu.CpuState;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for a look at the units now and then, while the processor runs and nothing else does: a guest that computes without
 * interrupts, a decompressor for example, would never come by to have its drafts replaced.
 */
final class HarvestTimer implements AutoCloseable {
  private static final long PERIOD_NANOS = 5_000_000;

  private final CpuState cpu;
  private final Runnable wake;
  private final Thread thread;
  /** Whether the processor has come by since the timer last looked. */
  private volatile boolean seen;
  private volatile boolean closed;

  /**
   * A timer that runs from now on.
   *
   * @param wake asks the processor's thread to come by
   */
  HarvestTimer(CpuState cpu, Runnable wake) {
    this.cpu = cpu;
    this.wake = wake;
    this.thread = Thread.ofPlatform().daemon().name("hagen-harvest").start(this::run);
  }

  /** The processor has come by. */
  void note() {
    if (!seen) {
      seen = true;
    }
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(PERIOD_NANOS);
      if (!seen && !cpu.halted) {
        wake.run();
      }
      seen = false;
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
