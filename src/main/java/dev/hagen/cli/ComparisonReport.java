package dev.hagen.cli;

import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** A {@link Comparison} as text and as JSON. */
final class ComparisonReport {
  private static final int COLUMN = 16;

  private final Comparison comparison;
  private final String guest;
  private final String unit;

  /** A report of values in {@code unit} that {@code guest} has measured. */
  ComparisonReport(Comparison comparison, String guest, String unit) {
    this.comparison = comparison;
    this.guest = guest;
    this.unit = unit;
  }

  /** Two tables: medians with the spread of the runs, and ratios to the yardstick. */
  String text() {
    StringBuilder text = new StringBuilder(guest).append('\n');
    heading(text, unit);
    for (String operation : comparison.operations()) {
      text.append(String.format("%-10s", operation));
      for (Contender contender : comparison.contenders()) {
        text.append(String.format("%" + COLUMN + "s", value(operation, contender)));
      }
      text.append('\n');
    }
    text.append('\n');
    heading(text, "times faster than " + comparison.yardstick().name());
    for (String operation : comparison.operations()) {
      text.append(String.format("%-10s", operation));
      for (Contender contender : comparison.contenders()) {
        text.append(String.format("%" + COLUMN + "s", number(comparison.ratio(operation, contender))));
      }
      text.append('\n');
    }
    if (comparison.hasSpread()) {
      text.append("\n±: half of what lies between the shortest and the longest run, as a part of the median.\n");
    }
    return text.toString();
  }

  private void heading(StringBuilder text, String what) {
    text.append(what).append('\n').append(" ".repeat(10));
    comparison.contenders().forEach(contender -> text.append(String.format("%" + COLUMN + "s", contender.name())));
    text.append('\n');
  }

  /** The median and, where there are several runs, half the spread in percent. */
  String value(String operation, Contender contender) {
    String median = number(comparison.median(operation, contender));
    return comparison.samples(operation, contender).size() < 2 ? median
        : String.format(Locale.ROOT, "%s ±%.0f%%", median, comparison.spread(operation, contender) * 50);
  }

  /** A number with as many digits as are worth reading; a dash if there is none. */
  static String number(OptionalDouble number) {
    if (number.isEmpty()) {
      return "-";
    }
    double value = number.getAsDouble();
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
  }

  /** The spread is that of {@link Comparison#spread}. */
  private Map<String, Object> values(String operation, Contender contender, double median) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("median", median);
    values.put("spread", comparison.spread(operation, contender));
    values.put("samples", comparison.samples(operation, contender));
    return values;
  }

  /** Everything that has been measured. */
  String json() {
    List<Map<String, Object>> contenders = new ArrayList<>();
    comparison.contenders().forEach(contender -> contenders.add(Map.of("name", contender.name(), "what",
        contender.what(), "command", String.join(" ", contender.command()))));
    Map<String, Object> operations = new LinkedHashMap<>();
    for (String operation : comparison.operations()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (Contender contender : comparison.contenders()) {
        comparison.median(operation, contender)
            .ifPresent(median -> row.put(contender.name(), values(operation, contender, median)));
      }
      operations.put(operation, row);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("guest", guest);
    all.put("unit", unit);
    all.put("yardstick", comparison.yardstick().name());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.put("java", Runtime.version().toString());
    all.put("contenders", contenders);
    all.put("operations", operations);
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(all) + "\n";
  }
}
