package dev.hagen.cache;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recorded cases in translation units. */
final class TranslatedVectorTest {
  private static VectorReplay replay;

  @BeforeAll
  static void build() {
    replay = new VectorReplay(true, false, 0);
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
