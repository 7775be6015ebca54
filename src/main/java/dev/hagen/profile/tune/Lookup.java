package dev.hagen.profile.tune;

import dev.hagen.cache.LookupListener;

/** What is said to the policy of a translation cache; see {@link dev.hagen.cache.LookupListener}. */
enum Lookup {
  /** A unit that is held was in use: a hit. */
  USED,
  /** A unit was translated: a miss. */
  MADE,
  /** A unit that is held got a better one in its place. */
  IMPROVED,
  /** A unit is of no use any more. */
  GONE;

  private static final Lookup[] ALL = values();
  /** Bits of an event that say what happened. */
  private static final int WHAT_BITS = 2;
  /** Bits that say how much a unit was used. */
  private static final int LEVEL_BITS = 5;
  /** Bits below those of the unit. */
  static final int BITS = WHAT_BITS + LEVEL_BITS;
  /** The level of units that do not count. */
  static final int MANY = (1 << LEVEL_BITS) - 1;

  /** What happened to which unit, in one number. */
  int to(int unit) {
    return to(unit, 0);
  }

  /** The same with the {@link #level} of use. */
  int to(int unit, int level) {
    return unit << BITS | level << WHAT_BITS | ordinal();
  }

  /** How much a unit was used: the logarithm of its instructions, or {@link #MANY}. */
  static int level(long instructions) {
    if (instructions == LookupListener.MANY) {
      return MANY;
    }
    return Math.min(MANY - 1, Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, instructions)));
  }

  static Lookup of(int event) {
    return ALL[event & (1 << WHAT_BITS) - 1];
  }

  static int unit(int event) {
    return event >>> BITS;
  }

  /** About how many instructions the unit has retired, or {@link LookupListener#MANY}. */
  static long instructions(int event) {
    int level = event >>> WHAT_BITS & MANY;
    return level == MANY ? LookupListener.MANY : (1L << level) + (1L << level >> 1);
  }
}
