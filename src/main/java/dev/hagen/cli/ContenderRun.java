package dev.hagen.cli;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One run of a guest by a {@link Contender}, from the start of the process to what is measured. */
final class ContenderRun {
  /** The one measurement of a guest that does not measure itself. */
  static final String SECONDS = "seconds";
  private static final String REPORT = "{\"guest\":\"nano\"";

  /** What the nanobenchmark guests print (guest-images/README.md). */
  private record Report(List<Row> results) {}

  private record Row(String name, double ns) {}

  private final Contender contender;
  private final List<String> command;
  private final @Nullable Pattern from;
  private final @Nullable Pattern until;
  private final boolean measuresItself;
  private final ProgramTimes programs = new ProgramTimes();
  private String lastLine = "";

  /**
   * A run to come.
   *
   * @param guest the arguments that name the guest, in QEMU's spelling
   * @param from starts the time that is measured, with the first serial line in which it is found; null: the run's start does
   * @param until ends the run with the first serial line in which it is found; null: the guest ends by itself
   * @param measuresItself the guest is the nanobenchmark, without whose report there is no result
   */
  ContenderRun(Contender contender, List<String> guest, @Nullable Pattern from, @Nullable Pattern until,
      boolean measuresItself) {
    this.contender = contender;
    this.command = new ArrayList<>(contender.command());
    this.command.addAll(guest);
    this.command.addAll(List.of("-serial", "stdio", "-no-reboot"));
    this.from = from;
    this.until = until;
    this.measuresItself = measuresItself;
  }

  /**
   * Runs the guest.
   *
   * @param seconds how long it may take
   * @return nanoseconds by operation if the guest is the nanobenchmark, seconds by program if it runs several and is measured from
   *     its start, else {@link #SECONDS}
   * @throws UserError if the guest ends, or does not, before there is a result
   */
  Map<String, Double> measure(long seconds) {
    long start = System.nanoTime();
    try {
      Process process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(nothing()))
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      Thread.Builder.OfPlatform patience = Thread.ofPlatform().daemon().name("hagen-patience");
      Thread timeout = patience.start(() -> endAfter(process, seconds));
      try {
        return results(process, start);
      } finally {
        timeout.interrupt();
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UserError(contender.name() + " cannot be started: " + Main.reason(e) + ".");
    }
  }

  private static java.io.File nothing() {
    return new java.io.File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
  }

  private static void endAfter(Process process, long seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      // The run is over.
    }
  }

  private Map<String, Double> results(Process process, long beginning) throws IOException {
    long start = beginning;
    boolean started = from == null;
    Map<String, Double> results = new LinkedHashMap<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          lastLine = line.strip();
        }
        if (line.startsWith(REPORT)) {
          addReport(results, line);
        }
        if (from == null) {
          programs.line(line, System.nanoTime());
        }
        if (!started && from != null && from.matcher(line).find()) {
          started = true;
          start = System.nanoTime();
        } else if (started && until != null && until.matcher(line).find()) {
          return seconds(start);
        }
      }
    }
    if (!started || until != null || results.isEmpty() && (measuresItself || !ended(process))) {
      throw new UserError(contender.name() + " ended without a result; the guest's last line was '" + lastLine + "'.");
    }
    return results.isEmpty() ? seconds(start) : results;
  }

  private Map<String, Double> seconds(long start) {
    return programs.seconds().isEmpty() ? Map.of(SECONDS, (System.nanoTime() - start) / 1e9) : programs.seconds();
  }

  private void addReport(Map<String, Double> results, String line) {
    try {
      for (Row row : new Gson().fromJson(line, Report.class).results) {
        results.put(row.name, row.ns);
      }
    } catch (JsonParseException e) {
      throw new UserError(contender.name() + ": the guest's report is no JSON: '" + line + "'.");
    }
  }

  /** Whether the guest has ended by itself: it has switched off or used isa-debug-exit. */
  private static boolean ended(Process process) {
    try {
      int code = process.waitFor();
      return code == ExitCode.OK || code > ExitCode.USAGE && code % 2 == 1 && code < 128;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
