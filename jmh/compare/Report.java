import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Prints the tables. */
final class Report {

  private final Options options;
  private final Results results;
  private boolean missed;

  Report(Options options, Results results) {
    this.options = options;
    this.results = results;
  }

  /** Each program of a guest, and the mean of each group. */
  void programs(Guest guest) {
    System.out.printf("%n%d-bit programs          TCG / Hagen, first    TCG / Hagen, warm   seconds, warm, wall%n", guest.bits());
    System.out.printf("                             wall       cpu       wall       cpu     host     TCG   Hagen  spread%n");
    for (String group : List.of("integer", "floating", "memory", "system", "real")) {
      Set<Results.Program> programs = results.programs(program -> program.guest().equals(guest) && program.group().equals(group));
      if (programs.isEmpty()) {
        continue;
      }
      programs.forEach(this::program);
      System.out.printf("%-22s", "= " + group + ", mean");
      for (boolean first : new boolean[] {true, false}) {
        for (Results.Clock clock : Results.Clock.values()) {
          System.out.printf(" %10s", number(mean(guest, first, clock, Double.POSITIVE_INFINITY, group)));
        }
      }
      System.out.println();
    }
  }

  private void program(Results.Program program) {
    System.out.printf("%-22s", program.group() + " " + program.name());
    for (boolean first : new boolean[] {true, false}) {
      for (Results.Clock clock : Results.Clock.values()) {
        System.out.printf(" %10s", number(results.ratio(program, first, clock)));
      }
    }
    for (Machine machine : Machine.values()) {
      System.out.printf(" %7s", seconds(results.median(machine, program, false, Results.Clock.WALL)));
    }
    double spread = results.spread(program, false, Results.Clock.WALL);
    System.out.printf(" %7s%n", Double.isFinite(spread) ? Math.round(100 * spread) + " %" : "-");
  }

  /** Start of the process to the first line of init, and memory. */
  void boot() {
    System.out.printf("%nfrom start to HAGEN-READY    wall            cpu         resident%n");
    System.out.printf("                         TCG   Hagen     TCG   Hagen     TCG    Hagen%n");
    for (Guest guest : options.guests()) {
      System.out.printf("%-20s", guest.architecture() + ", -m " + options.memory());
      for (Results.Clock clock : Results.Clock.values()) {
        for (Machine machine : List.of(Machine.TCG, Machine.HAGEN)) {
          System.out.printf(" %7s", seconds(results.boot(machine, guest, clock::of)));
        }
      }
      for (Machine machine : List.of(Machine.TCG, Machine.HAGEN)) {
        System.out.printf(" %4.0f MiB", results.boot(machine, guest, Results.Boot::mebibytes));
      }
      System.out.println();
    }
  }

  /** What is to be reached, and what is. */
  void reach() {
    if (!options.isWhole()) {
      System.out.printf("%nNot all groups at full size: the rows below are no verdict.%n");
    }
    System.out.printf("%nreach                                         wall     cpu     must      aim   by %s%n",
        options.byCpu() ? "cpu" : "wall");
    for (Guest guest : options.guests()) {
      int bits = guest.bits();
      row("integer, warm, " + bits + "-bit", 1.7, 3, clock -> mean(guest, false, clock, Double.POSITIVE_INFINITY, "integer"));
    }
    for (Guest guest : options.guests()) {
      row("floating + memory, warm, " + guest.bits() + "-bit", 4, 8, clock -> mean(guest, false, clock, 10, "floating", "memory"));
    }
    for (Guest guest : options.guests()) {
      row("worst of those, first run, " + guest.bits() + "-bit", 0.8, 1.2, clock -> worst(guest, clock));
    }
    for (Guest guest : options.guests()) {
      row("system, warm, " + guest.bits() + "-bit", 0.5, 1, clock -> mean(guest, false, clock, Double.POSITIVE_INFINITY, "system"));
    }
    for (Guest guest : options.guests()) {
      boolean small = guest.bits() == 64;
      row("HAGEN-READY, " + guest.architecture(), small ? 0.5 : 0.7, small ? 1 : 1.5,
          clock -> results.bootRatio(guest, clock));
    }
    for (Guest guest : options.guests()) {
      row("stack in the page of code, " + guest.bits() + "-bit", 0.5, 0.9, clock -> Results.divide(
          stack(guest, "stack-elsewhere", clock), stack(guest, "stack-in-code", clock)));
    }
    double mebibytes = options.guests().stream().mapToDouble(guest -> results.boot(Machine.HAGEN, guest, Results.Boot::mebibytes))
        .max().orElse(Double.NaN);
    System.out.printf("%-38s %11s %7s %8s %8s   %s%n", "MiB resident after boot", Math.round(mebibytes), "", "<= 1229", "<= 800",
        verdict(-mebibytes, -1229, -800));
  }

  /** Whether a figure of {@link #reach} is not what it must be, and enough was measured to say so. */
  boolean isMissed() {
    return missed && options.isWhole();
  }

  private String verdict(double figure, double must, double aim) {
    missed |= figure < must;
    return Double.isNaN(figure) ? "-" : figure >= aim ? "aim" : figure >= must ? "must" : "MISSED";
  }

  private void row(String what, double must, double aim, ToDoubleFunction<Results.Clock> figure) {
    double decides = figure.applyAsDouble(options.byCpu() ? Results.Clock.CPU : Results.Clock.WALL);
    System.out.printf(Locale.ROOT, "%-38s %11s %7s %8s %8s   %s%n", what, number(figure.applyAsDouble(Results.Clock.WALL)),
        number(figure.applyAsDouble(Results.Clock.CPU)), ">= " + must, ">= " + aim,
        verdict(decides, must, aim));
  }

  private double mean(Guest guest, boolean first, Results.Clock clock, double most, String... groups) {
    return Results.geometricMean(ratios(guest, first, clock, most, groups));
  }

  private double worst(Guest guest, Results.Clock clock) {
    return Arrays.stream(ratios(guest, true, clock, Double.POSITIVE_INFINITY, "integer", "floating", "memory"))
        .min().orElse(Double.NaN);
  }

  private double[] ratios(Guest guest, boolean first, Results.Clock clock, double most, String... groups) {
    return results.programs(program -> program.guest().equals(guest) && List.of(groups).contains(program.group()))
        .stream().mapToDouble(program -> Math.min(most, results.ratio(program, first, clock))).toArray();
  }

  private double stack(Guest guest, String name, Results.Clock clock) {
    return results.median(Machine.HAGEN, new Results.Program(guest, "stack", name), false, clock);
  }

  private static String number(double ratio) {
    return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
  }

  private static String seconds(double seconds) {
    return Double.isNaN(seconds) ? "-" : String.format(Locale.ROOT, "%.3f", seconds);
  }
}
