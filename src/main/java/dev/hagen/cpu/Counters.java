package dev.hagen.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The values of all {@link Counter}s of one virtual processor.
 *
 * <p>The processor's thread counts by plain increments, which is cheap enough to be always on. Any thread may read meanwhile;
 * what it reads is a value that the counter has had not long ago, and two values need not be of the same moment.
 */
public final class Counters {
  /** The listener hears of one exit in so many; a prime number, so that exits in turn are all heard of. */
  public static final int SAMPLE_PERIOD = 997;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values = new long[Counter.values().length];
  private volatile ExitListener listener = ExitListener.NONE;
  private int untilSample = SAMPLE_PERIOD;
  /** What the last slow path of the instruction under way makes a unit leave for. */
  private Counter cause = Counter.LEAVE_INSTRUCTION;

  /** Who hears of exits; any thread may call. */
  public void setListener(ExitListener newListener) {
    listener = newListener;
  }

  /** Who hears of exits. */
  public ExitListener listener() {
    return listener;
  }

  /** Counts one; on the processor's thread. */
  public void count(Counter counter) {
    values[counter.ordinal()]++;
  }

  /** Counts several; on the processor's thread. */
  public void add(Counter counter, long number) {
    values[counter.ordinal()] += number;
  }

  /** Sets a gauge, or a counter to what has been counted elsewhere; on the processor's thread. */
  public void set(Counter counter, long value) {
    values[counter.ordinal()] = value;
  }

  /** Counts one; on any thread. What is counted so must never be counted otherwise. */
  public void countShared(Counter counter) {
    ELEMENT.getAndAdd(values, counter.ordinal(), 1L);
  }

  /** Counts an access by the slow path; if a unit has left for it, that was {@code leave}. */
  public void slow(Counter counter, Counter leave) {
    count(counter);
    cause = leave;
  }

  /** Counts an exit, and tells the listener of some; if a unit has left for it, that was {@link Counter#LEAVE_VM_EXIT}. */
  public void exit(Counter reason) {
    cause = Counter.LEAVE_VM_EXIT;
    deliver(reason);
  }

  /** Counts the delivery of an exception or interrupt, and tells the listener of some. */
  public void deliver(Counter event) {
    count(event);
    if (--untilSample == 0) {
      untilSample = SAMPLE_PERIOD;
      listener.exit(event);
    }
  }

  /** The next instruction is one that a unit has left for. */
  public void beginLeave() {
    cause = Counter.LEAVE_INSTRUCTION;
  }

  /** Counts the leave for an instruction by the slow path that it took since {@link #beginLeave}; answers its counter. */
  public Counter endLeave() {
    count(cause);
    return cause;
  }

  /** A value that {@code counter} has had not long ago; on any thread. */
  public long of(Counter counter) {
    return (long) ELEMENT.getOpaque(values, counter.ordinal());
  }

  /** The sum of a family. */
  public long sum(CounterFamily family) {
    long sum = 0;
    for (Counter counter : Counter.values()) {
      sum += counter.family() == family ? of(counter) : 0;
    }
    return sum;
  }
}
