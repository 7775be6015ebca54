package dev.hagen.profile.tune;

import java.util.Locale;

/** A study as CSV: a line for each policy and size. */
public final class StudyTable {
  private static final String HEADER =
      "policy,max_bytes,lookups,hits,misses,first_misses,hit_ratio,retranslation_seconds,interpretation_seconds,saved_seconds,peak_bytes\n";

  private StudyTable() {}

  /** The lines, a header first. */
  public static String csv(Study study) {
    StringBuilder out = new StringBuilder(HEADER);
    for (Simulated who : Simulated.all()) {
      for (long size : study.sizes()) {
        Outcome outcome = study.outcome(who, size);
        out.append(String.format(Locale.ROOT, "%s,%d,%d,%d,%d,%d,%.6f,%.6f,%.6f,%.6f,%d%n", who.spelling(), size,
            outcome.hits() + outcome.misses(), outcome.hits(), outcome.misses(), outcome.first(), outcome.hitRatio(),
            outcome.nanos() / 1e9, outcome.coldNanos() / 1e9, study.saved(who, size), outcome.peak()));
      }
    }
    return out.toString();
  }
}
