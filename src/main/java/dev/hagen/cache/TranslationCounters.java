package dev.hagen.cache;

/**
 * What has become of translated code so far.
 *
 * @param translated units that have been published
 * @param improved those of them that were made anew, since they ran for long
 * @param evicted those that went because the cache was full
 * @param retired those that went because their code was written
 * @param replaced those that went because another region begins at the same place now
 * @param hits look-ups that have found their unit, see {@link LookupListener}; the others are {@code translated}
 * @param units how many there are
 * @param bytes the size of their class files
 */
public record TranslationCounters(long translated, long improved, long evicted, long retired, long replaced, long hits, int units,
    long bytes) {
  /** The part of look-ups that have found their unit, 0 to 1; 1 if there was none. */
  public double hitRatio() {
    return hits + translated == 0 ? 1 : (double) hits / (hits + translated);
  }
}
