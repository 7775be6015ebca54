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
    final Duration observed = Duration.ofSeconds(10);
    try (HagenProcess hagen = HagenProcess.start(debian.arguments())) {
      hagen.waitFor("HAGEN-READY [0-9.]+");
      hagen.waitFor("# ");
      hagen.type("echo it is $((6 * 7))\n");
      hagen.waitFor("it is 42");
      // Kernel threads settle and the compilers finish what boot has made hot.
      Thread.sleep(5000);
      Duration before = hagen.processorTime();
      Thread.sleep(observed);
      Duration used = hagen.processorTime().minus(before);
      System.out.println("amd64: an idle guest uses " + used.toMillis() * 100.0 / observed.toMillis()
          + " % of a host core");
      assertThat(used).isLessThan(observed.multipliedBy(3).dividedBy(100));
      hagen.type("poweroff -f\n");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }
}
