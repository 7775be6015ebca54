package dev.hagen.profile.tune;

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
  static final int BITS = 2;

  /** What happened to which unit, in one number. */
  int to(int unit) {
    return unit << BITS | ordinal();
  }

  static Lookup of(int event) {
    return ALL[event & (1 << BITS) - 1];
  }

  static int unit(int event) {
    return event >>> BITS;
  }
}
