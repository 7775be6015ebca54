package dev.hagen.memory;

import java.util.concurrent.ThreadLocalRandom;
import jdk.internal.misc.Unsafe;

/**
 * The seed of the current thread's {@link ThreadLocalRandom}. A library that draws lots with it can be made to draw the same
 * ones again: its caller puts a seed there for as long as the library runs, and the thread's own back afterwards.
 */
public final class ThreadSeed {
  private static final Unsafe UNSAFE = Unsafe.getUnsafe();
  private static final long UNKNOWN = -1;
  private static final long OFFSET = offset();

  private ThreadSeed() {}

  private static long offset() {
    try {
      return UNSAFE.objectFieldOffset(Thread.class, "threadLocalRandomSeed");
    } catch (InternalError e) {
      // A JDK that keeps it elsewhere: lots are drawn as they come.
      return UNKNOWN;
    }
  }

  /**
   * Sets a seed. The first number drawn after that is the same on every thread; further ones are the same on this thread, since
   * the JDK adds twice the thread's number with each.
   *
   * @return the thread's own seed, for {@link #restore}
   */
  public static long use(long seed) {
    if (OFFSET == UNKNOWN) {
      return 0;
    }
    // A thread has no seed until it is asked for the first time.
    var _ = ThreadLocalRandom.current();
    Thread thread = Thread.currentThread();
    long own = UNSAFE.getLong(thread, OFFSET);
    UNSAFE.putLong(thread, OFFSET, seed - 2 * thread.threadId());
    return own;
  }

  /** Puts the thread's own seed back. */
  public static void restore(long own) {
    if (OFFSET != UNKNOWN) {
      UNSAFE.putLong(Thread.currentThread(), OFFSET, own);
    }
  }
}
