package dev.hagen.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A {@link Comparison} as a page: for each operation a bar for each contender, on a logarithmic scale, and the numbers.
 * The page needs nothing but itself.
 */
final class ComparisonPage {
  private static final List<String> COLOURS = List.of("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948");
  private static final int LABEL = 90;
  private static final int WIDTH = 640;
  private static final int BAR = 11;
  private static final int GAP = 10;

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
    StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escape(title)).append("</title>\n<style>body{font:14px sans-serif;margin:2em}"
            + "td,th{padding:2px 10px;text-align:right}td:first-child,th:first-child{text-align:left}"
            + "svg text{font:11px sans-serif}</style></head><body>\n<h1>").append(escape(title)).append("</h1>\n");
    legend(page);
    chart(page);
    table(page);
    return page.append("</body></html>\n").toString();
  }

  private void legend(StringBuilder page) {
    page.append("<p>");
    for (Contender contender : comparison.contenders()) {
      page.append("<span style=\"color:").append(colour(contender)).append("\">&#9632;</span> <b>")
          .append(escape(contender.name())).append("</b>: ").append(escape(contender.what())).append("<br>\n");
    }
    page.append("</p>\n");
  }

  private String colour(Contender contender) {
    return COLOURS.get(comparison.contenders().indexOf(contender) % COLOURS.size());
  }

  private double length(double value) {
    return Math.max(1, (Math.log10(value) - lowest) / decades * WIDTH);
  }

  private void chart(StringBuilder page) {
    int group = comparison.contenders().size() * BAR + GAP;
    int height = comparison.operations().size() * group;
    page.append(String.format(Locale.ROOT, "<svg width=\"%d\" height=\"%d\" role=\"img\">%n", LABEL + WIDTH + 80,
        height + 30));
    for (int i = 0; i <= decades; i++) {
      double x = LABEL + i / decades * WIDTH;
      page.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\" stroke=\"#ddd\"/>"
          + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s %s</text>%n", x, x, height, x, height + 15,
          ComparisonReport.number(OptionalDouble.of(Math.pow(10, lowest + i))), escape(unit)));
    }
    int top = 0;
    for (String operation : comparison.operations()) {
      page.append(String.format(Locale.ROOT, "<text x=\"0\" y=\"%d\">%s</text>%n", top + group / 2, escape(operation)));
      int y = top;
      for (Contender contender : comparison.contenders()) {
        bar(page, operation, contender, y);
        y += BAR;
      }
      top += group;
    }
    page.append("</svg>\n");
  }

  private void bar(StringBuilder page, String operation, Contender contender, int y) {
    comparison.median(operation, contender).ifPresent(median -> page.append(String.format(Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\">%s</text>%n",
        LABEL, y, length(median), BAR - 1, colour(contender), LABEL + length(median) + 4, y + BAR - 2,
        ComparisonReport.number(OptionalDouble.of(median)))));
  }

  private void table(StringBuilder page) {
    page.append("<table><tr><th>").append(escape(unit)).append("</th>");
    comparison.contenders().forEach(contender -> page.append("<th>").append(escape(contender.name())).append("</th>"));
    page.append("</tr>\n");
    for (String operation : comparison.operations()) {
      page.append("<tr><td>").append(escape(operation)).append("</td>");
      for (Contender contender : comparison.contenders()) {
        page.append("<td>").append(escape(report.value(operation, contender))).append("<br><small>&times;")
            .append(ComparisonReport.number(comparison.ratio(operation, contender))).append("</small></td>");
      }
      page.append("</tr>\n");
    }
    page.append("</table>\n<p>Medians, half the spread of the runs, and below how many times faster than ")
        .append(escape(comparison.yardstick().name())).append(".</p>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
