package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's unmodified 64-bit kernel. */
class LinuxAmd64IT {
  private final DebianBoot debian = new DebianBoot("amd64");

  @Test
  void script_inTheGuest_computesWhatTheHostDoes(@TempDir Path directory) throws IOException {
    debian.assertScriptSucceeds(directory);
  }

  @Test
  void shell_idle_costsAlmostNothingAndPowersOffWithZero() throws InterruptedException {
    try (HagenProcess hagen = HagenProcess.start(debian.arguments())) {
      hagen.waitFor("HAGEN-READY [0-9.]+");
      hagen.waitFor("# ");
      hagen.type("echo it is $((6 * 7))\n");
      hagen.waitFor("it is 42");
      double load = leastLoad(hagen);
      System.out.printf("amd64: an idle guest uses %.1f %% of a host core%n", load * 100);
      assertThat(load).isLessThan(0.03);
      hagen.type("poweroff -f\n");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }

  /**
   * The part of a host core that the process uses, in the quietest of several periods: in the first ones the guest still
   * settles and the JVM compiles what the boot has made hot, the longer the busier the host is.
   */
  private static double leastLoad(HagenProcess hagen) throws InterruptedException {
    final Duration period = Duration.ofSeconds(10);
    final int periods = 9;
    double least = 1;
    for (int i = 0; i < periods && least >= 0.03; i++) {
      Duration before = hagen.processorTime();
      long start = System.nanoTime();
      Thread.sleep(period);
      double seconds = (System.nanoTime() - start) / 1e9;
      least = Math.min(least, hagen.processorTime().minus(before).toMillis() / 1e3 / seconds);
    }
    return least;
  }
}
