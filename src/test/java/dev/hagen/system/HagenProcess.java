package dev.hagen.system;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the launcher {@code ./hagen} with its output so far. */
final class HagenProcess implements AutoCloseable {
  /** Far more than any guest needs, even on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  /** Enough for whatever is not the boot of an operating system. */
  static final Duration SHORT = Duration.ofMinutes(1);
  private static final Path LAUNCHER = Path.of("hagen").toAbsolutePath();

  private final Process process;
  private final Collector out;
  private final Collector err;

  private HagenProcess(Process process) {
    this.process = process;
    this.out = new Collector(process.getInputStream());
    this.err = new Collector(process.getErrorStream());
  }

  /** How a run has ended. */
  record Result(int exitCode, String out, String err) {}

  static HagenProcess start(String... arguments) {
    return start(new ProcessBuilder(), LAUNCHER.toString(), arguments);
  }

  /** Starts a program in the environment and directory of {@code builder}. */
  static HagenProcess start(ProcessBuilder builder, String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    try {
      return new HagenProcess(builder.command(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs to the end with nothing on standard input. */
  static Result run(String... arguments) {
    try (HagenProcess hagen = start(arguments)) {
      hagen.closeInput();
      return hagen.end();
    }
  }

  void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void type(String text) {
    try {
      OutputStream in = process.getOutputStream();
      in.write(text.getBytes(StandardCharsets.ISO_8859_1));
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until standard output contains a match that begins behind the one found before; answers it. */
  Matcher waitFor(String regex) {
    return waitFor(regex, PATIENCE);
  }

  /** The same, for {@code limit} at most. */
  Matcher waitFor(String regex, Duration limit) {
    return out.waitFor(Pattern.compile(regex, Pattern.MULTILINE), limit);
  }

  /** Waits until standard error contains a match; answers it. */
  Matcher waitForError(Pattern pattern) {
    return err.waitFor(pattern, PATIENCE);
  }

  long pid() {
    return process.pid();
  }

  /** Asks the process to end, as SIGTERM does. */
  void terminate() {
    process.destroy();
  }

  /** Processor time that the process has used. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Standard output so far. */
  String output() {
    return out.text();
  }

  /** Waits for the end. */
  Result end() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        fail("still running after " + PATIENCE + "; output so far:\n" + out.text() + err.text());
      }
      return new Result(process.exitValue(), out.rest(), err.rest());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Reads a stream of the process on a thread of its own. */
  private static final class Collector {
    private final StringBuilder text = new StringBuilder();
    private final Thread thread;
    private int searched;

    Collector(InputStream stream) {
      thread = Thread.ofPlatform().daemon().start(() -> readAll(stream));
    }

    private void readAll(InputStream stream) {
      byte[] buffer = new byte[4096];
      try {
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
          synchronized (this) {
            text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            notifyAll();
          }
        }
      } catch (IOException e) {
        // The process has been destroyed.
      }
    }

    synchronized String text() {
      return text.toString();
    }

    String rest() throws InterruptedException {
      thread.join(PATIENCE);
      return text();
    }

    synchronized Matcher waitFor(Pattern pattern, Duration limit) {
      long end = System.nanoTime() + limit.toNanos();
      while (true) {
        Matcher matcher = pattern.matcher(text.toString());
        if (matcher.find(searched)) {
          searched = matcher.end();
          return matcher;
        }
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0 || !thread.isAlive() && !pattern.matcher(text).find(searched)) {
          fail("no match for '" + pattern + "' in:\n" + text);
        }
        try {
          wait(Math.min(left, 1000));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
