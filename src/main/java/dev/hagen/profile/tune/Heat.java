package dev.hagen.profile.tune;

import dev.hagen.cache.LookupListener;
import org.jspecify.annotations.Nullable;

/** When code that is not held becomes hot: as in a machine, not before it has been interpreted often. */
final class Heat {
  /** Instructions that are interpreted for each entry of the block that is counted. */
  private static final int INSTRUCTIONS_PER_ENTRY = 8;

  private final long needed;
  private final long[] interpreted;

  Heat(UnitTrace trace) {
    needed = (long) trace.recorded().threshold() * INSTRUCTIONS_PER_ENTRY;
    interpreted = new long[trace.places()];
  }

  /**
   * Whether a look-up of what is not held makes it hot.
   *
   * @param event a use, or a translation: what was translated was hot
   * @param counter counts what is interpreted before it is hot; null: that could not be avoided
   */
  boolean isHot(int event, int place, Outcome.@Nullable Counter counter) {
    long instructions = Lookup.of(event) == Lookup.MADE ? LookupListener.MANY : Lookup.instructions(event);
    long left = needed - interpreted[place];
    boolean hot = instructions >= left;
    if (counter != null) {
      counter.interpreted(hot ? left : instructions);
    }
    interpreted[place] = hot ? 0 : interpreted[place] + instructions;
    return hot;
  }
}
