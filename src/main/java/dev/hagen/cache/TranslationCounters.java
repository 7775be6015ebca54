package dev.hagen.cache;

/**
 * What has become of translated code so far.
 *
 * @param translated units that have been published
 * @param improved those of them that were made anew, since they ran for long
 * @param evicted those that went because the cache was full
 * @param retired those that went because their code was written
 * @param replaced those that went because another region begins at the same place now
 * @param units how many there are
 * @param bytes the size of their class files
 */
public record TranslationCounters(long translated, long improved, long evicted, long retired, long replaced, int units, long bytes) {}
