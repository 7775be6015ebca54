package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's unmodified 32-bit kernel. */
class LinuxI386IT {
  private final DebianBoot debian = new DebianBoot("i386");

  @Test
  void script_inTheGuest_computesWhatTheHostDoes(@TempDir Path directory) throws IOException {
    debian.assertScriptSucceeds(directory);
  }

  @Test
  void poweroff_typedAtTheShell_exitsWithZero() {
    try (HagenProcess hagen = HagenProcess.start(debian.arguments())) {
      hagen.waitFor("HAGEN-READY [0-9.]+");
      hagen.waitFor("# ");
      hagen.type("poweroff -f\n");
      assertThat(hagen.end().exitCode()).isZero();
    }
  }
}
