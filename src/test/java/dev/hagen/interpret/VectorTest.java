package dev.hagen.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hagen.emit.MethodClass;
import dev.hagen.vectors.Fault;
import dev.hagen.vectors.VectorCase;
import dev.hagen.vectors.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The interpreter against what a real processor did: every case of every file in {@code src/test/vectors}. What passed
 * is written to {@code target/vectors.txt}.
 */
final class VectorTest {
  private static final Path VECTORS = Path.of("src/test/vectors");
  private static final Path SUMMARY = Path.of("target/vectors.txt");
  /** Only files whose MODE/GROUP contains this are run: {@code mvn test -Dvectors=64/bit}. */
  private static final String FILTER = System.getProperty("vectors", "");
  /** Failures of a file that are described; the rest are counted. */
  private static final int DESCRIBED = Integer.getInteger("vectors.described", 5);

  /** Cases of a file; {@code unlike} differ as expected. */
  private record Count(int passed, int total, int unlike) {}

  private static final Map<String, Map<Integer, Count>> COUNTS = new TreeMap<>();
  private static VectorMachine machine;

  @BeforeAll
  static void build() {
    machine = new VectorMachine(new SemanticMethods(MethodClass::bind));
  }

  @AfterAll
  static void summarize() throws IOException {
    machine.close();
    List<String> lines = new ArrayList<>();
    lines.add("%-18s %15s %15s %15s".formatted("vectors passed", "16-bit", "32-bit", "64-bit"));
    for (Map.Entry<String, Map<Integer, Count>> group : COUNTS.entrySet()) {
      lines.add("%-18s %15s %15s %15s".formatted(group.getKey(), cell(group.getValue().get(16)),
          cell(group.getValue().get(32)), cell(group.getValue().get(64))));
    }
    List<Count> all = COUNTS.values().stream().flatMap(group -> group.values().stream()).toList();
    lines.add("all: %d of %d, %d differ as expected".formatted(all.stream().mapToInt(Count::passed).sum(),
        all.stream().mapToInt(Count::total).sum(), all.stream().mapToInt(Count::unlike).sum()));
    Files.write(SUMMARY, lines);
  }

  private static String cell(Count count) {
    return count == null ? "" : count.passed + "/" + count.total;
  }

  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    try (Stream<Path> paths = Files.walk(VECTORS)) {
      return paths.filter(path -> path.toString().endsWith(".vec") && name(path).contains(FILTER)).sorted().toList()
          .stream().map(path -> DynamicTest.dynamicTest(name(path), () -> replay(path)));
    }
  }

  /** MODE/GROUP. */
  private static String name(Path path) {
    String relative = VECTORS.relativize(path).toString().replace('\\', '/');
    return relative.substring(0, relative.length() - ".vec".length());
  }

  private static void replay(Path path) throws IOException {
    VectorFile file = VectorFile.read(path);
    StringBuilder report = new StringBuilder();
    int failed = 0;
    int unlike = 0;
    for (VectorCase vector : (Iterable<VectorCase>) file.cases()::iterator) {
      List<String> differences = run(vector);
      if (ExpectedDifferences.contains(vector, file.group(), differences)) {
        unlike++;
      } else if (!differences.isEmpty() && failed++ < DESCRIBED) {
        report.append(vector.describe()).append("  got:    ").append(String.join(", ", differences)).append('\n');
      }
    }
    COUNTS.computeIfAbsent(file.group(), key -> new TreeMap<>())
        .put(file.mode().bits(), new Count(file.count() - failed - unlike, file.count(), unlike));
    assertEquals(0, failed, () -> "cases of " + name(path) + " that differ from the recorded processor, the first:\n"
        + report);
    assertEquals(ExpectedDifferences.count(file.mode().bits(), file.group()), unlike,
        "cases of " + name(path) + " that are expected to differ");
  }

  private static List<String> run(VectorCase vector) {
    machine.load(vector);
    List<String> differences;
    try {
      Fault fault = machine.run(vector);
      differences = VectorComparison.differences(machine, vector, fault);
    } catch (RuntimeException | AssertionError e) {
      differences = List.of(e + " at " + e.getStackTrace()[0]);
    }
    machine.restore(vector);
    return differences;
  }
}
