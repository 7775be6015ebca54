package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuState;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.ExpectedDifferences;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.interpret.VectorComparison;
import dev.hagen.interpret.VectorMachine;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.vectors.Fault;
import dev.hagen.vectors.MemoryLayout;
import dev.hagen.vectors.VectorCase;
import dev.hagen.vectors.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Replays recorded cases in translation units, each with a TLB that knows the case's pages and with one that does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class VectorReplay {
  private static final Path VECTORS = Path.of("src/test/vectors");
  /** Only files whose MODE/GROUP contains this are run: {@code mvn test -Dvectors=64/bit}. */
  private static final String FILTER = System.getProperty("vectors", "");
  /** Which cases are run. The Maven profile {@code nightly} runs all. */
  private static final VectorTurn TURN =
      VectorTurn.of(System.getProperty(VectorTurn.PROPERTY, "today"), LocalDate.now(ZoneOffset.UTC));
  private static final int DESCRIBED = Integer.getInteger("vectors.described", 5);
  /** The cache of decoded code is checked after one case in so many. */
  private static final int CHECKED = 64;
  /** Units have 32- and 64-bit code. */
  private static final String NOT_TRANSLATED = "16/";

  private final VectorMachine machine = new VectorMachine(new SemanticMethods(MethodClass::bind));
  private final TranslatedTier tier;

  VectorReplay(boolean intrinsics, boolean draft, int record) {
    tier = new TranslatedTier(machine, intrinsics, draft, record);
    machine.setTier(tier);
  }

  /** A test for each file. */
  @TestFactory
  Stream<DynamicTest> everyFile() throws IOException {
    System.out.println(getClass().getSimpleName() + ": " + TURN);
    try (Stream<Path> paths = Files.walk(VECTORS)) {
      return paths.filter(path -> path.toString().endsWith(".vec"))
          .filter(path -> name(path).contains(FILTER) && !name(path).startsWith(NOT_TRANSLATED)).sorted().toList()
          .stream().map(path -> DynamicTest.dynamicTest(name(path), () -> replay(path)));
    }
  }

  /** MODE/GROUP. */
  private static String name(Path path) {
    String relative = VECTORS.relativize(path).toString().replace('\\', '/');
    return relative.substring(0, relative.length() - ".vec".length());
  }

  private void replay(Path path) throws IOException {
    VectorFile file = VectorFile.read(path);
    StringBuilder report = new StringBuilder();
    int[] failed = {0};
    file.cases().filter(vector -> TURN.includes(vector.index())).forEach(vector -> {
      for (boolean warm : new boolean[] {false, true}) {
        List<String> differences = run(vector, warm);
        if (!differences.isEmpty() && !ExpectedDifferences.contains(vector, file.group(), differences)
            && failed[0]++ < DESCRIBED) {
          report.append(vector.describe()).append(warm ? "  warm:   " : "  cold:   ")
              .append(String.join(", ", differences)).append('\n');
        }
      }
    });
    if (Boolean.getBoolean("vectors.count")) {
      System.out.printf("%-30s %6d cases %6d units %6d entered%n", name(path), file.count(), tier.size(), tier.entered());
    }
    tier.clear();
    assertThat(report.toString()).as("%d cases of %s differ from the recorded processor", failed[0], name(path)).isEmpty();
  }

  private List<String> run(VectorCase vector, boolean warm) {
    machine.load(vector);
    warm(machine.cpu(), warm);
    try {
      Fault fault = machine.run(vector);
      return VectorComparison.differences(machine, vector, fault);
    } catch (RuntimeException | AssertionError e) {
      return List.of(e + " at " + e.getStackTrace()[0]);
    } finally {
      machine.restore(vector);
      if (vector.index() % CHECKED == 0) {
        machine.interpreter().assertConsistent();
      }
    }
  }

  /** Empties the TLB, and fills it with the pages of the case if {@code warm}. */
  private static void warm(CpuState cpu, boolean warm) {
    Paging.flush(cpu);
    if (warm) {
      for (MemoryLayout.Region region : MemoryLayout.REGIONS) {
        for (int page = region.address(); page < region.address() + region.size(); page += 0x1000) {
          LinearMemory.load(cpu, page, 1);
          if (region.permissions() == MemoryLayout.Permissions.READ_WRITE) {
            LinearMemory.loadForWrite(cpu, page, 1);
          }
        }
      }
    }
  }

  @AfterAll
  void close() {
    machine.close();
  }
}
