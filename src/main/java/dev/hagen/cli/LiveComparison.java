package dev.hagen.cli;

import dev.hagen.cache.CacheLimits;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Runs of one guest with different translation caches, each in a process of its own, in turn, from start to end.
 */
final class LiveComparison {
  private static final double NANOS = 1e9;
  private static final String INTERNAL_ERROR = "hagen: " + Main.INTERNAL_ERROR;

  /** Between two looks at the processor time of a run. */
  private static final long LOOK_MILLIS = 50;

  /** What a run has taken, in seconds: on the clock, and of processors. */
  private record Run(int code, double wall, double processor) {}

  /** A cache and the runs with it. */
  private record Candidate(String setting, List<Run> runs) {
    double[] sorted(ToDoubleFunction<Run> measure) {
      return runs.stream().mapToDouble(measure).sorted().toArray();
    }

    double median(ToDoubleFunction<Run> measure) {
      double[] sorted = sorted(measure);
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double shortest(ToDoubleFunction<Run> measure) {
      return sorted(measure)[0];
    }

    double longest(ToDoubleFunction<Run> measure) {
      return sorted(measure)[runs.size() - 1];
    }
  }

  private final List<Candidate> candidates = new ArrayList<>();
  private final int rounds;
  private final List<String> run;
  private final PrintWriter out;

  /**
   * A comparison.
   *
   * @param settings values of {@code --cache}; if there is one, the default policy with the same size is compared too
   * @param run options of {@code hagen run}
   */
  LiveComparison(List<String> settings, int rounds, List<String> run, PrintWriter out) {
    if (settings.isEmpty()) {
      throw new UserError("tune --live needs --compare, for example --compare policy=lru,max=1M.");
    }
    if (rounds < 1) {
      throw new UserError("--rounds takes a number from 1 on, not " + rounds + ".");
    }
    if (run.stream().anyMatch(argument -> argument.matches("--cache(=.*)?"))) {
      throw new UserError("tune --live chooses the cache itself: give --compare in place of --cache.");
    }
    List<CacheLimits> limits = settings.stream().map(CacheOption::parse).toList();
    if (limits.size() == 1) {
      add(new CacheLimits(CacheLimits.standard().policy(), limits.getFirst().maximum()));
    }
    limits.forEach(this::add);
    if (candidates.stream().map(Candidate::setting).distinct().count() < candidates.size()) {
      throw new UserError("tune --live: two of the caches to compare are the same.");
    }
    this.rounds = rounds;
    this.run = List.copyOf(run);
    this.out = out;
  }

  private void add(CacheLimits limits) {
    candidates.add(new Candidate("policy=%s,max=%dK".formatted(limits.policy().spelling(), limits.maximum() >> 10),
        new ArrayList<>()));
  }

  void run() throws IOException, InterruptedException {
    Integer code = null;
    for (int round = 1; round <= rounds; round++) {
      for (Candidate candidate : candidates) {
        Run ended = runOnce(candidate.setting);
        if (code != null && code != ended.code) {
          throw new UserError("tune --live: the runs end differently, with exit codes " + code + " and " + ended.code + ".");
        }
        code = ended.code;
        candidate.runs.add(ended);
        out.printf(Locale.ROOT, "round %d: %-30s %8.2f s, %8.2f s of processors%n", round, candidate.setting, ended.wall,
            ended.processor);
        out.flush();
      }
    }
    conclude("time", Run::wall);
    conclude("processor time", Run::processor);
  }

  private Run runOnce(String setting) throws IOException, InterruptedException {
    Path log = Files.createTempFile("hagen-tune", ".log");
    try {
      long start = System.nanoTime();
      Process process = new ProcessBuilder(command(setting)).redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(log.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      process.getOutputStream().close();
      Duration used = Duration.ZERO;
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        used = process.info().totalCpuDuration().orElse(used);
      }
      double seconds = (System.nanoTime() - start) / NANOS;
      requireEnd(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
      return new Run(process.exitValue(), seconds, used.toNanos() / NANOS);
    } finally {
      Files.delete(log);
    }
  }

  /** Refuses a run that has not come to the guest's end. */
  private static void requireEnd(int code, String log) {
    if (code == ExitCode.TIMEOUT) {
      throw new UserError("tune --live: the time of --timeout is over before the guest was done; give it more.");
    }
    List<String> said = log.lines().filter(line -> line.startsWith("hagen: ")).toList();
    // A guest may end with 1 too, but then nothing is said.
    if (code == ExitCode.USAGE || code == ExitCode.INTERNAL_ERROR && said.contains(INTERNAL_ERROR)) {
      throw new UserError("tune --live: a run has ended with exit code %d: %s".formatted(code,
          said.isEmpty() ? "it says nothing." : said.getFirst().substring("hagen: ".length())));
    }
  }

  /** This program again, as it was started, with a run. */
  private List<String> command(String setting) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(Arrays.asList("-cp", System.getProperty("java.class.path"), Main.class.getName(), "run"));
    command.addAll(run);
    command.addAll(List.of("--cache", setting));
    return command;
  }

  private void conclude(String what, ToDoubleFunction<Run> measure) {
    out.printf("%n%s%n", what);
    for (Candidate candidate : candidates) {
      out.printf(Locale.ROOT, "%-30s median %.2f s, %.2f to %.2f s in %d runs%n", candidate.setting, candidate.median(measure),
          candidate.shortest(measure), candidate.longest(measure), rounds);
    }
    List<Candidate> ranked = candidates.stream().sorted(Comparator.comparingDouble(one -> one.median(measure))).toList();
    Candidate best = ranked.getFirst();
    Candidate next = ranked.get(1);
    double more = 100 * (next.median(measure) / best.median(measure) - 1);
    if (best.longest(measure) < next.shortest(measure)) {
      out.printf(Locale.ROOT, "%s takes the least: %s takes %.1f %% more, and no run of it was as short.%n", best.setting,
          next.setting, more);
    } else {
      out.printf(Locale.ROOT, "No clear winner: %s takes %.1f %% more than %s, but their runs overlap.%n", next.setting, more,
          best.setting);
    }
    out.flush();
  }
}
