package dev.hagen.profile.tune;

/**
 * What a policy has made of one or several traces.
 *
 * @param hits look-ups that found their unit
 * @param misses look-ups that did not
 * @param first those of the misses that no cache could avoid: the code had never been translated, or was written since
 * @param nanos what the other misses cost: translating again what had been translated
 * @param firstNanos what translating for the first time cost
 * @param coldNanos what it cost to interpret what was not held
 * @param peak the most bytes that were held
 */
public record Outcome(long hits, long misses, long first, long nanos, long firstNanos, long coldNanos, long peak) {
  static final Outcome NOTHING = new Outcome(0, 0, 0, 0, 0, 0, 0);
  private static final double NANOS = 1e9;
  /** What an instruction takes more in the interpreter than in a unit. */
  private static final int INTERPRETED_NANOS = 10;

  /** The part of look-ups that were hits, 0 to 1; 1 if there was none. */
  public double hitRatio() {
    return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
  }

  /** How often something was translated again. */
  public long again() {
    return misses - first;
  }

  /** What is lost since not everything is held: translating again, and interpreting meanwhile; nanoseconds. */
  public long lost() {
    return nanos + coldNanos;
  }

  /** The same in seconds. */
  public double seconds() {
    return lost() / NANOS;
  }

  Outcome plus(Outcome other) {
    return new Outcome(hits + other.hits, misses + other.misses, first + other.first, nanos + other.nanos,
        firstNanos + other.firstNanos, coldNanos + other.coldNanos, Math.max(peak, other.peak));
  }

  /** Counts look-ups. */
  static final class Counter {
    private long hits;
    private long misses;
    private long first;
    private long nanos;
    private long firstNanos;
    private long coldNanos;
    private long peak;

    void hit() {
      hits++;
    }

    void miss(TracedUnit unit, boolean isFirst) {
      misses++;
      if (isFirst) {
        first++;
        firstNanos += unit.nanos();
      } else {
        nanos += unit.nanos();
      }
    }

    void interpreted(long instructions) {
      coldNanos += instructions * INTERPRETED_NANOS;
    }

    void held(long bytes) {
      peak = Math.max(peak, bytes);
    }

    Outcome outcome() {
      return new Outcome(hits, misses, first, nanos, firstNanos, coldNanos, peak);
    }
  }
}
