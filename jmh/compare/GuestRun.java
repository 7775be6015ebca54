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
import java.util.Optional;

/** One run of an emulator, or of the programs on the host: reads the console and takes the times of its lines. */
final class GuestRun {

  /** A point in time: of the wall and of the emulator's processor time, in seconds. */
  private record Moment(double wall, double cpu) {}

  private final Guest guest;
  private final Path log;
  private final boolean emulated;
  private final List<Results.Sample> samples = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private Optional<Results.Boot> boot = Optional.empty();
  private ProcessHandle process;
  private long started;
  private Moment begin = new Moment(0, 0);
  private String running = "";
  private boolean done;
  private volatile long lastHeard;

  private GuestRun(Guest guest, Path log, boolean emulated) {
    this.guest = guest;
    this.log = log;
    this.emulated = emulated;
  }

  static GuestRun host(Options options, Guest guest) throws Exception {
    GuestRun run = new GuestRun(guest, log(options, "host-" + guest.architecture()), false);
    run.run(options.hostCommand(guest), options.timeout());
    if (!run.done) {
      throw new IOException("they did not come to their end, see " + run.log);
    }
    return run;
  }

  static GuestRun emulated(Options options, Machine machine, Guest guest, String group, int round) throws Exception {
    String name = machine.name().toLowerCase(java.util.Locale.ROOT) + "-" + guest.architecture() + "-" + group + "-" + (round + 1);
    GuestRun run = new GuestRun(guest, log(options, name), true);
    run.run(options.command(machine, guest, group), options.timeout());
    if (!run.done) {
      run.troubles.add("the guest did not come to its end" + (run.running.isEmpty() ? "" : ", it was running " + run.running));
    }
    return run;
  }

  private static Path log(Options options, String name) throws IOException {
    return Files.createDirectories(options.home().resolve("target/compare")).resolve(name + ".log");
  }

  private void run(List<String> command, int timeout) throws Exception {
    started = System.nanoTime();
    lastHeard = started;
    Process emulator = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(
        new java.io.File("/dev/null"))).start();
    process = emulator.toHandle();
    Thread watch = Thread.startVirtualThread(() -> watch(timeout));
    Thread end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try (InputStream console = emulator.getInputStream(); BufferedWriter copy = Files.newBufferedWriter(log)) {
      read(console, copy);
    } finally {
      watch.interrupt();
      emulator.waitFor();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  private void watch(int timeout) {
    try {
      while (System.nanoTime() - lastHeard < timeout * 1_000_000_000L) {
        Thread.sleep(Duration.ofSeconds(1));
      }
      troubles.add("nothing was heard for " + timeout + " seconds");
      process.destroyForcibly();
    } catch (InterruptedException e) {
      // The run is over.
    }
  }

  private void read(InputStream console, BufferedWriter copy) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int length = console.read(buffer); length > 0; length = console.read(buffer)) {
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
    copy.write(line.toString(StandardCharsets.ISO_8859_1));
  }

  private Moment now() {
    double cpu = process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    return new Moment((System.nanoTime() - started) / 1e9, cpu);
  }

  private void heard(String line, Moment now) {
    String[] words = line.split(" ");
    if (line.startsWith("HAGEN-READY") && boot.isEmpty()) {
      boot = Optional.of(new Results.Boot(guest, now.wall, now.cpu, residentMebibytes()));
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
    samples.add(new Results.Sample(guest, words[2], words[3], words[4].equals("1"), wall, cpu, words[7]));
    if (Math.abs(guestWall - wall) > 0.1 + 0.1 * wall) {
      System.err.printf("compare.sh: %s %s took %.2f s by the guest's clock and %.2f s by the host's%n", words[2],
          words[3], guestWall, wall);
    }
  }

  private double residentMebibytes() {
    try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
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
