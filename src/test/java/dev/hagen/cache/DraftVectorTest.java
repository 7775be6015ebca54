package dev.hagen.cache;

/** Recorded cases in drafts of translation units. */
final class DraftVectorTest extends VectorReplay {
  DraftVectorTest() {
    super(true, true, 0);
  }
}
