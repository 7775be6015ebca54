package dev.hagen.profile.tune;

import java.util.Locale;
import java.util.function.BiFunction;

/** A study as text for a terminal. */
public final class StudyText {
  private StudyText() {}

  /** What was replayed, two tables, and the recommendation. */
  public static String of(Study study, Recommendation recommendation) {
    StringBuilder out = new StringBuilder(summary(study));
    out.append("\nhit ratio in per cent, by the size of the cache\n");
    table(out, study, (who, size) -> String.format(Locale.ROOT, "%.3f", 100 * study.outcome(who, size).hitRatio()));
    out.append("\nseconds saved against the recorded cache: of translating again, and of interpreting meanwhile\n");
    table(out, study, (who, size) -> String.format(Locale.ROOT, "%.3f", study.saved(who, size)));
    out.append("\nrecommended: --cache ").append(recommendation.option()).append('\n');
    out.append(recommendation.reason()).append('\n');
    return out.toString();
  }

  /** What was replayed and what it needs. */
  static String summary(Study study) {
    StringBuilder out = new StringBuilder();
    for (UnitTrace trace : study.traces()) {
      UnitTrace.Recorded recorded = trace.recorded();
      out.append(String.format(Locale.ROOT, "recorded with policy=%s,max=%s: %,d events of %,d places of code, %.3f %% of look-ups"
          + " hit%s%n", recorded.limits().policy().spelling(), Sizes.text(recorded.limits().maximum()), trace.size(), trace.places(),
          100 * recorded.hitRatio(),
          recorded.dropped() == 0 ? "" : String.format(Locale.ROOT, "; %,d events were dropped", recorded.dropped())));
    }
    out.append(String.format(Locale.ROOT, "the same simulated: %.3f %%, %,d units translated again, which takes %.3f s%n",
        100 * study.recorded().hitRatio(), study.recorded().again(), study.recorded().nanos() / 1e9));
    out.append(String.format(Locale.ROOT, "everything has room in %,d KiB; then %.3f %% hit; a miss costs %.0f µs of translation%n",
        study.unbounded().peak() + 1023 >> 10, 100 * study.unbounded().hitRatio(), study.missMicros()));
    return out.toString();
  }

  private static void table(StringBuilder out, Study study, BiFunction<Simulated, Long, String> cell) {
    out.append(String.format("%-10s", ""));
    study.sizes().forEach(size -> out.append(String.format("%9s", Sizes.text(size))));
    out.append('\n');
    for (Simulated who : Simulated.all()) {
      out.append(String.format("%-10s", who.spelling()));
      study.sizes().forEach(size -> out.append(String.format("%9s", cell.apply(who, size))));
      out.append('\n');
    }
  }
}
