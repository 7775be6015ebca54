import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the same guests in Hagen and in QEMU's TCG in turn and prints how they compare. */
final class Compare {

  private final Options options;
  private final Results results = new Results();
  private final List<String> notes = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();

  private Compare(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("compare.sh: " + e.getMessage());
      System.exit(2);
      return;
    }
    if (options.help()) {
      System.out.print(Options.HELP);
      return;
    }
    System.exit(new Compare(options).run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    host();
    for (int round = 0; round < options.rounds(); round++) {
      for (Guest guest : options.guests()) {
        for (String group : options.groups()) {
          inTurn(round, guest, group);
        }
      }
    }
    Report report = new Report(options, results);
    for (Guest guest : options.guests()) {
      report.programs(guest);
    }
    report.boot();
    report.reach();
    troubles.addAll(results.differences());
    if (!results.unchecked().isEmpty()) {
      troubles.add("The host does not tell the checksums of " + String.join(", ", results.unchecked()) + ".");
    }
    notes.forEach(note -> System.out.println("NOTE: " + note));
    troubles.forEach(trouble -> System.out.println("TROUBLE: " + trouble));
    return troubles.isEmpty() && !report.isMissed();
  }

  /** The programs on this machine itself, for their checksums, which one width tells for both. */
  private void host() {
    boolean known = false;
    for (Guest guest : options.guests()) {
      known |= host(guest);
    }
    if (!known && !options.guests().contains(Guest.BITS_64)) {
      host(Guest.BITS_64);
    }
  }

  /** Whether the programs of one width run on this machine: a kernel may be built without 32-bit programs. */
  private boolean host(Guest guest) {
    progress(guest.bits() + "-bit, on the host");
    try {
      GuestRun.host(options, guest).into(results, Machine.HOST);
      return true;
    } catch (Exception e) {
      notes.add("The " + guest.bits() + "-bit programs do not run on this machine: " + e.getMessage());
      return false;
    }
  }

  /** One group in both emulators, a run of a program in each in turn; the one that begins changes with the round. */
  private void inTurn(int round, Guest guest, String group) throws Exception {
    // The loop on a stack in its code is compared with Hagen itself; QEMU would need minutes.
    List<Machine> machines = group.equals("stack") ? List.of(Machine.HAGEN) : List.of(Machine.TCG, Machine.HAGEN);
    progress("round " + (round + 1) + ", " + guest.bits() + "-bit, " + group);
    Map<Machine, GuestRun> runs = new LinkedHashMap<>();
    for (Machine machine : round % 2 == 1 ? machines.reversed() : machines) {
      runs.put(machine, GuestRun.emulated(options, machine, guest, group, round));
    }
    List<GuestRun> running = new ArrayList<>(runs.values());
    while (!running.isEmpty()) {
      for (GuestRun run : List.copyOf(running)) {
        if (!run.turn()) {
          running.remove(run);
        }
      }
    }
    runs.forEach((machine, run) -> {
      run.into(results, machine);
      run.troubles().forEach(trouble -> {
        troubles.add(machine.title() + ", " + guest.bits() + "-bit, " + group + ": " + trouble + " (see " + run.log() + ")");
        System.err.println("TROUBLE: " + trouble);
      });
    });
  }

  private static void progress(String what) {
    System.err.println("compare.sh: " + what);
  }
}
