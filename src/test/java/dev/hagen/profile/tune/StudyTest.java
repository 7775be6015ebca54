package dev.hagen.profile.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Studies, what is recommended after them, and how they are shown. */
class StudyTest {
  private static final int UNIT = 16 << 10;
  private static final long KIBI = 1024;

  /** A loop over more units than a small cache holds: the case in which LRU has nothing that is needed next. */
  private static UnitTrace loop() {
    TraceBuilder builder = new TraceBuilder();
    long[] keys = LongStream.range(0, 20).toArray();
    builder.make(UNIT, keys);
    for (int i = 0; i < 50; i++) {
      builder.use(keys);
    }
    return builder.trace(new CacheLimits(CachePolicy.LRU, 16 * UNIT));
  }

  private static Simulated simulated(CachePolicy policy) {
    return Simulated.all().stream().filter(who -> who.spelling().equals(policy.spelling())).findFirst().orElseThrow();
  }

  @Test
  void study_triesFromASixteenthOfEverythingOn_andNothingBelowTheSmallest() {
    Study study = Study.of(List.of(loop()), List.of());
    assertThat(study.unbounded().peak()).isEqualTo(20 * UNIT);
    assertThat(study.sizes()).containsExactly(64 * KIBI, 80 * KIBI, 120 * KIBI, 160 * KIBI, 240 * KIBI, 320 * KIBI, 400 * KIBI);
  }

  @Test
  void study_ofSizes_triesThemInOrder() {
    Study study = Study.of(List.of(loop()), List.of(400 * KIBI, 100 * KIBI, 400 * KIBI));
    assertThat(study.sizes()).containsExactly(100 * KIBI, 400 * KIBI);
    assertThatIllegalArgumentException().isThrownBy(() -> study.outcome(Simulated.OPTIMUM, 1))
        .withMessage("optimum was not tried with 1 bytes");
  }

  @Test
  void study_ofTwoTraces_sumsUp() {
    Study one = Study.of(List.of(loop()), List.of(160 * KIBI));
    Study two = Study.of(List.of(loop(), loop()), List.of(160 * KIBI));
    Outcome single = one.outcome(Simulated.OPTIMUM, 160 * KIBI);
    assertThat(two.outcome(Simulated.OPTIMUM, 160 * KIBI)).isEqualTo(single.plus(single));
    assertThat(two.unbounded().peak()).isEqualTo(20 * UNIT);
  }

  @Test
  void savedSeconds_areThoseOfTheRecordedCacheLessThoseOfAnother() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI));
    assertThat(study.recorded()).isEqualTo(Replay.of(loop(), CachePolicy.LRU, 16 * UNIT));
    // Each of 20 units, 50 times, a millisecond each.
    assertThat(study.recorded().seconds()).isEqualTo(1.0);
    assertThat(study.saved(simulated(CachePolicy.LRU), 160 * KIBI)).isZero();
    assertThat(study.saved(simulated(CachePolicy.LRU), 320 * KIBI)).isEqualTo(1.0);
    assertThat(study.missMicros()).isEqualTo(1000);
  }

  @Test
  void recommendation_isTheSmallestSizeThatHoldsWhatIsNeeded() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI, 640 * KIBI));
    Recommendation recommendation = Recommendation.of(study, Long.MAX_VALUE);
    assertThat(recommendation.limits().maximum()).isEqualTo(320 * KIBI);
    assertThat(study.outcome(simulated(recommendation.limits().policy()), 320 * KIBI).again()).isZero();
    assertThat(recommendation.reason()).contains("320K nothing is translated twice.").contains("With 160K the best, ");
  }

  @Test
  void recommendation_underALimit_isThePolicyThatTranslatesLeast_andNamesTheDefault() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI));
    Recommendation recommendation = Recommendation.of(study, 200 * KIBI);
    assertThat(recommendation.limits().maximum()).isEqualTo(160 * KIBI);
    long least = study.outcome(simulated(recommendation.limits().policy()), 160 * KIBI).nanos();
    assertThat(Simulated.all().stream().filter(who -> who.policy().isPresent()).toList())
        .allMatch(who -> study.outcome(who, 160 * KIBI).nanos() >= least - study.unbounded().firstNanos() / 100);
    assertThat(recommendation.option()).matches("policy=[a-z0-9-]+,max=160K");
    assertThatIllegalArgumentException().isThrownBy(() -> Recommendation.of(study, 100 * KIBI));
  }

  @Test
  void recommendation_whereTheDefaultIsAsGoodAsAny_isTheDefault() {
    UnitTrace trace = new TraceBuilder().make(100, 1, 2, 3).use(1, 2, 3).trace();
    Recommendation recommendation = Recommendation.of(Study.of(List.of(trace), List.of()), Long.MAX_VALUE);
    assertThat(recommendation.limits()).isEqualTo(new CacheLimits(CachePolicy.W_TINYLFU, Study.SMALLEST));
    assertThat(recommendation.reason()).isEqualTo("With w-tinylfu and 64K nothing is translated twice.");
  }

  @Test
  void text_hasALineForEachPolicyInEachTable() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI));
    String text = StudyText.of(study, Recommendation.of(study, Long.MAX_VALUE));
    assertThat(Simulated.all()).allSatisfy(who ->
        assertThat(text.lines().filter(line -> line.matches(who.spelling() + " .*"))).as(who.spelling()).hasSize(2));
    assertThat(text).contains("recorded with policy=lru,max=256K: 1,020 events of 20 places of code")
        .contains("everything has room in 320 KiB; then 98.039 % hit; a miss costs 1000 µs of translation")
        .contains("recommended: --cache policy=");
  }

  @Test
  void table_hasARowForEachPolicyAndSize() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI));
    List<String> lines = StudyTable.csv(study).lines().toList();
    assertThat(lines).hasSize(1 + 2 * Simulated.all().size());
    assertThat(lines.getFirst()).startsWith("policy,max_bytes,lookups,hits,misses,");
    assertThat(lines).contains("lru,163840,1020,0,1020,20,0.000000,1.000000,0.000000,0.000000,163840")
        .contains("lru,327680,1020,1000,20,20,0.980392,0.000000,0.000000,1.000000,327680");
  }

  @Test
  void page_isComplete_andNeedsNoOtherFile() {
    Study study = Study.of(List.of(loop()), List.of(160 * KIBI, 320 * KIBI));
    String page = StudyPage.html(study, Recommendation.of(study, Long.MAX_VALUE));
    assertThat(page).doesNotContain("{{").doesNotContain("http").doesNotContain("src=").doesNotContain("@import")
        .doesNotContain("NaN").contains("prefers-color-scheme: dark").contains("width=device-width");
    assertThat(page.split("<polyline", -1)).hasSize(1 + 2 * Simulated.all().size());
    assertThat(page.split("<button", -1)).hasSize(1 + Simulated.all().size());
    assertThat(page).contains("data-policy=\"s3-fifo\"").contains(">320K</text>");
  }

  @Test
  void page_ofASingleSize_hasPoints() {
    Study study = Study.of(List.of(loop()), List.of(320 * KIBI));
    assertThat(StudyPage.html(study, Recommendation.of(study, Long.MAX_VALUE))).doesNotContain("NaN").contains("<circle");
  }
}
