package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceOptionTest {
  @Test
  void fileAlone_hasTheStandardRoom() {
    assertThat(TraceOption.parse("a,b.trace")).isEqualTo(new TraceOption(Path.of("a,b.trace"), 16L << 20));
  }

  @Test
  void room_isTaken() {
    assertThat(TraceOption.parse("a,max=2M")).isEqualTo(new TraceOption(Path.of("a"), 2L << 20));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "a,max=much | --trace-units: 'much' is no memory size; write for example 512, 512M or 2G.",
      "a,max=1K   | --trace-units: max is 256K to 256M, not 1K.",
      "a,max=1G   | --trace-units: max is 256K to 256M, not 1G.",
      ",max=1M    | --trace-units takes the name of a file, and ,max=SIZE behind it if you like."})
  void mistake_isNamed(String text, String sentence) {
    assertThatExceptionOfType(UserError.class).isThrownBy(() -> TraceOption.parse(text)).withMessage(sentence);
  }
}
