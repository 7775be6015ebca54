package dev.hagen.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The guests of {@code hagen compare} that run programs of {@code guest-images/bench} under one of Debian's kernels:
 * {@code forkwait}, where a process makes another, which exits, and waits for it, again and again, and {@code system}, the
 * programs of that group one after the other.
 */
final class BenchGuest {
  static final String FORK_WAIT = "forkwait";
  static final String SYSTEM = "system";
  /** What the guest prints before the first process is made, and after the last. */
  static final String FORK_WAIT_FROM = "^bench begin ";
  static final String FORK_WAIT_UNTIL = "^bench end ";
  /** What the guest prints behind all programs. */
  static final String SYSTEM_UNTIL = "^bench done";
  /** Memory in which the guest is at home. */
  static final String MEMORY = "512M";
  /** Processes at scale 1. */
  private static final double PROCESSES = 4000;
  /** By how much the programs of the group are made shorter, and how often each runs: the last time counts. */
  private static final double SYSTEM_SCALE = .2;
  private static final int SYSTEM_RUNS = 2;
  private static final Path IMAGES = Path.of("target", "guest-images");

  private BenchGuest() {}

  /** Whether {@code guest} is one of them. */
  static boolean is(String guest) {
    return guest.equals(FORK_WAIT) || guest.equals(SYSTEM);
  }

  /**
   * Arguments that name the guest {@code forkwait}, in QEMU's spelling.
   *
   * @throws UserError if it has not been built
   */
  static List<String> forkWait(int bits, int processes, String memory) {
    return arguments(FORK_WAIT, bits, memory, "bench=fork", 1, processes / PROCESSES);
  }

  /**
   * The same of {@code system}.
   *
   * @throws UserError if it has not been built
   */
  static List<String> system(int bits, String memory) {
    return arguments(SYSTEM, bits, memory, "bench=system", SYSTEM_RUNS, SYSTEM_SCALE);
  }

  private static List<String> arguments(String guest, int bits, String memory, String programs, int runs, double scale) {
    String architecture = bits == 64 ? "amd64" : "i386";
    Path kernel = built(guest, IMAGES.resolve("debian").resolve("vmlinuz-" + architecture), "guest-images/debian/build.sh");
    Path initrd = built(guest, IMAGES.resolve("bench").resolve("initrd-" + architecture), "guest-images/bench/build.sh");
    String line = String.format(Locale.ROOT, "console=ttyS0 quiet %s runs=%d scale=%.6f", programs, runs, scale);
    return List.of("-kernel", kernel.toString(), "-initrd", initrd.toString(), "-m", memory, "-append", line);
  }

  private static Path built(String guest, Path file, String script) {
    if (!Files.isReadable(file)) {
      throw new UserError("--guest=" + guest + ": there is no " + file + "; run " + script
          + " in Hagen's source directory, and hagen compare there.");
    }
    return file;
  }
}
