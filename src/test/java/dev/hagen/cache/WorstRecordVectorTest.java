package dev.hagen.cache;

import dev.hagen.interpret.Interpreter;

/**
 * Recorded cases in translation units that leave their instructions to their steps, since units have left for them all the
 * time.
 */
final class WorstRecordVectorTest extends VectorReplay {
  WorstRecordVectorTest() {
    super(true, false, Interpreter.WORST_RECORD);
  }
}
