package dev.hagen.guests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guests that are committed as built files: they belong to their sources and recordings. */
final class GuestImagesTest {
  /** What a build script answers where the compiler is not the one that built the files. */
  private static final int OTHER_COMPILER = 77;

  private static final int EM_386 = 3;

  @Test
  @EnabledOnOs(OS.LINUX)
  void demo_builtAgain_hasTheCommittedBytes() throws Exception {
    assertRebuilds("guest-images/demo/build.sh");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void bareGuests_builtAgain_haveTheCommittedBytes() throws Exception {
    assertRebuilds("guest-images/bare/build.sh");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void nanobenchmarks_builtAgain_haveTheCommittedBytes() throws Exception {
    assertRebuilds("guest-images/nano/build.sh");
  }

  @Test
  void demo_isThirtyTwoBitElfForMultiboot() throws IOException {
    byte[] image = Files.readAllBytes(Path.of("guest-images/demo/demo.elf"));

    assertThat(image).startsWith(0x7f, 'E', 'L', 'F', 1);
    assertThat(image[18]).isEqualTo((byte) EM_386);
    assertThat(image).hasSizeLessThan(8192);
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void expectedOutcomes_ofEachGuest_nameItsCasesInOrder(String guest) throws IOException {
    List<String> expected = RecordedOutcomes.expected(guest);
    List<String> qemu = RecordedOutcomes.lines(guest, "qemu");
    List<String> bochs = RecordedOutcomes.lines(guest, "bochs");

    assertThat(expected).last().isEqualTo(RecordedOutcomes.END);
    assertThat(expected).map(RecordedOutcomes::name)
        .doesNotHaveDuplicates()
        .isEqualTo(qemu.stream().map(RecordedOutcomes::name).toList())
        .isEqualTo(bochs.stream().map(RecordedOutcomes::name).toList());
  }

  @ParameterizedTest
  @MethodSource("dev.hagen.guests.RecordedOutcomes#guests")
  void expectedOutcomes_ofEachGuest_areAllDecided(String guest)
      throws IOException {
    List<String> undecided =
        Files.readAllLines(Path.of("guest-images/bare", guest + ".expected.txt")).stream()
            .filter(line -> line.startsWith("# UNDECIDED"))
            .toList();

    assertThat(undecided).isEmpty();
  }

  private static void assertRebuilds(String script) throws IOException, InterruptedException {
    Requirements.program("gcc", "gcc-multilib");
    Process build = new ProcessBuilder("sh", script, "--check").redirectErrorStream(true).start();
    String output = new String(build.getInputStream().readAllBytes());
    int status = build.waitFor();

    if (status == OTHER_COMPILER) {
      Requirements.missing("needs the compiler that " + script + " names");
    }
    assertThat(status).as(output).isZero();
  }
}
