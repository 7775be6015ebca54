package dev.hagen.cli;

import dev.hagen.profile.tune.Recommendation;
import dev.hagen.profile.tune.Study;
import dev.hagen.profile.tune.StudyPage;
import dev.hagen.profile.tune.StudyTable;
import dev.hagen.profile.tune.StudyText;
import dev.hagen.profile.tune.TraceException;
import dev.hagen.profile.tune.TraceFile;
import dev.hagen.profile.tune.UnitTrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.Unmatched;

/** {@code hagen tune}: which policy and size of the translation cache suit a guest. */
@Command(name = "tune", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
    usageHelpWidth = Main.USAGE_WIDTH,
    description = "Replays traces of 'hagen run --trace-units' under every policy of the translation cache and several sizes,"
        + " and recommends one; or, with --live, runs a guest under several and compares the time.",
    footer = {"", "hagen tune --live --compare SETTING [--compare SETTING…] [--rounds N] OPTIONS-OF-RUN…"})
final class TuneCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "FILE", description = "Traces; each begins with an empty cache, and the results are"
      + " summed up.")
  private List<String> files = new ArrayList<>();

  @Option(names = {"--sizes"}, paramLabel = "SIZE[,SIZE…]", description = "Sizes to try, in MiB or with a suffix K, M, G"
      + " (default: from a sixteenth of what holds everything to a quarter more than that).")
  private @Nullable String sizes;

  @Option(names = {"--max"}, paramLabel = "SIZE", description = "Recommend no larger cache than that.")
  private @Nullable String most;

  @Option(names = {"-o", "--output"}, paramLabel = "DIR", description = "Write tune.html and tune.csv there.")
  private @Nullable Path output;

  @Option(names = {"--write-config"}, paramLabel = "FILE",
      description = "Put the recommendation into a file for 'hagen run --config'; other entries that it has stay.")
  private @Nullable Path config;

  @Option(names = {"--live"}, description = "Run the guest and compare times. What follows behind tune's own options are those"
      + " of 'hagen run'; the guest must end by itself or by --exit-on-serial.")
  private boolean live;

  @Option(names = {"--compare"}, paramLabel = "[policy=NAME][,max=SIZE]",
      description = "With --live: what to compare, as in --cache. If there is one, the other is the default policy with the"
          + " same size.")
  private List<String> compared = new ArrayList<>();

  @Option(names = {"--rounds"}, paramLabel = "N", defaultValue = "3",
      description = "With --live: how often the guest runs under each (default: 3).")
  private int rounds = 3;

  @Unmatched
  private List<String> rest = new ArrayList<>();

  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (live) {
      if (output != null || config != null || sizes != null || most != null) {
        throw new UserError("tune --live takes none of --sizes, --max, -o and --write-config.");
      }
      List<String> run = new ArrayList<>(files);
      run.addAll(rest);
      new LiveComparison(compared, rounds, run, out).run();
      return ExitCode.OK;
    }
    if (!rest.isEmpty()) {
      throw new UserError("tune has no option '" + rest.getFirst() + "'; options of run follow behind --live only.");
    }
    if (!compared.isEmpty()) {
      throw new UserError("tune --compare needs --live and the options of a run.");
    }
    if (files.isEmpty()) {
      throw new UserError("tune needs a trace; record one with 'hagen run --trace-units FILE'.");
    }
    report(out);
    return ExitCode.OK;
  }

  private void report(PrintWriter out) {
    List<Long> wanted = new ArrayList<>();
    for (String size : Main.commaSeparated(sizes == null ? "" : sizes)) {
      wanted.add(size("--sizes", size));
    }
    long limit = most == null ? Long.MAX_VALUE : size("--max", most);
    List<UnitTrace> traces = new ArrayList<>();
    for (String file : files) {
      traces.add(read(file));
    }
    Study study = Study.of(traces, wanted);
    if (study.sizes().getFirst() > limit) {
      throw new UserError("--max: no size that is tried is that small; name some with --sizes.");
    }
    Recommendation recommendation = Recommendation.of(study, limit);
    out.print(StudyText.of(study, recommendation));
    out.flush();
    if (output != null) {
      try {
        Files.createDirectories(output);
      } catch (IOException e) {
        throw new UserError(output + " cannot be made: " + Main.reason(e) + ".");
      }
      Main.writeFile(output.resolve("tune.html"), StudyPage.html(study, recommendation));
      Main.writeFile(output.resolve("tune.csv"), StudyTable.csv(study));
    }
    if (config != null) {
      ConfigFile.put(config, "cache", recommendation.option());
    }
  }

  private static UnitTrace read(String file) {
    try {
      UnitTrace trace = TraceFile.read(Path.of(file));
      if (trace.size() == 0) {
        throw new UserError(file + " is empty: nothing was translated while it was recorded.");
      }
      return trace;
    } catch (TraceException e) {
      throw new UserError(file + " " + e.getMessage() + ".");
    } catch (IOException e) {
      throw new UserError(file + " cannot be read: " + Main.reason(e) + ".");
    }
  }

  private static long size(String option, String text) {
    long size;
    try {
      size = MemorySize.parse(text);
    } catch (TypeConversionException e) {
      throw new UserError(option + ": " + e.getMessage());
    }
    if (size < Study.SMALLEST) {
      throw new UserError(option + ": a cache has 64K at least, not " + text + ".");
    }
    return size;
  }
}
