package dev.hagen.bench;

import dev.hagen.cache.CacheLimits;
import dev.hagen.profile.tune.TraceRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to record one look-up of a unit, compression included.
 *
 * <pre>
 * Temurin 25, two cores shared with other work, so an upper bound; nanoseconds
 * recordOneUse        25
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class TraceBenchmark {
  private static final int UNITS = 4096;

  private final long[] keys = new long[UNITS];
  private Path directory;
  private TraceRecorder recorder;
  private int next;

  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = Files.createTempDirectory("hagen-trace");
    recorder = TraceRecorder.open(directory.resolve("trace"), CacheLimits.standard(), 3000, TraceRecorder.STANDARD_ROOM);
    Random random = new Random(1);
    for (int i = 0; i < UNITS; i++) {
      keys[i] = random.nextLong();
      recorder.made(keys[i], i, 1900, 1000);
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    recorder.close();
    Files.delete(directory);
  }

  @Benchmark
  public void recordOneUse() {
    // Harvests show units in nearly the same order each time, with some left out.
    next += 1 + (next & 1);
    recorder.used(keys[next & UNITS - 1], next & 0xFFFF);
  }
}
