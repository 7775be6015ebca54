package dev.hagen.cache;

/** Recorded cases in translation units. */
final class TranslatedVectorTest extends VectorReplay {
  TranslatedVectorTest() {
    super(true, false, 0);
  }
}
