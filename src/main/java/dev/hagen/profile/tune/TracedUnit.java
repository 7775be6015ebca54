package dev.hagen.profile.tune;

/**
 * A unit of a trace, or one of its versions: a draft and the unit in place of it are two with the same key.
 *
 * @param key guest-physical address and execution context, as the translation cache has them
 * @param linear guest-linear address of its code
 * @param weight bytes of class files that it counts as
 * @param nanos what its translation took, in the mean over the times that it was translated; for a unit in place of a
 *     draft the draft's included, since both would have to be made again
 */
public record TracedUnit(long key, long linear, int weight, long nanos) {}
