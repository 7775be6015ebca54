package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SerialMatcherTest {
  private final AtomicInteger found = new AtomicInteger();
  private final SerialMatcher matcher = new SerialMatcher(Pattern.compile("^READY [0-9]+$"), found::incrementAndGet);

  @Test
  void line_thatMatches_isReportedWhenItEnds() {
    send("READY 12");
    assertThat(matcher.matched()).isFalse();
    send("\r\n");
    assertThat(matcher.matched()).isTrue();
  }

  @Test
  void line_thatMatchesInPartOnly_isNotReported() {
    send("not READY 12\nREADY\n");
    assertThat(matcher.matched()).isFalse();
  }

  @Test
  void secondMatch_isNotReportedAgain() {
    send("READY 1\nREADY 2\n");
    assertThat(found).hasValue(1);
  }

  @Test
  void endlessLine_isCutButTheNextIsSeen() {
    send("x".repeat(100_000) + "\nREADY 1\n");
    assertThat(found).hasValue(1);
  }

  private void send(String text) {
    text.chars().forEach(matcher::accept);
  }
}
