package dev.hagen.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TunablesTest {
  @Test
  void with_setting_changesOnlyThatOne() {
    Tunables tunables = Tunables.standard().with("region-blocks=7");
    assertThat(tunables.get(Tunable.REGION_BLOCKS)).isEqualTo(7);
    assertThat(tunables.get(Tunable.THRESHOLD)).isEqualTo(Tunable.THRESHOLD.standard());
    assertThat(Tunables.standard().get(Tunable.REGION_BLOCKS)).isEqualTo(Tunable.REGION_BLOCKS.standard());
  }

  @Test
  void withAll_takesSettingsWithCommasBetween() {
    Tunables tunables = Tunables.standard().withAll("region-blocks=7, threshold=9,");
    assertThat(tunables.get(Tunable.REGION_BLOCKS)).isEqualTo(7);
    assertThat(tunables.get(Tunable.THRESHOLD)).isEqualTo(9);
  }

  @Test
  void withAll_nothing_changesNothing() {
    assertThat(Tunables.standard().withAll("")).hasToString(Tunables.standard().toString());
  }

  @Test
  void with_valueOutOfRange_saysWhatTheRangeIs() {
    assertThatThrownBy(() -> Tunables.standard().with("background=2"))
        .hasMessage("background is a number from 0 to 1, not 2");
  }

  @Test
  void with_unknownName_saysWhatThereIs() {
    assertThatThrownBy(() -> Tunables.standard().with("colour=1")).hasMessageContaining("threshold, region-blocks");
  }

  @Test
  void with_noNumber_saysTheForm() {
    assertThatThrownBy(() -> Tunables.standard().with("threshold"))
        .hasMessage("'threshold' is not of the form threshold=NUMBER");
  }

  @ParameterizedTest
  @EnumSource(Tunable.class)
  void tuningGuide_hasRangeAndMeaningOfEach(Tunable tunable) {
    assertThat(guide()).anyMatch(row -> row.startsWith("| `%s` | ".formatted(tunable.spelling()))
        && row.endsWith(" | %s | %s |".formatted(range(tunable), tunable.description())));
  }

  /** What the launcher has standard is in the guide where it depends on the JVM's flags. */
  @ParameterizedTest
  @EnumSource(value = Tunable.class, names = "REGION_INSTRUCTIONS", mode = EnumSource.Mode.EXCLUDE)
  void tuningGuide_hasStandardOfEach(Tunable tunable) {
    assertThat(guide()).anyMatch(row -> row.startsWith(String.format(Locale.ROOT, "| `%s` | %,d | ", tunable.spelling(),
        tunable.standard())));
  }

  private static List<String> guide() {
    try {
      return Files.readAllLines(Path.of("docs", "tuning.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String range(Tunable tunable) {
    return tunable.most() == Integer.MAX_VALUE ? "from " + tunable.least()
        : String.format(Locale.ROOT, "%,d to %,d", tunable.least(), tunable.most());
  }
}
