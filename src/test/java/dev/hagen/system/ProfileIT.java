package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hagen.system.HagenProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code hagen profile}: where the time of a guest goes. */
class ProfileIT {
  /** In 32-bit mode: inc eax; jmp to it. */
  private static final byte[] LOOPS = {0x40, (byte) 0xEB, (byte) 0xFD};
  /** in al, 80h; jmp to it. */
  private static final byte[] READS_A_PORT = {(byte) 0xE4, (byte) 0x80, (byte) 0xEB, (byte) 0xFC};
  /** cli; hlt. */
  private static final byte[] HALTS = {(byte) 0xFA, (byte) 0xF4};
  private static final String ADDRESS = "0x200000";

  @TempDir
  private Path directory;

  private Result profile(byte[] code, String... more) throws IOException {
    Path file = Files.write(directory.resolve("code"), code);
    return HagenProcess.run(Stream.concat(Stream.of("profile", file.toString(), "--load-address", ADDRESS, "-serial", "null",
        "-o", directory.toString()), Stream.of(more)).toArray(String[]::new));
  }

  private JsonObject written() throws IOException {
    return JsonParser.parseString(Files.readString(directory.resolve("profile.json"))).getAsJsonObject();
  }

  private static List<JsonObject> rows(JsonArray rows) {
    return StreamSupport.stream(rows.spliterator(), false).map(JsonElement::getAsJsonObject).toList();
  }

  private static double sum(JsonArray rows, String member) {
    return rows(rows).stream().mapToDouble(row -> row.get(member).getAsDouble()).sum();
  }

  @Test
  void busyLoop_isOneUnit() throws IOException {
    Path map = Files.writeString(directory.resolve("map"), "00200000 T busy_loop\n");
    Result result = profile(LOOPS, "--duration", "4", "--symbols", map.toString());
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject hottest = rows(written().getAsJsonArray("units")).getFirst();
    assertThat(hottest.get("name").getAsString()).isEqualTo("busy_loop");
    assertThat(hottest.get("share").getAsDouble()).isGreaterThan(0.5);
    assertThat(hottest.get("instructions").getAsInt()).isEqualTo(2);
    assertThat(rows(hottest.getAsJsonArray("code"))).extracting(row -> row.get("text").getAsString())
        .containsExactly("inc eax", "jmp 0x200000");
    assertThat(sum(hottest.getAsJsonArray("code"), "share")).isEqualTo(hottest.get("share").getAsDouble(), within(1e-6));
    assertThat(rows(written().getAsJsonArray("mix"))).extracting(row -> row.get("operation").getAsString())
        .containsExactlyInAnyOrder("inc", "jmp");
    assertThat(written().getAsJsonObject("named").get("function").getAsDouble()).isGreaterThan(0.99);
    assertThat(result.out()).contains("busy_loop");
    assertThat(Files.readString(directory.resolve("profile.html"))).contains("\"name\": \"busy_loop\"")
        .doesNotContain("@DATA@", "http:", "https:");
  }

  @Test
  void exits_areShownAtTheirUnit() throws IOException {
    assertThat(profile(READS_A_PORT, "--duration", "4").exitCode()).isZero();
    assertThat(rows(written().getAsJsonArray("units"))).filteredOn(row -> row.has("exits"))
        .anySatisfy(row -> assertThat(row.getAsJsonObject("exits").get("vm_exits.port_read").getAsLong()).isPositive());
  }

  @Test
  void haltedGuest_isIdle() throws IOException {
    assertThat(profile(HALTS, "--duration", "2").exitCode()).isZero();
    assertThat(written().getAsJsonObject("tiers").get("idle").getAsDouble()).isGreaterThan(0.9);
    assertThat(Files.readString(directory.resolve("profile.folded"))).contains("[idle] ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "i386"})
  void debian_functions_areFoundInItsMemory(String architecture) throws IOException {
    Stream<String> arguments = Stream.of(new DebianBoot(architecture).arguments()).skip(1);
    Result result = HagenProcess.run(Stream.concat(Stream.concat(Stream.of("profile"), arguments),
        Stream.of("-serial", "null", "--until", "HAGEN-READY", "-o", directory.toString())).toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject profile = written();
    assertThat(profile.getAsJsonObject("named").get("unknown").getAsDouble()).isLessThan(0.01);
    assertThat(profile.getAsJsonObject("named").get("program").getAsDouble()).isLessThan(0.05);
    assertThat(sum(profile.getAsJsonArray("units"), "share")).isEqualTo(1, within(1e-6));
    assertThat(sum(profile.getAsJsonArray("functions"), "self")).isEqualTo(1, within(1e-6));
    assertThat(rows(profile.getAsJsonArray("functions"))).extracting(row -> row.get("name").getAsString())
        .contains("inflate_fast", "mpihelp_submul_1");
    assertThat(Files.readString(directory.resolve("profile.folded")))
        .containsPattern("kernel_init;[^\n]*do_one_initcall;[^\n]* [0-9]+\n");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      --rate 0        | --rate takes a number from 1 to 10000, not 0.0.
      --top 0         | --top takes a number from 1 on, not 0.
      --duration 0    | --duration takes a number of seconds above 0, not 0.0.
      --until (       | --until: '(' is no regular expression
      --lockstep      | --lockstep runs two machines, of which there is no profile; leave it out.
      --symbols /none | /none cannot be read: there is no such file.
      """)
  void mistake_isOneSentence(String options, String sentence) {
    Result result = HagenProcess.run(Stream.concat(Stream.of("profile"), Stream.of(options.split(" "))).toArray(String[]::new));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("hagen: " + sentence);
  }
}
