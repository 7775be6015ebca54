package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Traces of whole Linux guests: what {@code hagen tune} makes of them is what the running cache has counted. */
class TuneTracesIT {
  /** Per cent. */
  private static final double HALF_A_POINT = 0.5;

  @TempDir
  private Path directory;

  private static double number(String text, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as("%s in: %s", regex, text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  /** The caches are too small, so that who stays matters. */
  @ParameterizedTest
  @CsvSource({
      "boot,  none,                w-tinylfu, 512K",
      "bench, 'integer,floating',  w-tinylfu, 512K",
      "mixed, 'integer,system,real', s3-fifo, 1M"})
  void replay_hasTheHitRatioThatTheRunningCacheCounts(String load, String programs, String policy, String size) {
    Path trace = directory.resolve(load + ".trace");
    Result run = HagenProcess.run("run", "-kernel", Requirements.debianImage("vmlinuz-amd64").toString(), "-initrd",
        Requirements.benchImage("initrd-amd64").toString(), "-append", "console=ttyS0 scale=0.05 runs=1 bench=" + programs, "-m",
        "512", "-no-reboot", "-serial", "file:" + directory.resolve("serial"), "--exit-on-serial",
        programs.equals("none") ? "HAGEN-READY" : "bench done", "--cache", "policy=" + policy + ",max=" + size, "--trace-units",
        trace.toString(), "--stats");
    assertThat(run.exitCode()).as(run.err()).isZero();
    String stats = run.err().replace(",", "");
    double hits = number(stats, "cache_hits +(\\d+)");
    double counted = 100 * hits / (hits + number(stats, "units_made +hot (\\d+)"));
    assertThat(number(stats, "evicted (\\d+)")).isGreaterThan(100);
    Result tune = HagenProcess.run("tune", trace.toString());
    assertThat(tune.exitCode()).as(tune.err()).isZero();
    double simulated = number(tune.out(), "the same simulated: ([0-9.]+) %");
    System.out.printf("%s: %.3f %% counted, %.3f %% simulated%n", load, counted, simulated);
    assertThat(simulated).isCloseTo(counted, within(HALF_A_POINT));
  }
}
