package dev.hagen.cache;

import dev.hagen.interpret.Interpreter;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Recorded cases in translation units that leave their instructions to their steps, since units have left for them all the time.
 */
final class WorstRecordVectorTest {
  private static VectorReplay replay;

  @BeforeAll
  static void build() {
    replay = new VectorReplay(true, false, Interpreter.WORST_RECORD);
  }

  @AfterAll
  static void close() {
    replay.close();
  }

  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    return replay.everyFile();
  }
}
