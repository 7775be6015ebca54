package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.system.HagenProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in guest. */
class DemoIT {
  private static final String PRIMES =
      "primes below 100: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97";

  @Test
  void run_withoutImage_printsPrimesAndExitsWithZero() {
    Result result = HagenProcess.run("run");
    assertThat(result.out().lines()).contains(PRIMES);
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
  }

  @Test
  void run_ofTheImageFile_isTheSame() {
    Result result = HagenProcess.run("run", "guest-images/demo/demo.elf");
    assertThat(result.out().lines()).contains(PRIMES);
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void run_withStatistics_printsWhatWasCounted() {
    Result result = HagenProcess.run("run", "--stats");
    assertThat(result.err().lines()).first().asString()
        .matches("hagen: [0-9,]+ guest instructions in [0-9.]+ s \\([0-9.]+ million a second\\)");
    assertThat(result.err().lines()).anyMatch(line -> line.matches("  exceptions +pf 2"));
  }

  @Test
  void launcher_throughSymbolicLinkFromAnotherDirectory_runs(@TempDir Path directory) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("my hagen"), Path.of("hagen").toAbsolutePath());
    ProcessBuilder elsewhere = new ProcessBuilder().directory(directory.toFile());
    try (HagenProcess hagen = HagenProcess.start(elsewhere, link.toString(), "run")) {
      hagen.closeInput();
      Result result = hagen.end();
      assertThat(result.out()).contains(PRIMES);
      assertThat(result.exitCode()).isZero();
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void launcher_hasArchiveOfClasses() throws Exception {
    HagenProcess.run("--version");
    assertThat(Files.size(Path.of("target/hagen.aot"))).as("bytes; target/hagen-build.log tells more").isGreaterThan(1 << 20);
  }

  @Test
  void launcher_withoutJdk_saysSoInOneSentence(@TempDir Path directory) {
    ProcessBuilder environment = new ProcessBuilder();
    environment.environment().put("HAGEN_JAVA_HOME", directory.toString());
    try (HagenProcess hagen = HagenProcess.start(environment, Path.of("hagen").toAbsolutePath().toString(), "run")) {
      hagen.closeInput();
      Result result = hagen.end();
      assertThat(result.err()).isEqualTo("hagen: HAGEN_JAVA_HOME is " + directory
          + ", which holds no JDK 25 or newer.\n");
      assertThat(result.exitCode()).isEqualTo(2);
    }
  }

  @Test
  void jar_withoutTheLauncher_runsAndSaysThatItIsSlower() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    try (HagenProcess hagen = HagenProcess.start(new ProcessBuilder(), java, "-jar", "target/hagen.jar", "run")) {
      hagen.closeInput();
      Result result = hagen.end();
      assertThat(result.out().lines()).contains(PRIMES);
      assertThat(result.exitCode()).isZero();
      assertThat(result.err().lines()).singleElement().asString().contains("./hagen");
    }
  }
}
