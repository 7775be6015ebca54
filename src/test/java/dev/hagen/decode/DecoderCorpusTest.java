package dev.hagen.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder and the disassembler against what objdump says, recorded by {@code src/test/decoder/record.py}. */
class DecoderCorpusTest {
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
    return Recording.lines(kind, mode).stream().map(line -> ObjdumpCase.parse(line, mode)).toList();
  }
}
