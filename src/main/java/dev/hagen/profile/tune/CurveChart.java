package dev.hagen.profile.tune;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/**
 * Curves over the size of the cache as SVG: one for each policy, coloured by the page's class {@code s0}, {@code s1} and so on.
 */
final class CurveChart {
  private static final int WIDTH = 460;
  private static final int HEIGHT = 300;
  private static final int LEFT = 56;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 44;
  private static final int LINES = 5;
  /** The width of a size in letters. */
  private static final double LABEL = 46;

  private final Study study;
  private final ToDoubleBiFunction<Simulated, Long> value;
  private final double low;
  private final double high;

  /**
   * A chart.
   *
   * @param value of a policy at a size
   * @param most what the vertical axis reaches at least; negative: what is needed
   */
  CurveChart(Study study, ToDoubleBiFunction<Simulated, Long> value, double most) {
    this.study = study;
    this.value = value;
    double[] all = Simulated.all().stream().flatMapToDouble(who -> study.sizes().stream()
        .mapToDouble(size -> value.applyAsDouble(who, size))).toArray();
    double smallest = Arrays.stream(all).min().orElse(0);
    double largest = Math.max(most, Arrays.stream(all).max().orElse(1));
    double step = step((largest - smallest) / LINES);
    this.low = Math.floor(smallest / step) * step;
    this.high = most >= 0 ? most : low + Math.ceil((largest - low) / step + 1e-9) * step;
  }

  /** The distance of lines: 1, 2 or 5 times a power of ten. */
  private static double step(double about) {
    if (about <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(about)));
    double part = about / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
  }

  private double x(long size) {
    List<Long> sizes = study.sizes();
    double first = Math.log(sizes.getFirst());
    double range = Math.max(1e-9, Math.log(sizes.getLast()) - first);
    return LEFT + (WIDTH - LEFT - RIGHT) * (Math.log(size) - first) / range;
  }

  private double y(double number) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - number) / Math.max(1e-9, high - low);
  }

  /**
   * The picture.
   *
   * @param label what it shows, for readers who cannot see it
   * @param unit behind the numbers of the vertical axis
   */
  String svg(String label, String unit) {
    StringBuilder out = new StringBuilder();
    out.append(String.format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, HEIGHT, label));
    axes(out, unit);
    List<Simulated> all = Simulated.all();
    for (int i = 0; i < all.size(); i++) {
      curve(out, all.get(i), i);
    }
    return out.append("</svg>\n").toString();
  }

  private void axes(StringBuilder out, String unit) {
    double step = step((high - low) / LINES);
    int digits = Math.max(0, (int) Math.ceil(-Math.log10(step)));
    for (double number = low; number <= high + step / 1e6; number += step) {
      out.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n", LEFT, WIDTH - RIGHT,
          y(number), y(number)));
      out.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%." + digits + "f%s</text>%n", LEFT - 6,
          y(number) + 4, number, unit));
    }
    double free = Double.NEGATIVE_INFINITY;
    for (long size : study.sizes()) {
      out.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n", x(size), x(size),
          HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4));
      boolean atEnd = x(size) > WIDTH - RIGHT - LABEL / 2;
      double start = x(size) - (atEnd ? LABEL : LABEL / 2);
      if (start >= free) {
        out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", x(size),
            HEIGHT - BOTTOM + 18, atEnd ? "end" : "middle", Sizes.text(size)));
        free = start + LABEL + 6;
      }
    }
    out.append(String.format("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">size of the cache</text>%n", (LEFT + WIDTH) / 2,
        HEIGHT - 6));
  }

  private void curve(StringBuilder out, Simulated who, int number) {
    StringBuilder points = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (long size : study.sizes()) {
      double at = value.applyAsDouble(who, size);
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(size), y(at)));
      dots.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s, %s: %.3f</title></circle>%n", x(size),
          y(at), who.spelling(), Sizes.text(size), at));
    }
    out.append(String.format("<g class=\"curve s%d\" data-policy=\"%s\">%n<polyline points=\"%s\"/>%n%s</g>%n", number, who.spelling(),
        points.toString().strip(), dots));
  }
}
