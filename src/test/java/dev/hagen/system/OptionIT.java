package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.system.HagenProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of {@code hagen run}, seen from outside. */
class OptionIT {
  private static final String FIRST_LINE = "Hagen demo guest";
  private static final String PRIMES = "primes below 100: 2 3 5 7 11";

  @TempDir
  private Path directory;

  @Test
  void serialFile_takesTheGuestsOutput() throws IOException {
    Path file = directory.resolve("serial log");
    Result result = HagenProcess.run("run", "-serial", "file:" + file);
    assertThat(result.out()).isEmpty();
    assertThat(Files.readString(file)).contains(PRIMES);
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void serialNull_dropsTheGuestsOutput() {
    Result result = HagenProcess.run("run", "--serial", "null");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void serialStdio_printsTheGuestsOutput() {
    assertThat(HagenProcess.run("run", "--serial=stdio").out()).contains(PRIMES);
  }

  @Test
  void exitOnSerial_endsWithTheMatchingLine() {
    Result result = HagenProcess.run("run", "--exit-on-serial", "ring 3 .*SYSCALL");
    assertThat(result.out()).contains("SYSCALL").doesNotContain(PRIMES);
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void configFile_givesOptions_thatTheCommandLineOverrides() throws IOException {
    Path file = directory.resolve("config.json");
    Files.writeString(file, """
        {"m": "64M", "serial": ["null"], "stats": true, "no-reboot": false, "timeout": 60}
        """);
    Result result = HagenProcess.run("run", "--config", file.toString(), "-serial", "stdio");
    assertThat(result.out()).contains(PRIMES);
    assertThat(result.err()).contains("guest instructions");
  }

  @Test
  void argumentFile_isRead() throws IOException {
    Path file = Files.writeString(directory.resolve("arguments"), "run\n-m 64\n# a comment\n--exit-on-serial demo\n");
    assertThat(HagenProcess.run("@" + file).out()).contains(FIRST_LINE).doesNotContain(PRIMES);
  }

  @Test
  void log_ofInstructionsAndInterrupts_goesToItsFile() throws IOException {
    Path file = directory.resolve("log");
    Result result = HagenProcess.run("run", "-d", "in_asm,int", "-D", file.toString());
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(Files.readAllLines(file)).anySatisfy(line -> assertThat(line).endsWith("iretq"))
        .anySatisfy(line -> assertThat(line).startsWith("interrupt "))
        .anySatisfy(line -> assertThat(line).startsWith("exception 0e error code 0005"));
  }

  @Test
  void log_ofUnits_showsInstructionsBesideBytecode() throws IOException {
    Path file = directory.resolve("log");
    Result result = HagenProcess.run("run", "-d", "in_asm,bytecode", "-D", file.toString(), "--tunable", "threshold=10",
        "--tunable", "background=0");
    assertThat(result.exitCode()).isZero();
    assertThat(Files.readString(file)).containsPattern("unit at [0-9a-f]+, 64-bit, CPL \\d: \\d+ blocks, \\d+ instructions")
        .containsPattern("\\n  [0-9a-f]+  cmp \\w+,\\w+\\n +[A-Z]");
  }

  @Test
  void log_ofRegisters_goesToItsFile() throws IOException {
    Path file = directory.resolve("log");
    Result result = HagenProcess.run("run", "-d", "cpu", "-D", file.toString(), "--exit-on-serial", "real mode");
    assertThat(result.exitCode()).isZero();
    assertThat(Files.readString(file)).contains("RAX=").contains("CR3=").doesNotContain("interrupt ");
  }

  @Test
  void log_withoutFile_goesToStandardError() {
    Result result = HagenProcess.run("run", "-d", "int");
    assertThat(result.err()).contains("exception 0e error code 0006");
    assertThat(result.out()).doesNotContain("exception 0e");
  }

  @Test
  void processorModels_areListed() {
    Result result = HagenProcess.run("run", "-cpu", "help");
    assertThat(result.out().lines()).contains("max");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void help_namesEveryExitCode() {
    Result result = HagenProcess.run("run", "--help");
    assertThat(result.out()).contains("-kernel", "-append", "124 timeout");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void version_namesHagenAndJava() {
    assertThat(HagenProcess.run("--version").out()).matches("hagen \\S+, Java \\S+\\R");
  }

  @Test
  void disasm_ofUnit_showsInstructionsBesideBytecode() throws IOException {
    byte[] loop = {0x48, 0x03, 0x07, 0x48, (byte) 0x83, (byte) 0xC7, 8, 0x48, 0x39, (byte) 0xD7, 0x75, (byte) 0xF4, (byte) 0xC3};
    Path code = Files.write(directory.resolve("loop"), loop);
    Result result = HagenProcess.run("disasm", code.toString(), "--base", "0x1000", "--unit", "0x1000");
    assertThat(result.out()).startsWith("unit at 1000, 64-bit, CPL 0: 2 blocks, 5 instructions, ")
        .containsPattern("\\n  1003  add rdi,0x8\\n +[A-Z]");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void disasm_ofUnitOutsideTheFile_isUsage() throws IOException {
    Path code = Files.write(directory.resolve("return"), new byte[] {(byte) 0xC3});
    Result result = HagenProcess.run("disasm", code.toString(), "--base", "0x1000", "--unit", "0x1001");
    assertThat(result.err()).isEqualTo("hagen: --unit: there is no code at 0x1001; the file is from 0x1000 to 0x1000.\n");
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void disasm_printsIntelSyntax() throws IOException {
    Path code = Files.write(directory.resolve("code"), new byte[] {0x48, (byte) 0x89, (byte) 0xD8, (byte) 0xC3});
    assertThat(HagenProcess.run("disasm", code.toString(), "--base", "0x1000").out().lines())
        .containsExactly("            1000:  48 89 d8                 mov rax,rbx",
            "            1003:  c3                       ret");
  }
}
