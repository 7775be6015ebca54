import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that was measured. */
final class Results {

  /** Which of the guests that were booted, of one architecture and in one emulator: what was to run, and in which round. */
  record Place(String group, int round) {}

  /** One run of one program, in seconds; runs are counted from 1. */
  record Sample(Guest guest, Place place, String group, String name, int run, double wall, double cpu, String checksum) {
    Program program() {
      return new Program(guest, group, name);
    }

    boolean first() {
      return run == 1;
    }
  }

  /** From the start of the process to the first line of init, in seconds, and the memory resident then. */
  record Boot(Guest guest, Place place, double wall, double cpu, double mebibytes) {}

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
    return of(machine).stream().filter(sample -> sample.program().equals(program) && sample.first() == first)
        .mapToDouble(clock::of).toArray();
  }

  /** The median, not a number where nothing was measured. */
  double median(Machine machine, Program program, boolean first, Clock clock) {
    return median(seconds(machine, program, first, clock));
  }

  /** The highest minus the lowest of the ratios whose median is {@link #ratio}, as a part of it. */
  double spread(Program program, boolean first, Clock clock) {
    double[] ratios = ratios(program, first, clock);
    Arrays.sort(ratios);
    return ratios.length < 2 ? Double.NaN : (ratios[ratios.length - 1] - ratios[0]) / median(ratios);
  }

  /** TCG's seconds divided by Hagen's: the median over the runs, each divided by the one that followed or preceded it. */
  double ratio(Program program, boolean first, Clock clock) {
    return median(ratios(program, first, clock));
  }

  private double[] ratios(Program program, boolean first, Clock clock) {
    return of(Machine.TCG).stream().filter(sample -> sample.program().equals(program) && sample.first() == first)
        .flatMapToDouble(tcg -> of(Machine.HAGEN).stream()
            .filter(hagen -> hagen.program().equals(program) && hagen.place.equals(tcg.place) && hagen.run == tcg.run)
            .mapToDouble(hagen -> divide(clock.of(tcg), clock.of(hagen)))).toArray();
  }

  /** TCG's seconds to the first line of init divided by Hagen's: the median over the boots, each divided by its neighbour. */
  double bootRatio(Guest guest, Clock clock) {
    return median(boots(Machine.TCG, guest).flatMapToDouble(tcg -> boots(Machine.HAGEN, guest)
        .filter(hagen -> hagen.place.equals(tcg.place)).mapToDouble(hagen -> divide(clock.of(tcg), clock.of(hagen)))).toArray());
  }

  double boot(Machine machine, Guest guest, ToDoubleFunction<Boot> what) {
    return median(boots(machine, guest).mapToDouble(what).toArray());
  }

  private Stream<Boot> boots(Machine machine, Guest guest) {
    return boots.getOrDefault(machine, List.of()).stream().filter(boot -> boot.guest.equals(guest));
  }

  /** Sentences about checksums that are not the host's; a program has the same in 32-bit and in 64-bit code. */
  Set<String> differences() {
    Set<String> differences = new LinkedHashSet<>();
    for (Machine machine : Machine.values()) {
      for (Sample sample : of(machine)) {
        of(Machine.HOST).stream().filter(right -> right.group.equals(sample.group) && right.name.equals(sample.name))
            .filter(right -> !right.checksum.equals(sample.checksum)).findFirst()
            .ifPresent(right -> differences.add("%s, %d-bit: checksum of %s %s is %s and should be %s".formatted(
                machine.title(), sample.guest.bits(), sample.group, sample.name, sample.checksum, right.checksum)));
      }
    }
    return differences;
  }

  /** What ran in a guest and in neither width on the host. */
  Set<String> unchecked() {
    Set<String> programs = names(Machine.TCG);
    programs.addAll(names(Machine.HAGEN));
    programs.removeAll(names(Machine.HOST));
    return programs;
  }

  private Set<String> names(Machine machine) {
    return of(machine).stream().map(sample -> sample.group + " " + sample.name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
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
