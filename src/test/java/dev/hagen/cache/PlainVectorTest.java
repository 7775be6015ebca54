package dev.hagen.cache;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recorded cases in translation units whose operations have no bytecode of their own. */
final class PlainVectorTest {
  private static VectorReplay replay;

  @BeforeAll
  static void build() {
    replay = new VectorReplay(false, false, 0);
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
