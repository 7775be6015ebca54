package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** Boots one of Debian's kernels and looks at what its user space computes. */
final class DebianBoot {
  private static final String SCRIPT = "src/test/resources/dev/hagen/system/guest-script.sh";
  private static final int LINES = 20_000;
  private static final int FEW_LINES = 500;

  private final String architecture;

  DebianBoot(String architecture) {
    this.architecture = architecture;
  }

  /** The arguments of a boot with the initial RAM disk as it is. */
  String[] arguments() {
    return arguments(Requirements.debianImage("initrd-" + architecture));
  }

  private String[] arguments(Path initrd) {
    Path kernel = Requirements.debianImage("vmlinuz-" + architecture);
    return new String[] {"run", "-kernel", kernel.toString(), "-initrd", initrd.toString(), "-append",
        "console=ttyS0", "-m", "512", "-nographic", "-no-reboot", "--stats"};
  }

  /** Runs the guest script to its end, with options more, and checks everything that it has printed. */
  void assertScriptSucceeds(Path directory, String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments(initrdWithScript(directory))));
    all.addAll(List.of(options));
    Result result = HagenProcess.run(all.toArray(String[]::new));
    String out = result.out().replace("\r", "");
    System.out.println(architecture + ": HAGEN-READY " + value(out, "HAGEN-READY") + "; " + result.err().strip());
    assertThat(out).as(result.err()).contains("HAGEN-SCRIPT-OK");
    assertThat(value(out, "MACHINE")).isEqualTo(architecture.equals("amd64") ? "x86_64" : "i686");
    assertThat(value(out, "MD5")).isEqualTo(md5(squares(LINES)));
    assertThat(value(out, "UNPACKED-MD5")).isEqualTo(md5(squares(LINES)));
    assertThat(unpack(value(out, "PACKED"))).isEqualTo(squares(FEW_LINES));
    assertThat(value(out, "SUM")).isEqualTo("12502500");
    assertThat(value(out, "FORKS")).isEqualTo("200");
    assertThat(value(out, "SLEPT")).isEqualTo("yes");
    assertThat(result.exitCode()).isZero();
  }

  private Path initrdWithScript(Path directory) {
    Requirements.program("cpio", "cpio");
    Path initrd = directory.resolve("initrd");
    Result result = HagenProcess.start(new ProcessBuilder(), "guest-images/debian/add-script.sh",
        Requirements.debianImage("initrd-" + architecture).toString(), SCRIPT, initrd.toString()).end();
    assertThat(result.exitCode()).as(result.err()).isZero();
    return initrd;
  }

  /** What the guest has printed behind a word at the beginning of a line. */
  private static String value(String out, String name) {
    Matcher matcher = Pattern.compile("^" + name + " (.*)$", Pattern.MULTILINE).matcher(out);
    return matcher.find() ? matcher.group(1).strip() : "nothing";
  }

  /** The guest's test data, which its awk makes in the same way. */
  private static String squares(int lines) {
    return IntStream.range(0, lines).mapToObj(i -> (long) i * i % 65537 + "\n").collect(Collectors.joining());
  }

  private static String md5(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String unpack(String base64) throws IOException {
    byte[] packed = Base64.getDecoder().decode(base64);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
