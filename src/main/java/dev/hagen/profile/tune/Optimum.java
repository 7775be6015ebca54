package dev.hagen.profile.tune;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * A trace told to somebody who knows how it goes on: who is used again latest goes first, a newcomer too, and who is not used
 * again before its code is written is not kept at all (L. A. Belady, "A study of replacement algorithms for a virtual-storage
 * computer", 1966).
 *
 * <p>If all units weigh the same, and are hot at once when they are used, nothing has a higher hit ratio. Otherwise the best
 * choice cannot be computed in reasonable time; this one is an approximation that a policy may beat by a little, and that does
 * not look at what a unit costs.
 */
public final class Optimum {
  private static final int NEVER = Integer.MAX_VALUE;

  private final UnitTrace trace;
  private final long maximum;
  private final Outcome.Counter counter = new Outcome.Counter();
  /** For each event that is a look-up, the index of the next of the same place, or NEVER. */
  private final int[] next;
  /** For each place that is held when it is used next; NEVER: it is not held. */
  private final int[] heldUntil;
  private final int[] weights;
  private final Heat heat;
  private final boolean[] known;
  private final boolean[] seen;
  private boolean afterGap;
  /** Look-ups to come of what is held, the latest first; each also says its place. Some are out of date. */
  private final PriorityQueue<Long> latest = new PriorityQueue<>((a, b) -> Long.compare(b, a));
  private long weight;

  private Optimum(UnitTrace trace, long maximum) {
    this.trace = trace;
    this.maximum = maximum;
    this.next = next(trace);
    this.heldUntil = new int[trace.places()];
    Arrays.fill(heldUntil, NEVER);
    this.weights = new int[trace.places()];
    this.heat = new Heat(trace);
    this.known = new boolean[trace.places()];
    this.seen = new boolean[trace.places()];
  }

  /**
   * What knowledge of the future makes of a trace.
   *
   * @param maximum bytes that may be held
   */
  public static Outcome of(UnitTrace trace, long maximum) {
    return new Optimum(trace, maximum).run();
  }

  private static int[] next(UnitTrace trace) {
    int[] next = new int[trace.size()];
    int[] coming = new int[trace.places()];
    Arrays.fill(coming, NEVER);
    for (int i = trace.size() - 1; i >= 0; i--) {
      int place = trace.place(Lookup.unit(trace.event(i)));
      switch (Lookup.of(trace.event(i))) {
        case USED, MADE -> {
          next[i] = coming[place];
          coming[place] = i;
        }
        case GONE -> coming[place] = NEVER;
        case IMPROVED -> next[i] = NEVER;
        default -> throw new AssertionError();
      }
    }
    return next;
  }

  private Outcome run() {
    trace.forEach(this::passGap, index -> take(index, Lookup.unit(trace.event(index))));
    return counter.outcome();
  }

  private void passGap() {
    afterGap = true;
    Arrays.fill(seen, false);
  }

  private void take(int index, int number) {
    TracedUnit unit = trace.units().get(number);
    int place = trace.place(number);
    boolean unsure = afterGap && !seen[place];
    seen[place] = true;
    switch (Lookup.of(trace.event(index))) {
      case USED, MADE -> {
        boolean held = heldUntil[place] != NEVER;
        if (!held && !unsure && !heat.isHot(trace.event(index), place, known[place] ? counter : null)) {
          return;
        }
        if (held && !unsure) {
          counter.hit();
        } else if (!unsure) {
          counter.miss(unit, !known[place]);
        }
        known[place] = true;
        int weightNow = held ? weights[place] : unit.weight();
        drop(place);
        hold(place, next[index], weightNow);
      }
      case IMPROVED -> {
        int until = heldUntil[place];
        drop(place);
        hold(place, until, unit.weight());
      }
      case GONE -> {
        known[place] = false;
        drop(place);
      }
      default -> throw new AssertionError();
    }
    counter.held(weight);
  }

  private void drop(int place) {
    if (heldUntil[place] != NEVER) {
      weight -= weights[place];
      heldUntil[place] = NEVER;
    }
  }

  private void hold(int place, int until, int placeWeight) {
    if (until == NEVER) {
      return;
    }
    heldUntil[place] = until;
    weights[place] = placeWeight;
    weight += placeWeight;
    latest.add((long) until << Integer.SIZE | place);
    while (weight > maximum) {
      long farthest = latest.remove();
      int who = (int) farthest;
      if (heldUntil[who] == (int) (farthest >>> Integer.SIZE)) {
        drop(who);
      }
    }
  }
}
