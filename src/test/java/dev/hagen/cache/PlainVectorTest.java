package dev.hagen.cache;

/** Recorded cases in translation units whose operations have no bytecode of their own. */
final class PlainVectorTest extends VectorReplay {
  PlainVectorTest() {
    super(false, false, 0);
  }
}
