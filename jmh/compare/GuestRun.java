import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One run of an emulator, or of the programs on the host: reads the console and takes the times of its lines. It goes on by turns;
 * in between it is stopped with all of its threads.
 */
final class GuestRun {

  /** A point in time: of the wall and of the emulator's processor time, in seconds. */
  private record Moment(double wall, double cpu) {}

  private final Guest guest;
  private final List<String> command;
  private final int timeout;
  private final Results.Place place;
  private final Path log;
  private final boolean emulated;
  private final List<Results.Sample> samples = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Optional<Results.Boot> boot = Optional.empty();
  private Process emulator;
  private BufferedWriter copy;
  private long started;
  private Moment begin = new Moment(0, 0);
  private String running = "";
  private boolean waits;
  private boolean done;
  private volatile long lastHeard;

  private GuestRun(Guest guest, List<String> command, int timeout, Results.Place place, Path log, boolean emulated) {
    this.guest = guest;
    this.command = command;
    this.timeout = timeout;
    this.place = place;
    this.log = log;
    this.emulated = emulated;
  }

  /** The programs on this machine itself, from their start to their end. */
  static GuestRun host(Options options, Guest guest) throws Exception {
    GuestRun run = new GuestRun(guest, options.hostCommand(guest), options.timeout(), new Results.Place("", 0),
        log(options, "host-" + guest.architecture()), false);
    if (run.turn()) {
      throw new IOException("they wait for something");
    }
    if (!run.done) {
      throw new IOException("they did not come to their end, see " + run.log);
    }
    return run;
  }

  /** A guest that will run a group of programs; it has not been started. */
  static GuestRun emulated(Options options, Machine machine, Guest guest, String group, int round) throws IOException {
    String name = machine.name().toLowerCase(Locale.ROOT) + "-" + guest.architecture() + "-" + group + "-" + (round + 1);
    return new GuestRun(guest, options.command(machine, guest, group), options.timeout(), new Results.Place(group, round),
        log(options, name), true);
  }

  private static Path log(Options options, String name) throws IOException {
    return Files.createDirectories(options.home().resolve("target/compare")).resolve(name + ".log");
  }

  /**
   * Starts, or goes on, until the guest waits to begin with a program's next run, and stops it there.
   *
   * @return whether it waits; otherwise it has ended
   */
  boolean turn() throws IOException, InterruptedException {
    if (emulator == null) {
      start();
    } else {
      signal("CONT");
      goOn();
    }
    lastHeard = System.nanoTime();
    Thread watch = Thread.startVirtualThread(this::watch);
    try {
      waits = false;
      read();
    } finally {
      watch.interrupt();
    }
    if (waits) {
      signal("STOP");
      copy.flush();
    } else {
      end();
    }
    return waits;
  }

  private void start() throws IOException {
    copy = Files.newBufferedWriter(log);
    started = System.nanoTime();
    emulator = new ProcessBuilder(command).redirectErrorStream(true).start();
    Runtime.getRuntime().addShutdownHook(new Thread(emulator::destroyForcibly));
  }

  private void end() throws IOException, InterruptedException {
    copy.write(line.toString(StandardCharsets.ISO_8859_1));
    copy.close();
    emulator.waitFor();
    if (!done) {
      troubles.add("the guest did not come to its end" + (running.isEmpty() ? "" : ", it was running " + running));
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + emulator.pid()).inheritIO().start().waitFor();
  }

  private void goOn() {
    try {
      emulator.getOutputStream().write('\n');
      emulator.getOutputStream().flush();
    } catch (IOException e) {
      // It has ended, which reading will find.
    }
  }

  private void watch() {
    try {
      while (System.nanoTime() - lastHeard < timeout * 1_000_000_000L) {
        Thread.sleep(Duration.ofSeconds(1));
      }
      troubles.add("nothing was heard for " + timeout + " seconds");
      emulator.destroyForcibly();
    } catch (InterruptedException e) {
      // The turn is over.
    }
  }

  /** Reads lines until the guest waits or the console ends. */
  private void read() throws IOException {
    InputStream console = emulator.getInputStream();
    byte[] buffer = new byte[8192];
    while (!waits) {
      int length = console.read(buffer);
      if (length < 0) {
        return;
      }
      Moment now = now();
      lastHeard = System.nanoTime();
      for (int i = 0; i < length; i++) {
        if (buffer[i] != '\n') {
          line.write(buffer[i]);
          continue;
        }
        String text = line.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
        line.reset();
        copy.write(String.format("%9.3f %9.3f  %s%n", now.wall, now.cpu, text));
        heard(text, now);
      }
    }
  }

  private Moment now() {
    double cpu = emulator.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    return new Moment((System.nanoTime() - started) / 1e9, cpu);
  }

  private void heard(String line, Moment now) {
    String[] words = line.split(" ");
    if (line.startsWith("HAGEN-READY") && boot.isEmpty()) {
      boot = Optional.of(new Results.Boot(guest, place, now.wall, now.cpu, residentMebibytes()));
    } else if (line.startsWith("bench ready ")) {
      waits = true;
    } else if (line.startsWith("bench begin ") && words.length == 5) {
      running = words[2] + " " + words[3];
      begin = now;
    } else if (line.startsWith("bench end ") && words.length == 8 && running.equals(words[2] + " " + words[3])) {
      ended(words, now);
      running = "";
    } else if (line.startsWith("bench crash ")) {
      troubles.add(line);
      running = "";
    } else if (line.equals("bench done")) {
      done = true;
    } else if (line.startsWith("HAGEN-SCRIPT-FAILED") || line.contains("Kernel panic") || line.contains("Oops:")) {
      troubles.add(line);
    }
  }

  private void ended(String[] words, Moment now) {
    double guestCpu = Double.parseDouble(words[5]);
    double guestWall = Double.parseDouble(words[6]);
    double wall = emulated ? now.wall - begin.wall : guestWall;
    double cpu = emulated ? now.cpu - begin.cpu : guestCpu;
    samples.add(new Results.Sample(guest, place, words[2], words[3], Integer.parseInt(words[4]), wall, cpu, words[7]));
    if (Math.abs(guestWall - wall) > 0.1 + 0.1 * wall) {
      System.err.printf("compare.sh: %s %s took %.2f s by the guest's clock and %.2f s by the host's%n", words[2],
          words[3], guestWall, wall);
    }
  }

  private double residentMebibytes() {
    try (var lines = Files.lines(Path.of("/proc/" + emulator.pid() + "/status"))) {
      return lines.filter(line -> line.startsWith("VmRSS:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst().orElse(0) / 1024.0;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  /** Adds what was measured to the results. */
  void into(Results results, Machine machine) {
    samples.forEach(sample -> results.add(machine, sample));
    boot.ifPresent(ready -> results.add(machine, ready));
  }

  List<String> troubles() {
    return troubles;
  }

  Path log() {
    return log;
  }
}
