package dev.hagen.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The guest {@code forkwait} of {@code hagen compare}: under one of Debian's kernels a process makes another, which exits, and
 * waits for it, again and again. It is the program {@code fork} of {@code guest-images/bench}.
 */
final class ForkWait {
  static final String NAME = "forkwait";
  /** What the guest prints before the first process is made, and after the last. */
  static final String FROM = "^bench begin ";
  static final String UNTIL = "^bench end ";
  /** Memory in which the guest is at home. */
  static final String MEMORY = "512M";
  /** Processes at scale 1. */
  private static final double PROCESSES = 4000;
  private static final Path IMAGES = Path.of("target", "guest-images");

  private ForkWait() {}

  /**
   * Arguments that name the guest, in QEMU's spelling.
   *
   * @throws UserError if it has not been built
   */
  static List<String> arguments(int bits, int processes, String memory) {
    String architecture = bits == 64 ? "amd64" : "i386";
    Path kernel = built(IMAGES.resolve("debian").resolve("vmlinuz-" + architecture), "guest-images/debian/build.sh");
    Path initrd = built(IMAGES.resolve("bench").resolve("initrd-" + architecture), "guest-images/bench/build.sh");
    String line = String.format(Locale.ROOT, "console=ttyS0 quiet bench=fork runs=1 scale=%.6f", processes / PROCESSES);
    return List.of("-kernel", kernel.toString(), "-initrd", initrd.toString(), "-m", memory, "-append", line);
  }

  private static Path built(Path file, String script) {
    if (!Files.isReadable(file)) {
      throw new UserError("--guest=" + NAME + ": there is no " + file + "; run " + script
          + " in Hagen's source directory, and hagen compare there.");
    }
    return file;
  }
}
