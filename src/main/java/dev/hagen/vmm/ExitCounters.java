package dev.hagen.vmm;

/** How often each exit has happened. Counted on the virtual processor's thread; reading from another one is racy. */
public final class ExitCounters {
  private final long[] counts = new long[ExitReason.values().length];

  public void count(ExitReason reason) {
    counts[reason.ordinal()]++;
  }

  public long of(ExitReason reason) {
    return counts[reason.ordinal()];
  }
}
