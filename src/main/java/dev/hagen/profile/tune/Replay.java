package dev.hagen.profile.tune;

import dev.hagen.cache.CachePolicy;
import dev.hagen.cache.UnitStore;
import java.util.Arrays;

/**
 * A trace told to a policy. A unit that was used, or had to be translated, when the trace was recorded is looked up here: if it
 * is held that is a hit. If not, it is interpreted until it is hot: then that is a miss, and it is translated and added.
 *
 * <p>With the policy and the size of the recording nothing is different from then, so hits and misses are the same. Otherwise
 * it is a prediction. What was used while it was missing in the recording is not in the trace.
 */
public final class Replay {
  private static final Object UNIT = new Object();

  private final UnitTrace trace;
  private final UnitStore<Object> store;
  private final Outcome.Counter counter = new Outcome.Counter();
  /** Places whose unit has been translated, and whose code has not been written since. */
  private final boolean[] known;
  /** Places that something has been heard of since the last gap. */
  private final boolean[] seen;
  private final Heat heat;
  private boolean afterGap;

  private Replay(UnitTrace trace, UnitStore<Object> store) {
    this.trace = trace;
    this.store = store;
    this.known = new boolean[trace.places()];
    this.seen = new boolean[trace.places()];
    this.heat = new Heat(trace);
  }

  /**
   * What a policy makes of a trace.
   *
   * @param maximum bytes that it may hold
   */
  public static Outcome of(UnitTrace trace, CachePolicy policy, long maximum) {
    return new Replay(trace, policy.store(maximum, (key, value) -> {})).run();
  }

  private Outcome run() {
    trace.forEach(this::passGap, index -> {
      int event = trace.event(index);
      take(event, Lookup.of(event), Lookup.unit(event));
    });
    return counter.outcome();
  }

  private void passGap() {
    afterGap = true;
    Arrays.fill(seen, false);
  }

  private void take(int event, Lookup what, int number) {
    TracedUnit unit = trace.units().get(number);
    int place = trace.place(number);
    boolean unsure = afterGap && !seen[place];
    seen[place] = true;
    switch (what) {
      case USED, MADE -> lookUp(event, unit, place, unsure);
      case IMPROVED -> {
        if (store.contains(unit.key())) {
          store.replace(unit.key(), UNIT, unit.weight());
        }
      }
      case GONE -> {
        known[place] = false;
        store.remove(unit.key());
      }
      default -> throw new AssertionError(what);
    }
    counter.held(store.weight());
  }

  private void lookUp(int event, TracedUnit unit, int place, boolean unsure) {
    boolean held = store.contains(unit.key());
    if (!held && !unsure && !heat.isHot(event, place, known[place] ? counter : null)) {
      return;
    }
    // Nobody knows whether what is heard of for the first time since a gap would have been there.
    if (held) {
      store.touch(unit.key());
    } else {
      store.add(unit.key(), UNIT, unit.weight());
    }
    if (!unsure) {
      if (held) {
        counter.hit();
      } else {
        counter.miss(unit, !known[place]);
      }
    }
    known[place] = true;
  }
}
