package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.profile.Programs;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs whose symbols a compiler's tools have moved into a file of their own. */
class DebugFilesTest {
  private static final String ID = "abcdef0123";

  @TempDir
  private Path directory;
  private Path symbols;
  private Programs stripped;

  @BeforeEach
  void make() throws IOException, InterruptedException {
    Requirements.program("gcc", "gcc");
    Requirements.program("objcopy", "binutils");
    Path source = Files.writeString(directory.resolve("tool.c"), "int main(void) { return 0; }\n");
    Path program = directory.resolve("tool");
    symbols = Files.createDirectories(directory.resolve("debug/.build-id/ab")).resolve("cdef0123.debug");
    run("gcc", "-g", "-Wl,--build-id=0x" + ID, "-o", program.toString(), source.toString());
    run("objcopy", "--only-keep-debug", program.toString(), symbols.toString());
    run("strip", program.toString());
    stripped = Programs.NONE.with("tool", Files.readAllBytes(program));
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void strippedProgram_getsSymbolsByItsBuildIdentifier() {
    assertThat(stripped.stripped()).containsExactly(ID);
    DebugFiles files = new DebugFiles();
    files.add(directory.resolve("debug"));
    assertThat(files.complete(stripped).stripped()).isEmpty();
  }

  @Test
  void strippedProgram_withoutDebugFile_staysAsItIs() throws IOException {
    Files.delete(symbols);
    DebugFiles files = new DebugFiles();
    files.add(directory.resolve("debug"));
    assertThat(files.complete(stripped).stripped()).containsExactly(ID);
  }
}
