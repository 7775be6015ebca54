package dev.hagen.cache;

/** Recorded cases in translation units that know their instructions as ones that units have left for often. */
final class AdaptedVectorTest extends VectorReplay {
  AdaptedVectorTest() {
    super(true, false, 1);
  }
}
