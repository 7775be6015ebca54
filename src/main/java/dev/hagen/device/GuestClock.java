package dev.hagen.device;

/**
 * The one source of time of a machine, in nanoseconds since the machine was switched on. It stands while the machine is
 * paused. In deterministic mode it is derived from retired instructions.
 *
 * <p>All calls come from the thread that runs devices (the machine lock is held).
 */
public interface GuestClock {
  /** Nanoseconds since power-on; never goes back. */
  long now();

  /** Seconds since 1970-01-01 UTC that the real-time clock showed at power-on. */
  long epochSeconds();

  /** Makes a timer that runs {@code action} on the devices' thread when it expires; it is not armed yet. */
  Timer timer(Runnable action);

  /** A one-shot timer. */
  interface Timer {
    /** Arms the timer for the time {@code deadline} (of {@link #now}); replaces an earlier deadline. */
    void at(long deadline);

    /** Disarms the timer. */
    void cancel();
  }
}
