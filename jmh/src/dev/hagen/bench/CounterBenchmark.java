package dev.hagen.bench;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.profile.OpenMetrics;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to count: a call that does nothing, the same call with one more counted, with an exit counted (of which one in
 * {@link Counters#SAMPLE_PERIOD} is told), with a slow access; and what the thread that reads pays for all counters as
 * OpenMetrics. The calls are not inlined, as the slow paths that count are not.
 *
 * <pre>
 * Temurin 25, two cores shared with other work, best of ten iterations; nanoseconds
 * nothing          1.6
 * count            4.0
 * exit             3.4
 * slow             4.2
 * openMetrics   22,000
 * </pre>
 *
 * So one more costs 2 to 3 ns here, where nothing but the increment of the same word is waited for. The boot of the amd64 kernel
 * with a script counts 55 million (blocks, entries of units and their leaves for the most part) in 37 s: 0.4 % at most.
 * {@link InterpreterBenchmark}, without counters and with them, four runs each in turn, million guest instructions a second of
 * processor time: SIEVE 156.1 and 155.6, FIBONACCI 166.6 and 168.3.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class CounterBenchmark {
  private Counters counters;

  @Setup
  public void create() {
    counters = new Counters();
  }

  @Benchmark
  public void nothing() {
    path();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private void path() {}

  @Benchmark
  public void count() {
    countedPath();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private void countedPath() {
    counters.count(Counter.PAGE_WALKS);
  }

  @Benchmark
  public void exit() {
    exitPath();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private void exitPath() {
    counters.exit(Counter.PORT_READS);
  }

  @Benchmark
  public void slow() {
    slowPath();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private void slowPath() {
    counters.slow(Counter.TLB_MISS_READ, Counter.LEAVE_TLB_MISS);
  }

  @Benchmark
  public String openMetrics() {
    return OpenMetrics.text(List.of(counters));
  }
}
