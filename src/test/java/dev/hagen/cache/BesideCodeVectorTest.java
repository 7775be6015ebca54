package dev.hagen.cache;

import dev.hagen.interpret.Interpreter;

/** Recorded cases in translation units that know their instructions as ones that store into pages with code. */
final class BesideCodeVectorTest extends VectorReplay {
  BesideCodeVectorTest() {
    super(true, false, 1 | Interpreter.CODE_PAGE);
  }
}
