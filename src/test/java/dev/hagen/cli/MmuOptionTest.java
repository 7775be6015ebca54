package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hagen.cpu.MmuKind;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MmuOptionTest {
  private static Tunables apply(@Nullable String mmu, @Nullable String trace) {
    // The same whatever the tests of this JVM run with.
    Tunables tunables = MmuOption.apply(Tunables.standard().with(Tunable.MMU, MmuKind.ASID.ordinal()), mmu, trace);
    MmuOption.check(tunables, trace);
    return tunables;
  }

  @Test
  void trace_withShadow_isTaken() {
    assertThat(apply("shadow", "always-exit").isOn(Tunable.TRACE)).isFalse();
    assertThat(apply("shadow", "adaptive").isOn(Tunable.TRACE)).isTrue();
  }

  @Test
  void trace_withShadowByTunable_isTaken() {
    Tunables shadow = Tunables.standard().with(Tunable.MMU, MmuKind.SHADOW.ordinal());
    assertThatCode(() -> MmuOption.check(shadow, "adaptive")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "       | adaptive    | --trace says how traced page tables are written, and without --mmu=shadow none is traced; give both.",
      "asid   | always-exit | --trace says how traced page tables are written, and without --mmu=shadow none is traced; give both.",
      "shadow | never       | --trace is adaptive or always-exit, not 'never'.",
      "none   |             | --mmu is one of flush, asid, shadow, not 'none'."})
  void mistake_isNamed(@Nullable String mmu, @Nullable String trace, String sentence) {
    assertThatExceptionOfType(UserError.class).isThrownBy(() -> apply(mmu, trace)).withMessage(sentence);
  }

  @Test
  void adaptiveTrace_withNothingAdaptive_isAMistake() {
    Tunables fixed = Tunables.standard().with(Tunable.MMU, MmuKind.SHADOW.ordinal()).with(Tunable.ADAPTIVE, 0);
    assertThatExceptionOfType(UserError.class).isThrownBy(() -> MmuOption.check(fixed, "adaptive"))
        .withMessage("--trace=adaptive makes units anew and --no-adaptive has none made; give either.");
  }
}
