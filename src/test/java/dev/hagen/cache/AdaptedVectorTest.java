package dev.hagen.cache;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recorded cases in translation units that know their instructions as ones that units have left for often. */
final class AdaptedVectorTest {
  private static VectorReplay replay;

  @BeforeAll
  static void build() {
    replay = new VectorReplay(true, false, 1);
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
