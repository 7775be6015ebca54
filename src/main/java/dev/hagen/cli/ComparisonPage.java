package dev.hagen.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A {@link Comparison} as a page: for each operation a bar for each contender, on a logarithmic scale, and the numbers.
 * The page needs nothing but itself.
 */
final class ComparisonPage {
  private static final List<String> COLOURS = List.of("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1");
  private static final double PERCENT = 100;
  private static final double SHORTEST = 0.2;

  private final Comparison comparison;
  private final ComparisonReport report;
  private final String title;
  private final String unit;
  private final double lowest;
  private final double decades;

  /** A page about values in {@code unit}. */
  ComparisonPage(Comparison comparison, ComparisonReport report, String title, String unit) {
    this.comparison = comparison;
    this.report = report;
    this.title = title;
    this.unit = unit;
    double least = Double.MAX_VALUE;
    double most = 0;
    for (String operation : comparison.operations()) {
      for (Contender contender : comparison.contenders()) {
        double median = comparison.median(operation, contender).orElse(0);
        least = median > 0 ? Math.min(least, median) : least;
        most = Math.max(most, median);
      }
    }
    this.lowest = most > 0 ? Math.floor(Math.log10(least)) : 0;
    this.decades = most > 0 ? Math.max(1, Math.ceil(Math.log10(most)) - lowest) : 1;
  }

  /** The HTML. */
  String html() {
    StringBuilder legend = new StringBuilder();
    legend(legend);
    StringBuilder chart = new StringBuilder();
    chart(chart);
    StringBuilder table = new StringBuilder();
    table(table);
    return template().replace("{{title}}", escape(title)).replace("{{legend}}", legend).replace("{{chart}}", chart)
        .replace("{{table}}", table);
  }

  private static String template() {
    try (InputStream in = ComparisonPage.class.getResourceAsStream("compare.html")) {
      if (in == null) {
        throw new IllegalStateException("the page is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void legend(StringBuilder page) {
    page.append("<ul class=\"legend\" aria-label=\"Techniques; press to show or hide\">\n");
    for (Contender contender : comparison.contenders()) {
      page.append("<li><button type=\"button\" data-number=\"").append(number(contender))
          .append("\" aria-pressed=\"true\"><i style=\"background:").append(colour(contender)).append("\"></i>")
          .append(escape(contender.name())).append("</button>").append(escape(contender.what())).append("</li>\n");
    }
    page.append("</ul>\n");
  }

  private int number(Contender contender) {
    return comparison.contenders().indexOf(contender);
  }

  private String colour(Contender contender) {
    return COLOURS.get(number(contender) % COLOURS.size());
  }

  /** The part of the scale that a value takes, in per cent; a little at least. */
  private double length(double value) {
    return Math.max(SHORTEST, (Math.log10(value) - lowest) / decades * PERCENT);
  }

  private void chart(StringBuilder page) {
    page.append(String.format(Locale.ROOT, "<div class=\"chart\" style=\"--decades: %.0f\">%n", decades));
    for (String operation : comparison.operations()) {
      page.append("<div class=\"operation\">").append(escape(operation)).append("</div><div class=\"bars\">\n");
      comparison.contenders().forEach(contender -> bar(page, operation, contender));
      page.append("</div>\n");
    }
    page.append("<div></div><div class=\"scale\">");
    for (int i = 0; i <= decades; i++) {
      page.append(String.format(Locale.ROOT, "<span style=\"left: %.1f%%\">%s</span>", i / decades * PERCENT,
          number(Math.pow(10, lowest + i))));
    }
    page.append("</div></div>\n<p>").append(escape(unit)).append(" on a logarithmic scale; shorter is faster.</p>\n");
  }

  private static String number(double value) {
    return ComparisonReport.number(OptionalDouble.of(value)).replaceFirst("\\.0+$", "");
  }

  private void bar(StringBuilder page, String operation, Contender contender) {
    comparison.median(operation, contender).ifPresent(median -> page.append(String.format(Locale.ROOT,
        "<div class=\"bar\" data-number=\"%d\"><i style=\"width: %.1f%%; background: %s\"></i><b>%s</b></div>%n",
        number(contender), length(median), colour(contender), ComparisonReport.number(OptionalDouble.of(median)))));
  }

  private void table(StringBuilder page) {
    page.append("<div class=\"wide\" tabindex=\"0\"><table><tr><th>").append(escape(unit)).append("</th>");
    comparison.contenders().forEach(contender -> page.append(cell("th", contender)).append(escape(contender.name())).append("</th>"));
    page.append("</tr>\n");
    for (String operation : comparison.operations()) {
      page.append("<tr><td>").append(escape(operation)).append("</td>");
      for (Contender contender : comparison.contenders()) {
        OptionalDouble ratio = comparison.ratio(operation, contender);
        page.append(cell("td", contender)).append(escape(report.value(operation, contender)))
            .append(ratio.isEmpty() ? "" : "<br><small>&times;" + ComparisonReport.number(ratio) + "</small>").append("</td>");
      }
      page.append("</tr>\n");
    }
    page.append("</table></div>\n<p>Medians, half the spread of the runs, and below how many times faster than ")
        .append(escape(comparison.yardstick().name())).append(".</p>\n");
  }

  private String cell(String element, Contender contender) {
    return "<" + element + " data-number=\"" + number(contender) + "\">";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
