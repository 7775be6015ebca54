package dev.hagen.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder and the disassembler against what objdump says, recorded by {@code src/test/decoder/record.py}. */
class DecoderCorpusTest {
  private static final Path RECORDINGS = Path.of("src/test/decoder");
  private static final int ENOUGH = 100_000;

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void realCode_everyInstruction_hasLengthAndTextOfObjdump(int mode) throws IOException {
    List<ObjdumpCase> cases = read("real", mode);

    assertThat(cases).hasSizeGreaterThan(ENOUGH);
    assertThat(cases.stream().filter(it -> !it.isEqual() && !it.isExplained())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void randomBytes_everyInstruction_hasLengthAndTextOfObjdump(int mode) throws IOException {
    List<ObjdumpCase> cases = read("random", mode);

    assertThat(cases).hasSizeGreaterThan(ENOUGH);
    assertThat(cases.stream().filter(it -> !it.isEqual() && !it.isExplained())).isEmpty();
  }

  private static List<ObjdumpCase> read(String kind, int mode) throws IOException {
    Path file = RECORDINGS.resolve(kind + "-" + mode + ".txt.gz");
    try (BufferedReader lines = new BufferedReader(
        new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      return lines.lines().map(line -> ObjdumpCase.parse(line, mode)).toList();
    }
  }
}
