package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What all policies make of some traces with caches of several sizes. */
public final class Study {
  /** Sizes that are tried if nobody says which, as parts of what would hold everything. */
  private static final double[] PARTS = {1 / 16.0, 1 / 8.0, 3 / 16.0, 1 / 4.0, 3 / 8.0, 1 / 2.0, 3 / 4.0, 1, 5 / 4.0};
  /** Seconds; less is none. */
  private static final double NOTHING = 0.0005;
  private static final long STEP = 4L << 10;
  /** Bytes: a running cache is no smaller. */
  public static final long SMALLEST = 64L << 10;

  private record Cell(Simulated who, long maximum) {}

  private final List<UnitTrace> traces;
  private final List<Long> sizes;
  private final Outcome recorded;
  private final Outcome unbounded;
  private final Map<Cell, Outcome> outcomes;

  private Study(List<UnitTrace> traces, List<Long> sizes, Outcome recorded, Outcome unbounded, Map<Cell, Outcome> outcomes) {
    this.traces = traces;
    this.sizes = sizes;
    this.recorded = recorded;
    this.unbounded = unbounded;
    this.outcomes = outcomes;
  }

  /**
   * Replays traces, each against an empty cache, and sums up.
   *
   * @param sizes bytes that caches may hold; empty: some that follow from the traces
   */
  public static Study of(List<UnitTrace> traces, List<Long> sizes) {
    Outcome recorded = Outcome.NOTHING;
    Outcome unbounded = Outcome.NOTHING;
    for (UnitTrace trace : traces) {
      CacheLimits limits = trace.recorded().limits();
      recorded = recorded.plus(Replay.of(trace, limits.policy(), limits.maximum()));
      unbounded = unbounded.plus(Replay.of(trace, CachePolicy.UNBOUNDED, Long.MAX_VALUE));
    }
    List<Long> tried = sizes.isEmpty() ? standardSizes(unbounded.peak()) : List.copyOf(new TreeSet<>(sizes));
    List<Cell> cells = new ArrayList<>();
    for (Simulated who : Simulated.all()) {
      tried.forEach(size -> cells.add(new Cell(who, size)));
    }
    List<Outcome> results = cells.parallelStream().map(cell -> traces.stream()
        .map(trace -> cell.who.run(trace, cell.maximum)).reduce(Outcome.NOTHING, Outcome::plus)).toList();
    Map<Cell, Outcome> outcomes = new HashMap<>();
    for (int i = 0; i < results.size(); i++) {
      outcomes.put(cells.get(i), results.get(i));
    }
    return new Study(List.copyOf(traces), tried, recorded, unbounded, outcomes);
  }

  private static List<Long> standardSizes(long everything) {
    TreeSet<Long> sizes = new TreeSet<>();
    for (double part : PARTS) {
      long size = (long) Math.ceil(everything * part / STEP) * STEP;
      sizes.add(Math.max(SMALLEST, size));
    }
    return List.copyOf(sizes);
  }

  /** What was replayed. */
  public List<UnitTrace> traces() {
    return traces;
  }

  /** The sizes of caches in bytes, ascending. */
  public List<Long> sizes() {
    return sizes;
  }

  /** What the policies and sizes of the recordings make of the traces. */
  public Outcome recorded() {
    return recorded;
  }

  /** What a cache makes of them that never evicts; its peak is the size that holds everything. */
  public Outcome unbounded() {
    return unbounded;
  }

  /** What somebody makes of them who may hold {@code maximum} bytes, which is one of {@link #sizes}. */
  public Outcome outcome(Simulated who, long maximum) {
    Outcome found = outcomes.get(new Cell(who, maximum));
    if (found == null) {
      throw new IllegalArgumentException("%s was not tried with %d bytes".formatted(who.spelling(), maximum));
    }
    return found;
  }

  /** Seconds of translating again and of interpreting meanwhile that somebody saves against the recordings; negative if there are more. */
  public double saved(Simulated who, long maximum) {
    double saved = recorded.seconds() - outcome(who, maximum).seconds();
    return Math.abs(saved) < NOTHING ? 0 : saved;
  }

  /** What one miss costs in the mean, in microseconds: of translation alone. */
  public double missMicros() {
    long misses = unbounded.misses();
    return misses == 0 ? 0 : (double) unbounded.firstNanos() / misses / 1000;
  }
}
