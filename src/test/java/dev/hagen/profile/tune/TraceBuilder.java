package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Traces written down by hand. A unit is called by its key; all cost a millisecond. */
final class TraceBuilder {
  static final long COST = 1_000_000;

  private final List<TracedUnit> units = new ArrayList<>();
  private final Map<Long, Integer> current = new HashMap<>();
  private final List<Integer> events = new ArrayList<>();
  private int threshold;
  private final List<Integer> gaps = new ArrayList<>();

  /** Units that are used, but not much. */
  TraceBuilder useLittle(long instructions, long key) {
    events.add(Lookup.USED.to(current.get(key), Lookup.level(instructions)));
    return this;
  }

  /** From now on blocks are translated after so many entries; at once if this is not called. */
  TraceBuilder threshold(int entries) {
    threshold = entries;
    return this;
  }

  /** Units that are translated. */
  TraceBuilder make(int weight, long... keys) {
    for (long key : keys) {
      version(key, weight);
      add(Lookup.MADE, key);
    }
    return this;
  }

  TraceBuilder use(long... keys) {
    for (long key : keys) {
      events.add(Lookup.USED.to(current.get(key), Lookup.MANY));
    }
    return this;
  }

  TraceBuilder improve(int weight, long key) {
    version(key, weight);
    return add(Lookup.IMPROVED, key);
  }

  TraceBuilder go(long key) {
    return add(Lookup.GONE, key);
  }

  TraceBuilder gap() {
    gaps.add(events.size());
    return this;
  }

  private void version(long key, int weight) {
    current.put(key, units.size());
    units.add(new TracedUnit(key, key, weight, COST));
  }

  private TraceBuilder add(Lookup what, long key) {
    events.add(what.to(current.get(key)));
    return this;
  }

  UnitTrace trace() {
    return trace(new CacheLimits(CachePolicy.LRU, 1000));
  }

  UnitTrace trace(CacheLimits limits) {
    return new UnitTrace(new UnitTrace.Recorded(limits, threshold, 0, 0, 0), units, ints(events), ints(gaps));
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
