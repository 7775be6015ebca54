package dev.hagen.cache;

/**
 * What has become of translated code so far.
 *
 * @param translated units that have been published
 * @param evicted those that went because the cache was full
 * @param retired those that went because their code was written
 * @param units how many there are
 * @param bytes the size of their class files
 */
public record TranslationCounters(long translated, long evicted, long retired, int units, long bytes) {}
