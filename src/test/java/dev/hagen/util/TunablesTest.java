package dev.hagen.util;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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
}
