package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** What was asked of a translation cache while a guest ran. */
public final class UnitTrace {
  /** More events than these are in no trace, so that a replay has room for them. */
  static final int MOST_EVENTS = 1 << 25;
  /** More units than these are in no trace. */
  static final int MOST_UNITS = 1 << 20;

  private final Recorded recorded;
  private final List<TracedUnit> units;
  private final int[] events;
  private final int[] gaps;
  private final int[] keys;
  private final int keyCount;

  /**
   * How it was recorded.
   *
   * @param limits of the cache
   * @param threshold entries after which a block was translated
   * @param hits counted by it
   * @param misses counted by it
   * @param dropped events for which there was no room
   */
  public record Recorded(CacheLimits limits, int threshold, long hits, long misses, long dropped) {
    /** The part of look-ups that were hits, 0 to 1. */
    public double hitRatio() {
      return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
    }
  }

  /**
   * A trace.
   *
   * @param events as {@link Lookup#to} makes them
   * @param gaps indices of events before which some are missing, ascending
   */
  UnitTrace(Recorded recorded, List<TracedUnit> units, int[] events, int[] gaps) {
    this.recorded = recorded;
    this.units = List.copyOf(units);
    this.events = events;
    this.gaps = gaps;
    this.keys = new int[units.size()];
    Map<Long, Integer> numbers = new HashMap<>();
    for (int i = 0; i < keys.length; i++) {
      keys[i] = numbers.computeIfAbsent(units.get(i).key(), key -> numbers.size());
    }
    this.keyCount = numbers.size();
  }

  /** How it was recorded. */
  public Recorded recorded() {
    return recorded;
  }

  /** All units. */
  public List<TracedUnit> units() {
    return units;
  }

  /** How many events there are. */
  public int size() {
    return events.length;
  }

  /** How many different places of code have had units. */
  public int places() {
    return keyCount;
  }

  int event(int index) {
    return events[index];
  }

  /** Indices of events before which some are missing, ascending. */
  int[] gaps() {
    return gaps;
  }

  /**
   * Tells of all events in their order.
   *
   * @param gap hears of each place where some are missing, before the event behind it
   * @param event takes the index of an event
   */
  void forEach(Runnable gap, IntConsumer event) {
    int next = 0;
    for (int i = 0; i < events.length; i++) {
      if (next < gaps.length && gaps[next] == i) {
        next++;
        gap.run();
      }
      event.accept(i);
    }
  }

  /** The number of a unit's key among all keys, from 0 on. */
  int place(int unit) {
    return keys[unit];
  }
}
