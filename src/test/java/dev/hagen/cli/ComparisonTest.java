package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Contender SLOW = new Contender("slow", "the <old> way", List.of("old", "-x"));
  private static final Contender FAST = new Contender("fast", "the new way", List.of("new"));

  private final Comparison comparison = new Comparison(List.of(SLOW, FAST), SLOW);

  @Test
  void median_ofSeveralRuns_isTheMiddle() {
    comparison.add(SLOW, Map.of("in", 30.0));
    comparison.add(SLOW, Map.of("in", 10.0));
    assertThat(comparison.median("in", SLOW)).hasValue(20);
    comparison.add(SLOW, Map.of("in", 11.0));
    assertThat(comparison.median("in", SLOW)).hasValue(11);
    assertThat(comparison.spread("in", SLOW)).isEqualTo(20 / 11.0);
  }

  @Test
  void ratio_saysHowManyTimesFaster() {
    comparison.add(SLOW, Map.of("in", 30.0));
    comparison.add(FAST, Map.of("in", 10.0));
    assertThat(comparison.ratio("in", FAST)).hasValue(3);
    assertThat(comparison.ratio("in", SLOW)).hasValue(1);
  }

  @Test
  void operation_thatOnlyOneHas_hasNoRatio() {
    comparison.add(FAST, Map.of("hypercall", 10.0));
    assertThat(comparison.median("hypercall", SLOW)).isEmpty();
    assertThat(comparison.ratio("hypercall", FAST)).isEmpty();
    assertThat(comparison.spread("hypercall", SLOW)).isZero();
    assertThat(new ComparisonReport(comparison, "guest", "nanoseconds").text()).containsPattern("hypercall +- +10.0\n");
  }

  @Test
  void text_hasValuesWithSpread_andRatios() {
    comparison.add(SLOW, Map.of("in", 3000.0));
    comparison.add(FAST, Map.of("in", 9.0));
    comparison.add(FAST, Map.of("in", 11.0));
    assertThat(new ComparisonReport(comparison, "guest", "nanoseconds").text().lines()).map(String::strip)
        .containsExactly("guest", "nanoseconds", "slow            fast", "in                   3,000       10.0 ±10%", "",
            "times faster than slow", "slow            fast", "in                    1.00           300.0", "",
            "±: half of what lies between the shortest and the longest run, as a part of the median.");
  }

  @Test
  void text_ofSingleRuns_explainsNoSpread() {
    comparison.add(SLOW, Map.of("in", 3000.0));
    assertThat(new ComparisonReport(comparison, "guest", "nanoseconds").text()).doesNotContain("±");
  }

  @Test
  void numbers_haveAsManyDigitsAsAreWorthReading() {
    assertThat(ComparisonReport.number(OptionalDouble.of(0.266))).isEqualTo("0.27");
    assertThat(ComparisonReport.number(OptionalDouble.of(12.34))).isEqualTo("12.3");
    assertThat(ComparisonReport.number(OptionalDouble.of(12345.6))).isEqualTo("12,346");
    assertThat(ComparisonReport.number(OptionalDouble.empty())).isEqualTo("-");
  }

  @Test
  void json_hasEverySample() {
    comparison.add(SLOW, Map.of("in", 30.0));
    comparison.add(SLOW, Map.of("in", 10.0));
    JsonObject json = new Gson().fromJson(new ComparisonReport(comparison, "guest", "nanoseconds").json(), JsonObject.class);
    JsonObject slow = json.getAsJsonObject("operations").getAsJsonObject("in").getAsJsonObject("slow");
    assertThat(slow.get("median").getAsDouble()).isEqualTo(20);
    assertThat(slow.get("spread").getAsDouble()).isEqualTo(1);
    assertThat(json.get("guest").getAsString()).isEqualTo("guest");
    assertThat(slow.getAsJsonArray("samples")).hasSize(2);
    assertThat(json.get("yardstick").getAsString()).isEqualTo("slow");
    assertThat(json.getAsJsonArray("contenders")).hasSize(2);
  }

  @Test
  void page_drawsTenfoldAsFarAsTenfold() {
    comparison.add(SLOW, Map.of("in", 1000.0));
    comparison.add(FAST, Map.of("in", 100.0));
    comparison.add(FAST, Map.of("out", 10.0));
    String page = new ComparisonPage(comparison, new ComparisonReport(comparison, "guest", "ns"), "a < b", "ns").html();
    assertThat(page).contains("<h1>a &lt; b</h1>", "the &lt;old&gt; way", "width: 100.0%", "width: 50.0%",
        "width: 0.2%").doesNotContain("<old>");
  }

  @Test
  void page_ofNothing_isAPage() {
    String page = new ComparisonPage(comparison, new ComparisonReport(comparison, "guest", "ns"), "nothing", "ns").html();
    assertThat(page).startsWith("<!DOCTYPE html>").endsWith("</body></html>\n").doesNotContain("NaN", "Infinity");
  }
}
