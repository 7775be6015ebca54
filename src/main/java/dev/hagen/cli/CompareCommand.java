package dev.hagen.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hagen compare}: runs one guest in several ways and shows how long it takes in each. */
@Command(name = "compare", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
    usageHelpWidth = Main.USAGE_WIDTH,
    description = "Runs a guest by several techniques, and by QEMU where it is installed, and compares how long it takes:"
        + " the built-in nanobenchmark guest operation by operation, any other guest from the start to its end, or from a"
        + " line that it prints to another.")
final class CompareCommand implements Callable<Integer> {
  private static final String NANO = "nano";
  private static final String NANO_FILE = "/dev/hagen/guest/nano%d.elf";
  private static final String QEMU_TCG = "qemu-tcg";

  @Parameters(arity = "0..1", paramLabel = "IMAGE",
      description = "A kernel. Default: the built-in nanobenchmark guest.")
  private @Nullable Path image;

  @Option(names = {"-initrd", "--initrd"}, paramLabel = "FILE", description = "Initial RAM disk.")
  private @Nullable Path initrd;

  @Option(names = {"-append", "--append"}, paramLabel = "TEXT", description = "The kernel's command line.")
  private @Nullable String append;

  @Option(names = {"--guest"}, paramLabel = "nano|forkwait|system",
      description = "A guest of Hagen's own in place of IMAGE: nano, the nanobenchmarks; or a Debian kernel with programs, which has to"
          + " be built first: forkwait, where a process makes and awaits others, or system, what Linux does for programs, one"
          + " after the other (system calls, processes, pipes, memory).")
  private @Nullable String guest;

  @Option(names = {"--processes"}, paramLabel = "N", defaultValue = "4000",
      description = "How many processes forkwait makes (default: 4000).")
  private int processes;

  @Option(names = {"-m", "--m", "--memory"}, paramLabel = "SIZE",
      description = "Guest memory (default: 128M; forkwait and system: 512M).")
  private @Nullable String memory;

  @Option(names = {"--from"}, paramLabel = "REGEX",
      description = "Measure from the first line on the guest's serial line that matches (default: from the start).")
  private @Nullable String from;

  @Option(names = {"--until"}, paramLabel = "REGEX",
      description = "Measure until a line on the guest's serial line matches, and end the run there.")
  private @Nullable String until;

  @Option(names = {"--bits"}, paramLabel = "32|64", defaultValue = "64",
      description = "Width of Hagen's own guests (default: 64).")
  private int bits;

  @Option(names = {"--with"}, paramLabel = "NAME[,…]",
      description = "What to compare (default: all that there is): interpreter, simple, adaptive, shadow, paravirtual,"
          + " qemu-tcg, qemu-kvm.")
  private @Nullable String with;

  @Option(names = {"--against"}, paramLabel = "NAME",
      description = "What the ratios are to (default: qemu-tcg, or the first if that is not there).")
  private @Nullable String against;

  @Option(names = {"--rounds"}, paramLabel = "N", defaultValue = "3",
      description = "Runs of each, taken in turn (default: 3).")
  private int rounds;

  @Option(names = {"--timeout"}, paramLabel = "SECONDS", defaultValue = "600",
      description = "How long one run may take (default: 600).")
  private long timeout;

  @Option(names = {"-o", "--output"}, paramLabel = "DIR",
      description = "Write compare.html and compare.json into this directory.")
  private @Nullable Path output;

  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (bits != 32 && bits != 64) {
      throw new UserError("--bits is 32 or 64, not " + bits + ".");
    }
    if (rounds < 1 || timeout < 1 || processes < 1) {
      throw new UserError("--rounds, --timeout and --processes take a number from 1 on.");
    }
    List<Contender> contenders = chosen(Contender.all());
    yardstick(contenders);
    if (output != null) {
      createDirectory(output);
    }
    checkGuest();
    if (guest != null && BenchGuest.is(guest)) {
      compareBench(guest, contenders);
      return ExitCode.OK;
    }
    if (image != null) {
      report(measure(contenders, guest(readable(image))), String.valueOf(image.getFileName()));
      return ExitCode.OK;
    }
    Path kernel = builtIn();
    try {
      report(measure(contenders, guest(kernel)), "nanobenchmarks, " + bits + "-bit");
    } finally {
      Files.deleteIfExists(kernel);
    }
    return ExitCode.OK;
  }

  private void compareBench(String name, List<Contender> contenders) throws IOException {
    String room = memory == null ? BenchGuest.MEMORY : memory;
    if (name.equals(BenchGuest.FORK_WAIT)) {
      from = BenchGuest.FORK_WAIT_FROM;
      until = BenchGuest.FORK_WAIT_UNTIL;
      report(measure(contenders, BenchGuest.forkWait(bits, processes, room)), processes + " processes, " + bits + "-bit");
    } else {
      until = BenchGuest.SYSTEM_UNTIL;
      report(measure(contenders, BenchGuest.system(bits, room)), "what Linux does for programs, " + bits + "-bit");
    }
  }

  private void checkGuest() {
    if (guest == null) {
      return;
    }
    if (image != null || initrd != null) {
      throw new UserError("--guest is in place of IMAGE and -initrd; give either.");
    }
    if (!BenchGuest.is(guest) && !guest.equals(NANO)) {
      throw new UserError("--guest is nano, forkwait or system, not '" + guest + "'.");
    }
    if (BenchGuest.is(guest) && (append != null || from != null || until != null)) {
      throw new UserError("--guest=" + guest + " has its own command line and its own lines to measure by: -append, --from and"
          + " --until do not go with it.");
    }
  }

  private List<Contender> chosen(List<Contender> all) {
    if (with == null) {
      return all;
    }
    List<Contender> chosen = new ArrayList<>();
    for (String name : Main.commaSeparated(with)) {
      chosen.add(named(all, name, "--with"));
    }
    if (chosen.isEmpty()) {
      throw new UserError("--with takes names separated by commas.");
    }
    return chosen;
  }

  private Contender yardstick(List<Contender> contenders) {
    if (against != null) {
      return named(contenders, against, "--against");
    }
    return contenders.stream().filter(contender -> contender.name().equals(QEMU_TCG)).findFirst()
        .orElse(contenders.getFirst());
  }

  private static Contender named(List<Contender> contenders, String name, String option) {
    return contenders.stream().filter(contender -> contender.name().equals(name)).findFirst()
        .orElseThrow(() -> new UserError(option + ": there is no '" + name + "' here, but "
            + String.join(", ", contenders.stream().map(Contender::name).toList()) + "."));
  }

  private static void createDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError("-o: " + directory + " is no directory and cannot be made one: " + Main.reason(e) + ".");
    }
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new UserError(file + " is no file that can be read.");
    }
    return file;
  }

  /** A file with the built-in guest, which QEMU can read as well. */
  private Path builtIn() throws IOException {
    if (initrd != null) {
      throw new UserError("-initrd needs a kernel; give one as IMAGE.");
    }
    try (InputStream in = CompareCommand.class.getResourceAsStream(String.format(NANO_FILE, bits))) {
      if (in == null) {
        throw new IllegalStateException("the built-in guest is missing from the jar");
      }
      Path file = Files.createTempFile("hagen-nano", ".elf");
      Files.write(file, in.readAllBytes());
      return file;
    }
  }

  private List<String> guest(Path kernel) {
    List<String> arguments = new ArrayList<>(List.of("-kernel", kernel.toString(), "-m",
        memory == null ? RunOptions.DEFAULT_MEMORY : memory, "-device", "isa-debug-exit"));
    if (initrd != null) {
      arguments.addAll(List.of("-initrd", readable(initrd).toString()));
    }
    if (append != null) {
      arguments.addAll(List.of("-append", append));
    }
    return arguments;
  }

  private static @Nullable Pattern pattern(String option, @Nullable String text) {
    try {
      return text == null ? null : Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new UserError(option + ": '" + text + "' is no regular expression: " + e.getDescription() + ".");
    }
  }

  /** Measures all in turn; who fails once is left out, and that is said. */
  private Comparison measure(List<Contender> contenders, List<String> arguments) {
    Pattern start = pattern("--from", from);
    Pattern end = pattern("--until", until);
    boolean measuresItself = image == null && start == null;
    PrintWriter err = spec.commandLine().getErr();
    List<Contender> left = new ArrayList<>(contenders);
    Map<Contender, List<Map<String, Double>>> results = new HashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : List.copyOf(left)) {
        err.println("hagen: round " + round + " of " + rounds + ", " + contender.name() + " …");
        try {
          results.computeIfAbsent(contender, name -> new ArrayList<>())
              .add(new ContenderRun(contender, arguments, start, end, measuresItself).measure(timeout));
        } catch (UserError e) {
          left.remove(contender);
          if (left.isEmpty()) {
            throw e;
          }
          err.println("hagen: " + e.getMessage());
        }
      }
    }
    Comparison comparison = new Comparison(left, yardstick(left));
    left.forEach(contender -> results.getOrDefault(contender, List.of())
        .forEach(result -> comparison.add(contender, result)));
    return comparison;
  }

  private void report(Comparison comparison, String title) throws IOException {
    boolean isNano = !comparison.operations().contains(ContenderRun.SECONDS) && (guest == null || guest.equals(NANO));
    String unit = isNano ? "nanoseconds" : "seconds";
    ComparisonReport report = new ComparisonReport(comparison, title, unit);
    PrintWriter out = spec.commandLine().getOut();
    out.print(report.text());
    out.flush();
    if (output != null) {
      Files.writeString(output.resolve("compare.json"), report.json());
      Files.writeString(output.resolve("compare.html"), new ComparisonPage(comparison, report, title, unit).html());
    }
  }
}
