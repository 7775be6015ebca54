package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hagen.machine.SkewedGuest;
import dev.hagen.system.HagenProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recording a guest, and what {@code hagen tune} makes of it. */
class TuneIT {
  /** Percentages are printed with three digits. */
  private static final double ROUNDED = 0.001;
  private static final double HALF_A_POINT = 0.5;
  private static final int CALLS = 5_000;
  private static final int DONE = 3;

  @TempDir
  private Path directory;
  private Path trace;
  private Path guest;

  @BeforeEach
  void writeGuest() throws IOException {
    trace = directory.resolve("some.trace");
    guest = Files.write(directory.resolve("guest"), SkewedGuest.image(CALLS));
  }

  private Result run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("run", guest.toString(), "--load-address", "0x" + Long.toHexString(SkewedGuest.BASE),
        "-device", "isa-debug-exit", "--tunable", "threshold=100", "--tunable", "background=0", "--stats"));
    arguments.addAll(Arrays.asList(more));
    return HagenProcess.run(arguments.toArray(String[]::new));
  }

  private static double number(String text, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as("%s in: %s", regex, text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"w-tinylfu", "s3-fifo"})
  void replay_withTheRecordedPolicy_hasTheHitRatioThatTheRunningCacheCounts(String policy) {
    Result run = run("--cache", "policy=" + policy + ",max=64K", "--trace-units", trace.toString());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(DONE);
    String stats = run.err().replace(",", "");
    double hits = number(stats, "cache_hits +(\\d+)");
    double counted = 100 * hits / (hits + number(stats, "units_made +hot (\\d+)"));
    assertThat(number(stats, "evicted (\\d+)")).isGreaterThan(100);
    Result tune = HagenProcess.run("tune", trace.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    assertThat(tune.out()).startsWith("recorded with policy=" + policy + ",max=64K: ");
    assertThat(number(tune.out(), "([0-9.]+) % of look-ups hit")).isCloseTo(counted, within(ROUNDED));
    assertThat(number(tune.out(), "the same simulated: ([0-9.]+) %")).isCloseTo(counted, within(HALF_A_POINT));
  }

  @Test
  void runThatIsTerminated_leavesNoFile() throws Exception {
    Path looping = Files.write(directory.resolve("looping"), new byte[] {(byte) 0xEB, (byte) 0xFE});
    Path part = directory.resolve("some.trace.part");
    try (HagenProcess hagen = HagenProcess.start("run", looping.toString(), "--load-address", "0x200000", "--trace-units",
        trace.toString(), "-serial", "null")) {
      long end = System.nanoTime() + HagenProcess.SHORT.toNanos();
      while (!Files.exists(part) && System.nanoTime() < end) {
        Thread.sleep(10);
      }
      assertThat(part).exists();
      hagen.terminate();
      hagen.end();
    }
    assertThat(part).doesNotExist();
    assertThat(trace).doesNotExist();
  }

  @Test
  void recommendation_isWritten_andRunTakesIt() throws IOException {
    assertThat(run("--trace-units", trace + ",max=1M").exitCode()).isEqualTo(DONE);
    Path config = Files.writeString(directory.resolve("config.json"), "{\"m\": 64}");
    Path reports = directory.resolve("some/reports");
    Result tune = HagenProcess.run("tune", trace.toString(), "--max", "100K", "-o", reports.toString(), "--write-config",
        config.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    assertThat(tune.out()).containsPattern("recommended: --cache policy=[a-z0-9-]+,max=\\d+K");
    assertThat(Files.readString(reports.resolve("tune.html"))).contains("</html>");
    assertThat(Files.readString(reports.resolve("tune.csv"))).startsWith("policy,");
    assertThat(Files.readString(config)).contains("\"m\": 64").containsPattern("\"cache\": \"policy=[a-z0-9-]+,max=\\d+K\"");
    assertThat(run("--config", config.toString()).exitCode()).isEqualTo(DONE);
    assertThat(directory.toFile().list()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void live_runsTheGuestUnderEach_andComparesTimes() {
    Result tune = HagenProcess.run("tune", "--live", "--compare", "policy=flush,max=64K", "--rounds", "2", guest.toString(),
        "--load-address", "0x100000", "-device", "isa-debug-exit", "--tunable", "threshold=100");
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    assertThat(tune.out()).contains("round 2: policy=w-tinylfu,max=64K").contains("policy=flush,max=64K", "processor time")
        .containsPattern("median \\d+\\.\\d\\d s, \\d+\\.\\d\\d to \\d+\\.\\d\\d s in 2 runs")
        .containsPattern("(No clear winner|takes the least): ");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "tune                                  | tune needs a trace; record one with 'hagen run --trace-units FILE'.",
      "tune none                             | none cannot be read: there is no such file.",
      "tune README.md                        | README.md is no trace of 'hagen run --trace-units'.",
      "tune README.md --nothing              | tune has no option '--nothing'; options of run follow behind --live only.",
      "tune README.md --sizes 4K             | --sizes: a cache has 64K at least, not 4K.",
      "tune README.md --compare policy=lru   | tune --compare needs --live and the options of a run.",
      "tune --live                           | tune --live needs --compare, for example --compare policy=lru,max=1M.",
      "tune --live --compare max=1M          | tune --live: two of the caches to compare are the same.",
      "tune --live --compare max=1M --cache max=2M | tune --live chooses the cache itself: give --compare in place of --cache.",
      "tune --live --compare policy=x        | --cache: there is no policy 'x', only w-tinylfu, lru, fifo, lfu, clock, sieve, s3-fifo,"
          + " arc, flush, unbounded.",
      "tune --live --compare policy=lru none | tune --live: a run has ended with exit code 2: none does not exist.",
      "run --trace-units none/file           | --trace-units: none/file cannot be written: there is no such file.",
      "run --trace-units file,max=1K         | --trace-units: max is 256K to 256M, not 1K.",
      "run --trace-units ,max=1M             | --trace-units takes the name of a file, and ,max=SIZE behind it if you like."})
  void mistake_isNamedInOneSentence(String arguments, String sentence) {
    Result result = HagenProcess.run(arguments.split(" +"));
    assertThat(result.err().strip()).isEqualTo("hagen: " + sentence);
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void traceThatIsCutShort_isRefused() throws IOException {
    assertThat(run("--trace-units", trace.toString()).exitCode()).isEqualTo(DONE);
    Files.write(trace, Arrays.copyOf(Files.readAllBytes(trace), 500));
    Result result = HagenProcess.run("tune", trace.toString());
    assertThat(result.err()).isEqualTo("hagen: " + trace + " is damaged or cut short; record it again.\n");
    assertThat(result.exitCode()).isEqualTo(2);
  }
}
