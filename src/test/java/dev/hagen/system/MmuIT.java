package dev.hagen.system;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's kernels, and programs that fork, exec and map memory, under each way to keep translations. */
class MmuIT {
  @ParameterizedTest
  @CsvSource({"amd64, --mmu=flush", "i386, --mmu=flush", "amd64, --mmu=asid", "i386, --mmu=asid", "amd64, --mmu=shadow",
      "i386, --mmu=shadow", "amd64, --mmu=shadow --trace=always-exit", "i386, --mmu=shadow --no-adaptive"})
  void script_succeeds(String architecture, String options, @TempDir Path directory) throws IOException {
    new DebianBoot(architecture).assertScriptSucceeds(directory, options.split(" "));
  }
}
