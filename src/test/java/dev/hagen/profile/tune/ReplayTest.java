package dev.hagen.profile.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.CachePolicy;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What policies, and the optimum, make of traces. */
class ReplayTest {
  @Test
  void unitsThatHaveRoom_missOnce() {
    UnitTrace trace = new TraceBuilder().make(1, 1, 2).use(1, 2, 1, 2).trace();
    assertThat(Replay.of(trace, CachePolicy.LRU, 2)).isEqualTo(new Outcome(4, 2, 2, 0, 2 * TraceBuilder.COST, 0, 2));
  }

  @Test
  void unitThatWasEvicted_missesAgain_andIsTranslatedAgain() {
    UnitTrace trace = new TraceBuilder().make(1, 1, 2, 3).use(1, 3).trace();
    assertThat(Replay.of(trace, CachePolicy.LRU, 2)).isEqualTo(new Outcome(1, 4, 3, TraceBuilder.COST, 3 * TraceBuilder.COST, 0, 2));
  }

  @Test
  void unitThatWasTranslatedAgain_isAHitWhereItIsStillHeld() {
    UnitTrace trace = new TraceBuilder().make(1, 1, 2, 1).trace();
    assertThat(Replay.of(trace, CachePolicy.LRU, 2).hits()).isEqualTo(1);
    assertThat(Replay.of(trace, CachePolicy.LRU, 1).hits()).isZero();
  }

  @Test
  void unitWhoseCodeWasWritten_missesInEveryCache_andNoneCouldAvoidIt() {
    UnitTrace trace = new TraceBuilder().make(1, 1).go(1).make(1, 1).trace();
    assertThat(Replay.of(trace, CachePolicy.LRU, 10)).isEqualTo(new Outcome(0, 2, 2, 0, 2 * TraceBuilder.COST, 0, 1));
    assertThat(Optimum.of(trace, 10)).isEqualTo(new Outcome(0, 2, 2, 0, 2 * TraceBuilder.COST, 0, 0));
  }

  @Test
  void unitThatIsImproved_weighsMore_andThatIsNoLookUp() {
    UnitTrace trace = new TraceBuilder().make(1, 1, 2).improve(2, 2).use(2, 1).trace();
    Outcome outcome = Replay.of(trace, CachePolicy.LRU, 2);
    assertThat(outcome.hits()).isEqualTo(1);
    assertThat(outcome.again()).isEqualTo(1);
    assertThat(Replay.of(trace, CachePolicy.LRU, 3).again()).isZero();
  }

  @Test
  void firstUseBehindAGap_isNeitherHitNorMiss() {
    UnitTrace trace = new TraceBuilder().make(1, 1).gap().use(1, 1).trace();
    assertThat(Replay.of(trace, CachePolicy.LRU, 1).hits()).isEqualTo(1);
    assertThat(Replay.of(trace, CachePolicy.LRU, 1).misses()).isEqualTo(1);
    assertThat(Optimum.of(trace, 1).hits()).isEqualTo(1);
  }

  @Test
  void unitThatIsNotHeld_isInterpretedUntilItIsHot() {
    TraceBuilder builder = new TraceBuilder().threshold(100).make(1, 1, 2);
    builder.useLittle(300, 1).useLittle(300, 1).useLittle(300, 1).use(1);
    // 300 counts as 256 and a half of that; with the third it is more than 8 instructions for each of 100 entries.
    Outcome outcome = Replay.of(builder.trace(), CachePolicy.LRU, 1);
    assertThat(outcome.hits()).isEqualTo(1);
    assertThat(outcome.again()).isEqualTo(1);
    assertThat(outcome.coldNanos()).isEqualTo(8 * 100 * 10);
    assertThat(outcome.lost()).isEqualTo(outcome.nanos() + outcome.coldNanos());
  }

  @Test
  void optimum_evictsWhatIsUsedLatest() {
    UnitTrace trace = new TraceBuilder().make(1, 1, 2, 3).use(1, 2, 3, 1).trace();
    // 3 comes last of those after the others, so it never gets in; LRU always evicts what is next.
    assertThat(Optimum.of(trace, 2).hits()).isEqualTo(3);
    assertThat(Replay.of(trace, CachePolicy.LRU, 2).hits()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void optimum_onEqualWeights_isNeverWorseThanAPolicy(long maximum) {
    for (long seed = 0; seed < 20; seed++) {
      UnitTrace trace = random(seed, 1);
      Outcome best = Optimum.of(trace, maximum);
      for (CachePolicy policy : CachePolicy.values()) {
        if (policy != CachePolicy.UNBOUNDED) {
          Outcome outcome = Replay.of(trace, policy, maximum);
          assertThat(outcome.hits()).as("%s, seed %d", policy, seed).isLessThanOrEqualTo(best.hits());
          assertThat(outcome.hits() + outcome.misses()).isEqualTo(best.hits() + best.misses());
          assertThat(outcome.first()).isEqualTo(best.first());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = CachePolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "UNBOUNDED")
  void policy_holdsNoMoreThanItsMaximum_andAllWithRoomForAll(CachePolicy policy) {
    UnitTrace trace = random(1, 9);
    Outcome everything = Replay.of(trace, CachePolicy.UNBOUNDED, Long.MAX_VALUE);
    for (long maximum = 5; maximum < everything.peak(); maximum += 13) {
      assertThat(Replay.of(trace, policy, maximum).peak()).isLessThanOrEqualTo(maximum);
      assertThat(Optimum.of(trace, maximum).peak()).isLessThanOrEqualTo(maximum);
    }
    assertThat(Replay.of(trace, policy, 2 * everything.peak()).again()).isZero();
    assertThat(Optimum.of(trace, everything.peak()).again()).isZero();
  }

  /** Some are used more than others, and some are written, improved or translated again. */
  private static UnitTrace random(long seed, int heaviest) {
    Random random = new Random(seed);
    TraceBuilder builder = new TraceBuilder();
    boolean[] known = new boolean[60];
    for (int i = 0; i < 1500; i++) {
      int key = random.nextInt(1 + random.nextInt(known.length));
      int weight = 1 + random.nextInt(heaviest);
      int what = random.nextInt(20);
      if (!known[key] || what == 0) {
        builder.make(weight, key);
      } else if (what == 1) {
        builder.go(key);
      } else if (what == 2) {
        builder.improve(weight, key);
      } else {
        builder.use(key);
      }
      known[key] = what != 1 || !known[key];
    }
    return builder.trace();
  }
}
