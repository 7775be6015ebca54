import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the command line says. */
record Options(boolean help, Path home, List<Guest> guests, List<String> groups, int rounds, int runs, double scale,
    boolean byCpu, String memory, int timeout, List<String> prefix, List<String> hagen, List<String> qemu,
    String append) {

  static final List<String> GROUPS = List.of("integer", "floating", "memory", "system", "real", "stack");

  static final String HELP = """
      usage: compare.sh [OPTION]... [GROUP|NAME]...

      Boots the guests of guest-images/bench in QEMU (TCG, one thread) and in Hagen, runs the named groups
      (integer, floating, memory, system, real, stack; default: all) or single programs in both, a run in
      each in turn while the other is stopped, and prints TCG's seconds divided by Hagen's: above 1, Hagen
      is faster; medians over the pairs of runs. Seconds are those of the host between two lines on the
      guest's console, by the wall and by the emulator's processor time, all of its threads included. A
      first run meets cold code; a warm run is any later one in the same process.

        --quick          --scale=0.1 --runs=2 --rounds=1: to see that everything works
        --rounds=N       how often each guest boots in each emulator (default: 3)
        --runs=N         how often each program runs in its process (default: 3)
        --scale=F        multiplies the sizes of the programs (default: 1)
        --bits=64,32     which guests
        --by=wall|cpu    which seconds decide in the last table (default: wall; cpu where the machine
                         does other work too)
        --prefix=WORDS   put before both emulators' commands, for example 'taskset -c 1' or 'nice -n -5':
                         it must become the command, which is stopped while the other has its turn
        --hagen=WORDS    more options for 'hagen run'
        --qemu=WORDS     more options for QEMU
        --append=WORDS   more words for the kernel's command line
        --memory=SIZE    of the guests (default: 512)
        --timeout=N      seconds of silence after which a guest is given up (default: 600)

      The consoles' output is kept in target/compare. The exit code is 1 when a checksum differs from the
      host's (in 32-bit and in 64-bit code it is the same) or the host does not tell it, when a guest does
      not come to its end, and when a row of the last table is MISSED: its figure is not what it must be.
      That is decided when all is measured and printed, and only if all groups ran at full size.
      """;

  static Options parse(String[] arguments) {
    boolean help = false;
    boolean byCpu = false;
    Path home = Path.of("");
    List<Guest> guests = List.of(Guest.BITS_64, Guest.BITS_32);
    List<String> groups = new ArrayList<>();
    int rounds = 3;
    int runs = 3;
    double scale = 1;
    int timeout = 600;
    String memory = "512";
    String append = "";
    List<String> prefix = List.of();
    List<String> hagen = List.of();
    List<String> qemu = List.of();
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      switch (argument.startsWith("-") ? argument.replaceFirst("=.*", "") : "") {
        case "-h", "--help" -> help = true;
        case "--home" -> home = Path.of(value);
        case "--quick" -> {
          scale = 0.1;
          runs = 2;
          rounds = 1;
        }
        case "--rounds" -> rounds = number(argument);
        case "--runs" -> runs = number(argument);
        case "--scale" -> scale = positive(argument);
        case "--bits" -> guests = Arrays.stream(value.split(",")).map(Guest::ofBits).toList();
        case "--by" -> byCpu = isCpu(value);
        case "--prefix" -> prefix = words(value);
        case "--hagen" -> hagen = words(value);
        case "--qemu" -> qemu = words(value);
        case "--append" -> append = value;
        case "--memory" -> memory = value;
        case "--timeout" -> timeout = number(argument);
        case "" -> groups.addAll(Arrays.asList(argument.split(",")));
        default -> throw new IllegalArgumentException(argument + " is no option; --help lists them.");
      }
    }
    if (groups.isEmpty()) {
      groups = GROUPS;
    }
    return new Options(help, home, guests, groups.stream().distinct().toList(), rounds, runs, scale, byCpu, memory, timeout, prefix,
        hagen, qemu, append);
  }

  private static boolean isCpu(String value) {
    return switch (value) {
      case "wall" -> false;
      case "cpu" -> true;
      default -> throw new IllegalArgumentException("--by is wall or cpu, not '" + value + "'.");
    };
  }

  private static double positive(String argument) {
    String value = argument.substring(argument.indexOf('=') + 1);
    if (!value.matches("[0-9]*[.]?[0-9]+") || Double.parseDouble(value) == 0) {
      throw new IllegalArgumentException(argument + ": a number above 0 is needed, such as 0.5.");
    }
    return Double.parseDouble(value);
  }

  /** Whether everything is measured that the last table asks for: all groups, at full size. */
  boolean isWhole() {
    return scale >= 1 && GROUPS.containsAll(groups) && groups.containsAll(GROUPS);
  }

  private static int number(String argument) {
    String value = argument.substring(argument.indexOf('=') + 1);
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(argument + ": a number above 0 is needed.");
    }
    return Integer.parseInt(value);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  /** A file that a build wrote. */
  Path image(String name) {
    return home.resolve("target/guest-images").resolve(name);
  }

  /** The command that boots a guest and runs a group in it. */
  List<String> command(Machine machine, Guest guest, String group) {
    List<String> command = new ArrayList<>(prefix);
    if (machine == Machine.HAGEN) {
      command.addAll(List.of(home.resolve("hagen").toString(), "run"));
      command.addAll(hagen);
    } else {
      command.addAll(List.of("qemu-system-x86_64", "-accel", "tcg,thread=single"));
      command.addAll(qemu);
    }
    command.addAll(List.of("-m", memory, "-nographic", "-no-reboot",
        "-kernel", image("debian/vmlinuz-" + guest.architecture()).toString(),
        "-initrd", image("bench/initrd-" + guest.architecture()).toString(),
        "-append", ("console=ttyS0 panic=-1 bench=" + group + " scale=" + scale + " runs=" + runs + " wait=1 " + append).strip()));
    return command;
  }

  /** The command that runs all groups on the host, once. */
  List<String> hostCommand(Guest guest) {
    return List.of(image("bench/bench-" + guest.architecture()).toString(),
        "--busybox", image("bench/busybox-" + guest.architecture()).toString(),
        "--scale", String.valueOf(scale), "--runs", "2", String.join(",", groups));
  }
}
