package dev.hagen.profile;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@link ProfileReport} for a terminal. */
public final class ProfileText {
  private static final double NANOS = 1e9;

  private ProfileText() {}

  /** Tables with {@code top} rows each, and a row for the rest. */
  public static String of(ProfileReport report, int top) {
    StringBuilder text = new StringBuilder();
    line(text, "%.2f s in %,d samples", report.profile().total() / NANOS, report.profile().samples());
    line(text, "named: %s", namings(report));
    line(text, "time: %s", report.tiers().entrySet().stream()
        .map(tier -> String.format(Locale.ROOT, "%s %.1f %%", tier.getKey().spelling(), tier.getValue() * 100))
        .collect(Collectors.joining(", ")));
    units(text, report.units(), top);
    functions(text, report.functions(), top);
    exits(text, report.exits(), top);
    return text.toString();
  }

  private static String namings(ProfileReport report) {
    String stripped = report.stripped().isEmpty() ? "" : " (" + String.join(", ", report.stripped()) + ")";
    return String.format(Locale.ROOT, "%.1f %% of samples by function, %.1f %% by a stage of the image that starts it,"
        + " %.1f %% by a program without symbols%s, %.1f %% not at all", report.named(Naming.FUNCTION) * 100,
        report.named(Naming.STAGE) * 100, report.named(Naming.PROGRAM) * 100, stripped, report.named(Naming.NOTHING) * 100);
  }

  private static void units(StringBuilder text, List<ProfileReport.UnitRow> rows, int top) {
    line(text, "%n%7s  %-11s %6s %6s %5s %6s %12s %14s  %s", "share", "tier", "instr", "bytes", "made", "anew", "runs",
        "retired", "unit");
    for (ProfileReport.UnitRow row : first(rows, top)) {
      UnitBook.Facts facts = row.facts();
      if (row.key() == null) {
        line(text, "%6.2f%%  %-11s %6s %6s %5s %6s %12s %14s  %s", row.share() * 100, row.tier().spelling(), "", "", "", "", "", "",
            row.name());
      } else {
        line(text, "%6.2f%%  %-11s %6d %6d %5d %6d %,12d %,14d  %s%s%s", row.share() * 100, row.tier().spelling(),
            facts.instructions(), facts.bytecodes(), facts.made(), facts.retranslated(), facts.runs(), facts.retired(),
            row.name(),
            causes("anew", facts.retranslations()), causes("exits", row.exits()));
      }
    }
    rest(text, rows.size() - top, rows.stream().skip(top).mapToDouble(ProfileReport.UnitRow::share).sum());
  }

  /** {@code ; exits: vm_exits.rdtsc 1,994}; empty if there are none. */
  private static String causes(String what, Map<String, ? extends Number> counts) {
    return counts.isEmpty() ? "" : counts.entrySet().stream()
        .map(count -> String.format(Locale.ROOT, "%s %,d", count.getKey(), count.getValue().longValue()))
        .collect(Collectors.joining(", ", "; " + what + ": ", ""));
  }

  private static void functions(StringBuilder text, List<ProfileReport.FunctionRow> rows, int top) {
    line(text, "%n%7s  %7s  %7s  %s", "share", "with", "instr", "function; 'with' all that it calls; 'instr' its share of instructions");
    for (ProfileReport.FunctionRow row : first(rows, top)) {
      line(text, "%6.2f%%  %6.2f%%  %6.2f%%  %s", row.self() * 100, row.whole() * 100, row.instructions() * 100, row.name());
    }
    rest(text, rows.size() - top, rows.stream().skip(top).mapToDouble(ProfileReport.FunctionRow::self).sum());
  }

  private static void exits(StringBuilder text, List<ProfileReport.ExitRow> rows, int top) {
    if (rows.isEmpty()) {
      return;
    }
    line(text, "%n%12s  %-28s %s", "estimated", "exit, exception or interrupt", "most at");
    for (ProfileReport.ExitRow row : first(rows, top)) {
      line(text, "%,12d  %-28s %s", row.count(), row.reason(), row.function());
    }
  }

  private static void rest(StringBuilder text, int count, double share) {
    if (count > 0) {
      line(text, "%6.2f%%  [%,d more]", share * 100, count);
    }
  }

  private static <T> List<T> first(List<T> rows, int top) {
    return rows.subList(0, Math.min(top, rows.size()));
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }
}
