package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.CpioArchive;
import dev.hagen.testing.Requirements;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code hagen profile} names what a guest runs, without being told anything. */
class ProfileNamesIT {
  /** A program that spends a second or two in one function. */
  private static final String PROGRAM = """
      __attribute__((noinline)) unsigned churn(unsigned n) {
        volatile unsigned sum = 1;
        for (unsigned i = 0; i < n; i++) sum = sum * 3 + i;
        return sum;
      }
      int main(int argc, char **argv) { return churn(argc * 30000000u) == 1; }
      """;

  @TempDir
  private Path directory;

  private JsonObject profile(String architecture, Path initrd, String append, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("profile", "-kernel",
        Requirements.debianImage("vmlinuz-" + architecture).toString(), "-initrd", initrd.toString(), "-append",
        "console=ttyS0 " + append, "-m", "512", "-no-reboot", "-serial", "file:" + directory.resolve("serial"), "-o",
        directory.toString()));
    arguments.addAll(List.of(more));
    Result result = HagenProcess.run(arguments.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err()).isZero();
    System.out.println(architecture + ": " + result.out().lines().skip(1).findFirst().orElseThrow());
    return JsonParser.parseString(Files.readString(directory.resolve("profile.json"))).getAsJsonObject();
  }

  private static double named(JsonObject profile, String how) {
    return profile.getAsJsonObject("named").get(how).getAsDouble();
  }

  private static double shares(JsonObject profile, String table, String column) {
    return StreamSupport.stream(profile.getAsJsonArray(table).spliterator(), false)
        .mapToDouble(row -> row.getAsJsonObject().get(column).getAsDouble()).sum();
  }

  private static void make(String program, String... arguments) {
    Result made = HagenProcess.start(new ProcessBuilder(), program, arguments).end();
    assertThat(made.exitCode()).as(made.err()).isZero();
  }

  private static List<String> functions(JsonObject profile) {
    return StreamSupport.stream(profile.getAsJsonArray("functions").spliterator(), false).map(JsonElement::getAsJsonObject)
        .map(row -> row.get("name").getAsString()).toList();
  }

  /** The RAM disk of Debian's guests with more files in it. */
  private Path initrd(String architecture, byte[] archive) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(Files.readAllBytes(Requirements.debianImage("initrd-" + architecture)));
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(archive);
    }
    return Files.write(directory.resolve("initrd"), out.toByteArray());
  }

  private static byte[] script(String commands) {
    return ("#!/bin/sh\n" + commands + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** How much of the time the decompressor takes, which has no symbols, depends on the host; all the rest is functions. */
  private static void assertNamed(JsonObject profile) {
    double rest = 1 - named(profile, "stage");
    assertThat(named(profile, "function") / rest).isCloseTo(1, within(0.02));
    assertThat(profile.getAsJsonArray("stripped")).isEmpty();
    assertThat(functions(profile)).contains("sha256", "inflate_fast", "md5_process_block64", "[bzImage decompressor]");
  }

  @Test
  void bootAndBench_areNamedByFunctions() throws IOException {
    JsonObject profile = profile("amd64", Requirements.benchImage("initrd-amd64"), "scale=0.3 runs=1");
    assertThat(Files.readString(directory.resolve("serial"))).contains("bench done");
    assertNamed(profile);
    assertThat(shares(profile, "functions", "self")).isCloseTo(1, within(1e-6));
    assertThat(shares(profile, "units", "share")).isCloseTo(1, within(1e-6));
  }

  @Test
  void bootAndBench_of32Bits_areNamedByFunctions() throws IOException {
    JsonObject profile = profile("i386", Requirements.benchImage("initrd-i386"), "scale=0.05 runs=1", "--rate", "1000");
    assertThat(Files.readString(directory.resolve("serial"))).contains("bench done");
    assertNamed(profile);
  }

  @Test
  void strippedProgram_isSplitByFunctions_andNamedByItsDebugFile() throws IOException {
    Requirements.program("gcc", "gcc");
    Requirements.program("objcopy", "binutils");
    Path source = Files.writeString(directory.resolve("program.c"), PROGRAM);
    Path program = directory.resolve("program");
    Path symbols = Files.createDirectories(directory.resolve("debug/.build-id/ab")).resolve("cdef.debug");
    make("gcc", "-O2", "-static", "-Wl,--build-id=0xabcdef", "-o", program.toString(), source.toString());
    make("objcopy", "--only-keep-debug", program.toString(), symbols.toString());
    make("strip", program.toString());
    byte[] files = new CpioArchive().file("program", Files.readAllBytes(program))
        .file("hagen-script", script("/program; /program a")).bytes();
    Path initrd = initrd("amd64", files);
    JsonObject split = profile("amd64", initrd, "quiet");
    assertThat(functions(split)).anyMatch(name -> name.matches("program@0x[0-9a-f]+")).doesNotContain("churn");
    assertThat(split.getAsJsonArray("stripped").toString()).isEqualTo("[\"program\"]");
    JsonObject named = profile("amd64", initrd, "quiet", "--symbols", directory.resolve("debug").toString());
    assertThat(functions(named)).contains("churn");
    assertThat(named.getAsJsonArray("stripped")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"amd64, -m64", "i386, -m32"})
  void programAtARandomAddress_isNamed(String architecture, String flag) throws IOException {
    Requirements.program("gcc", "gcc gcc-multilib");
    Path source = Files.writeString(directory.resolve("program.c"), PROGRAM);
    Path program = directory.resolve("program");
    make("gcc", flag, "-O2", "-static-pie", "-o", program.toString(), source.toString());
    byte[] files = new CpioArchive().file("program", Files.readAllBytes(program))
        .file("hagen-script", script("/program; /program a")).bytes();
    JsonObject profile = profile(architecture, initrd(architecture, files), "quiet");
    assertThat(functions(profile)).contains("churn");
    assertThat(Files.readString(directory.resolve("profile.folded"))).containsPattern("main;churn [0-9]+\n");
    assertThat(named(profile, "unknown")).isCloseTo(0, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void moduleOfTheKernel_isNamed(String architecture) throws IOException {
    byte[] module = Files.readAllBytes(Requirements.debianImage("raid6_pq.ko-" + architecture));
    byte[] files = new CpioArchive().file("module.ko", module).file("hagen-script", script("insmod /module.ko")).bytes();
    JsonObject profile = profile(architecture, initrd(architecture, files), "quiet");
    assertThat(functions(profile)).anyMatch(name -> name.matches("raid6_\\w+_gen_syndrome \\[raid6_pq]"));
    assertThat(named(profile, "unknown")).isCloseTo(0, within(0.01));
  }
}
