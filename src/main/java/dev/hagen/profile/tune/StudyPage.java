package dev.hagen.profile.tune;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** A study as one HTML page that needs nothing else. */
public final class StudyPage {
  private static final double PERCENT = 100;

  private StudyPage() {}

  /** The page. */
  public static String html(Study study, Recommendation recommendation) {
    String ratios = new CurveChart(study, (who, size) -> PERCENT * study.outcome(who, size).hitRatio(), PERCENT)
        .svg("Hit ratio of each policy over the size of the cache", "%");
    String seconds = new CurveChart(study, (who, size) -> study.outcome(who, size).seconds(), -1)
        .svg("Seconds lost over the size of the cache", " s");
    return template().replace("{{summary}}", escape(StudyText.summary(study)))
        .replace("{{option}}", escape(recommendation.option()))
        .replace("{{reason}}", escape(recommendation.reason()))
        .replace("{{legend}}", legend())
        .replace("{{ratios}}", ratios)
        .replace("{{seconds}}", seconds)
        .replace("{{ratioTable}}", table(study, (who, size) ->
            String.format(Locale.ROOT, "%.3f", PERCENT * study.outcome(who, size).hitRatio())))
        .replace("{{savedTable}}", table(study, (who, size) -> String.format(Locale.ROOT, "%.3f", study.saved(who, size))))
        .replace("{{againTable}}", table(study, (who, size) ->
            String.format(Locale.ROOT, "%,d", study.outcome(who, size).again())));
  }

  private static String template() {
    try (InputStream in = StudyPage.class.getResourceAsStream("tune.html")) {
      if (in == null) {
        throw new IllegalStateException("tune.html is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String legend() {
    StringBuilder out = new StringBuilder();
    List<Simulated> all = Simulated.all();
    for (int i = 0; i < all.size(); i++) {
      out.append("<button type=\"button\" class=\"s%d\" data-policy=\"%s\" aria-pressed=\"true\">%s</button>%n"
          .formatted(i, all.get(i).spelling(), all.get(i).spelling()));
    }
    return out.toString();
  }

  private static String table(Study study, BiFunction<Simulated, Long, String> cell) {
    StringBuilder out = new StringBuilder("<table><thead><tr><th></th>");
    study.sizes().forEach(size -> out.append("<th>").append(Sizes.text(size)).append("</th>"));
    out.append("</tr></thead>\n<tbody>\n");
    for (Simulated who : Simulated.all()) {
      out.append("<tr><th>").append(who.spelling()).append("</th>");
      study.sizes().forEach(size -> out.append("<td>").append(cell.apply(who, size)).append("</td>"));
      out.append("</tr>\n");
    }
    return out.append("</tbody></table>").toString();
  }
}
