import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** All that was measured. */
final class Results {

  /** One run of one program, in seconds. */
  record Sample(Guest guest, String group, String name, boolean first, double wall, double cpu, String checksum) {
    Program program() {
      return new Program(guest, group, name);
    }
  }

  /** From the start of the process to the first line of init, in seconds, and the memory resident then. */
  record Boot(Guest guest, double wall, double cpu, double mebibytes) {}

  /** A program in one of the guests. */
  record Program(Guest guest, String group, String name) {}

  /** Which seconds. */
  enum Clock {
    WALL, CPU;

    double of(Sample sample) {
      return this == WALL ? sample.wall : sample.cpu;
    }

    double of(Boot boot) {
      return this == WALL ? boot.wall : boot.cpu;
    }
  }

  private final Map<Machine, List<Sample>> samples = new EnumMap<>(Machine.class);
  private final Map<Machine, List<Boot>> boots = new EnumMap<>(Machine.class);

  void add(Machine machine, Sample sample) {
    samples.computeIfAbsent(machine, key -> new ArrayList<>()).add(sample);
  }

  void add(Machine machine, Boot boot) {
    boots.computeIfAbsent(machine, key -> new ArrayList<>()).add(boot);
  }

  /** The programs that ran somewhere, in the order in which they did. */
  Set<Program> programs(Predicate<Program> wanted) {
    Set<Program> programs = new LinkedHashSet<>();
    for (Machine machine : Machine.values()) {
      of(machine).stream().map(Sample::program).filter(wanted).forEach(programs::add);
    }
    return programs;
  }

  private List<Sample> of(Machine machine) {
    return samples.getOrDefault(machine, List.of());
  }

  private double[] seconds(Machine machine, Program program, boolean first, Clock clock) {
    return of(machine).stream().filter(sample -> sample.program().equals(program) && sample.first == first)
        .mapToDouble(clock::of).toArray();
  }

  /** The median, not a number where nothing was measured. */
  double median(Machine machine, Program program, boolean first, Clock clock) {
    return median(seconds(machine, program, first, clock));
  }

  /** The longest minus the shortest, as a part of the median. */
  double spread(Machine machine, Program program, boolean first, Clock clock) {
    double[] seconds = seconds(machine, program, first, clock);
    Arrays.sort(seconds);
    return seconds.length < 2 ? Double.NaN : (seconds[seconds.length - 1] - seconds[0]) / median(seconds);
  }

  /** TCG's seconds divided by Hagen's. */
  double ratio(Program program, boolean first, Clock clock) {
    return divide(median(Machine.TCG, program, first, clock), median(Machine.HAGEN, program, first, clock));
  }

  double boot(Machine machine, Guest guest, ToDoubleFunction<Boot> what) {
    return median(boots.getOrDefault(machine, List.of()).stream().filter(boot -> boot.guest.equals(guest))
        .mapToDouble(what).toArray());
  }

  /** Sentences about checksums that are not the host's. */
  Set<String> differences() {
    Set<String> differences = new LinkedHashSet<>();
    for (Machine machine : Machine.values()) {
      for (Sample sample : of(machine)) {
        of(Machine.HOST).stream().filter(right -> right.program().equals(sample.program()))
            .filter(right -> !right.checksum.equals(sample.checksum)).findFirst()
            .ifPresent(right -> differences.add("%s, %d-bit: checksum of %s %s is %s and should be %s".formatted(
                machine.title(), sample.guest.bits(), sample.group, sample.name, sample.checksum, right.checksum)));
      }
    }
    return differences;
  }

  static double divide(double dividend, double divisor) {
    // Processor time comes in hundredths of a second; nothing can be said of less.
    return divisor < 0.005 || dividend < 0.005 ? Double.NaN : dividend / divisor;
  }

  /** Not a number when one of them is not: a program that crashed must not improve the mean. */
  static double geometricMean(double[] ratios) {
    return Math.exp(Arrays.stream(ratios).map(Math::log).average().orElse(Double.NaN));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int half = values.length / 2;
    return values.length == 0 ? Double.NaN
        : values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }
}
