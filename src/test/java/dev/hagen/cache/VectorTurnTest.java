package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorTurnTest {
  private static final LocalDate DAY = LocalDate.of(1969, 12, 30);
  private static final int CASES = 1000;

  private static IntStream onDay(int number) {
    return IntStream.range(0, CASES).filter(VectorTurn.of("today", DAY.plusDays(number))::includes);
  }

  @Test
  void today_onThreeDaysInSuccession_includesEachCaseOnce() {
    assertThat(IntStream.range(0, 3).flatMap(VectorTurnTest::onDay).sorted().toArray())
        .isEqualTo(IntStream.range(0, CASES).toArray());
  }

  @Test
  void number_thatADaySays_includesTheSame() {
    VectorTurn today = VectorTurn.of("today", DAY);
    assertThat(today).hasToString("one recorded case in 3 is translated; the same again: -Dvectors.translated=1;"
        + " all: -Dvectors.translated=all");
    assertThat(VectorTurn.of("1", DAY.plusDays(1))).isEqualTo(today);
  }

  @Test
  void all_includesEachCase() {
    assertThat(IntStream.range(0, CASES).allMatch(VectorTurn.of("all", DAY)::includes)).isTrue();
  }

  @Test
  void anythingElse_isNoTurn() {
    assertThatThrownBy(() -> VectorTurn.of("3", DAY)).hasMessage("-Dvectors.translated is all, today, 0, 1 or 2, not '3'");
  }
}
