package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerialTargetTest {
  @Test
  void qemusSpellings_areKnown() {
    assertThat(SerialTarget.parse("stdio")).isEqualTo(new SerialTarget.Stdio(false));
    assertThat(SerialTarget.parse("mon:stdio")).isEqualTo(new SerialTarget.Stdio(true));
    assertThat(SerialTarget.parse("null")).isEqualTo(new SerialTarget.Null());
    assertThat(SerialTarget.parse("none")).isEqualTo(new SerialTarget.Null());
    assertThat(SerialTarget.parse("file:a b:c")).isEqualTo(new SerialTarget.ToFile(Path.of("a b:c")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "file:", "pty", "tcp:localhost:1"})
  void anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> SerialTarget.parse(text)).isInstanceOf(UserError.class)
        .hasMessage("'" + text + "' is no target of -serial: stdio, mon:stdio, file:NAME or null.");
  }
}
