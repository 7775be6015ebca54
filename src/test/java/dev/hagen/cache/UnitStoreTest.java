package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each policy keeps. */
class UnitStoreTest {
  private static final int ADDITIONS = 20_000;
  private static final int MAXIMUM = 1000;
  private static final int HEAVIEST = 60;
  private static final int LOOK_EVERY = 1000;

  private final List<Long> evicted = new ArrayList<>();

  private UnitStore<String> store(CachePolicy policy, long maximum) {
    return policy.store(maximum, (key, value) -> {
      assertThat(value).isEqualTo("unit " + key);
      evicted.add(key);
    });
  }

  private static void add(UnitStore<String> store, int weight, long... keys) {
    LongStream.of(keys).forEach(key -> store.add(key, "unit " + key, weight));
  }

  private static void touch(UnitStore<String> store, long... keys) {
    LongStream.of(keys).forEach(store::touch);
  }

  private static Set<Long> held(UnitStore<String> store) {
    Set<Long> keys = new HashSet<>();
    store.forEach((key, value) -> keys.add(key));
    return keys;
  }

  @ParameterizedTest
  @EnumSource(CachePolicy.class)
  void store_holdsWhatWasAddedAndIsNotGone_withinItsMaximum(CachePolicy policy) {
    UnitStore<String> store = store(policy, MAXIMUM);
    Random random = new Random(1);
    Set<Long> removed = new HashSet<>();
    for (long key = 0; key < ADDITIONS; key++) {
      add(store, 1 + random.nextInt(HEAVIEST), key);
      store.touch(random.nextLong(key + 1));
      long useless = random.nextLong(4 * (key + 1));
      boolean there = store.contains(useless);
      assertThat(store.remove(useless)).isEqualTo(there ? "unit " + useless : null);
      if (there) {
        removed.add(useless);
      }
      long better = random.nextLong(key + 1);
      if (store.contains(better)) {
        store.replace(better, "unit " + better, 1 + random.nextInt(HEAVIEST));
      }
      if (key % LOOK_EVERY == 0) {
        store.assertConsistent();
      }
      assertThat(store.weight()).isLessThanOrEqualTo(policy == CachePolicy.UNBOUNDED ? Long.MAX_VALUE : MAXIMUM);
    }
    assertThat(held(store)).hasSize(store.size()).allMatch(store::contains).doesNotContainAnyElementsOf(removed);
    assertThat(evicted).doesNotContainAnyElementsOf(held(store));
    assertThat(store.size() + evicted.size() + removed.size()).isEqualTo(ADDITIONS);
    assertThat(evicted).doesNotHaveDuplicates();
    assertThat(evicted.isEmpty()).isEqualTo(policy == CachePolicy.UNBOUNDED);
  }

  @ParameterizedTest
  @EnumSource(value = CachePolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "UNBOUNDED")
  void store_evictsAtOnceWhatIsTooHeavy(CachePolicy policy) {
    add(store(policy, MAXIMUM), MAXIMUM + 1, 7);
    assertThat(evicted).containsExactly(7L);
  }

  @ParameterizedTest
  @EnumSource(value = CachePolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "UNBOUNDED")
  void store_evictsAtOnceWhatBecomesTooHeavy(CachePolicy policy) {
    UnitStore<String> store = store(policy, MAXIMUM);
    add(store, 1, 7);
    store.replace(7, "unit 7", MAXIMUM + 1);
    assertThat(evicted).containsExactly(7L);
    assertThat(store.weight()).isZero();
  }

  @ParameterizedTest
  @EnumSource(CachePolicy.class)
  void store_answersTheValueThatReplacedAnother(CachePolicy policy) {
    UnitStore<Integer> store = policy.store(MAXIMUM, (key, value) -> {});
    store.add(7, 1, 1);
    store.replace(7, 2, 5);
    assertThat(store.get(7)).isEqualTo(2);
    assertThat(store.weight()).isEqualTo(5);
    assertThat(store.remove(7)).isEqualTo(2);
    assertThat(store.get(7)).isNull();
  }

  @Test
  void lru_evictsWhatWasUsedLeastRecently() {
    UnitStore<String> store = store(CachePolicy.LRU, 3);
    add(store, 1, 1, 2, 3);
    store.touch(1);
    assertThat(store.contains(2)).isTrue();
    add(store, 1, 4, 5);
    assertThat(evicted).containsExactly(2L, 3L);
  }

  @Test
  void fifo_evictsWhatCameFirst() {
    UnitStore<String> store = store(CachePolicy.FIFO, 3);
    add(store, 1, 1, 2, 3);
    store.touch(1);
    add(store, 1, 4, 5);
    assertThat(evicted).containsExactly(1L, 2L);
  }

  @Test
  void lru_whatIsReplaced_keepsItsPlace() {
    UnitStore<String> store = store(CachePolicy.LRU, 4);
    add(store, 1, 1, 2, 3);
    store.replace(1, "unit 1", 2);
    add(store, 1, 4);
    assertThat(evicted).containsExactly(1L);
  }

  @Test
  void lfu_evictsWhatWasUsedLeastOften_theOldestFirst() {
    UnitStore<String> store = store(CachePolicy.LFU, 3);
    add(store, 1, 1, 2, 3);
    touch(store, 1, 1, 2, 3);
    add(store, 1, 4, 5);
    // 2 and 3 have been used once. 4 comes in the place of 2, and has never been used when 5 comes.
    assertThat(evicted).containsExactly(2L, 4L);
    assertThat(held(store)).containsExactlyInAnyOrder(1L, 3L, 5L);
  }

  @Test
  void clock_givesWhatWasUsedAnotherChance() {
    UnitStore<String> store = store(CachePolicy.CLOCK, 3);
    add(store, 1, 1, 2, 3);
    touch(store, 1);
    add(store, 1, 4, 5);
    // 1 is passed over and goes to the end: 2 and then 3 are the oldest. Its chance is used up for 6, after 4's eviction.
    assertThat(evicted).containsExactly(2L, 3L);
    add(store, 1, 6);
    assertThat(evicted).containsExactly(2L, 3L, 1L);
  }

  @Test
  void sieve_letsWhatWasUsedKeepItsPlace() {
    UnitStore<String> store = store(CachePolicy.SIEVE, 3);
    add(store, 1, 1, 2, 3);
    touch(store, 1);
    add(store, 1, 4, 5, 6);
    // The hand passes 1 and evicts 2, then 3, then 4: only behind 4 it comes to an end and back to 1.
    assertThat(evicted).containsExactly(2L, 3L, 4L);
    assertThat(held(store)).containsExactlyInAnyOrder(1L, 5L, 6L);
  }

  @Test
  void sieve_whoseHandsPlaceIsRemoved_goesOnBehindIt() {
    UnitStore<String> store = store(CachePolicy.SIEVE, 3);
    add(store, 1, 1, 2, 3, 4);
    store.remove(2);
    add(store, 1, 5, 6);
    assertThat(evicted).containsExactly(1L, 3L);
  }

  @Test
  void s3Fifo_newcomersLeaveBeforeTheMainQueue_andComeBackIntoIt() {
    UnitStore<String> store = store(CachePolicy.S3_FIFO, 10);
    add(store, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    touch(store, 1, 1, 2);
    add(store, 1, 11);
    // 1 was used twice and moves to the main queue; 2 was used once only.
    assertThat(evicted).containsExactly(2L);
    add(store, 1, 2);
    // 2 was evicted lately, so it is in the main queue; newcomers leave from 4 on.
    add(store, 1, 12, 13, 14, 15, 16, 17, 18, 19);
    assertThat(evicted).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
    assertThat(held(store)).contains(1L, 2L);
  }

  @Test
  void arc_keepsWhatWasUsedTwice_whenManyPassByOnce() {
    UnitStore<String> store = store(CachePolicy.ARC, 4);
    add(store, 1, 1, 2);
    touch(store, 1, 2);
    add(store, 1, 3, 4, 5, 6, 7, 8);
    assertThat(evicted).containsExactly(3L, 4L, 5L, 6L);
    assertThat(held(store)).containsExactlyInAnyOrder(1L, 2L, 7L, 8L);
  }

  @Test
  void arc_givesMoreRoomToNewcomers_whenTheyAreAskedForAgain() {
    UnitStore<String> store = store(CachePolicy.ARC, 4);
    add(store, 1, 1, 2);
    touch(store, 1, 2);
    add(store, 1, 3, 4, 5);
    // 3 has gone and comes again: newcomers get a target of one, so now one of those used twice has to go, not 5.
    assertThat(evicted).containsExactly(3L);
    add(store, 1, 3);
    add(store, 1, 6);
    assertThat(evicted).containsExactly(3L, 4L, 1L);
  }

  @Test
  void flush_evictsEverythingBeforeTheNewcomer() {
    UnitStore<String> store = store(CachePolicy.FLUSH, 3);
    add(store, 1, 1, 2, 3, 4);
    assertThat(evicted).containsExactly(1L, 2L, 3L);
    assertThat(held(store)).containsExactly(4L);
  }

  @Test
  void wTinyLfu_keepsWhatIsUsedOften_whenManyOthersPassBy() {
    UnitStore<String> store = store(CachePolicy.W_TINYLFU, 100);
    long[] hot = LongStream.range(0, 40).toArray();
    add(store, 1, hot);
    for (long key = 1000; key < 5000; key++) {
      LongStream.of(hot).forEach(store::touch);
      add(store, 1, key);
    }
    assertThat(LongStream.of(hot).filter(store::contains).count()).isGreaterThan(35);
  }

  @Test
  void wTinyLfu_keepsNewcomersForAWhile() {
    UnitStore<String> store = store(CachePolicy.W_TINYLFU, 80);
    long[] old = LongStream.range(0, 80).toArray();
    add(store, 1, old);
    for (int i = 0; i < 10; i++) {
      LongStream.of(old).forEach(store::touch);
    }
    add(store, 1, 100, 101, 102, 103, 104, 105, 106, 107);
    assertThat(held(store)).contains(100L, 101L, 102L, 103L, 104L, 105L, 106L, 107L);
  }

  @Test
  void wTinyLfu_evictsTheSame_wheneverItIsToldTheSame() {
    List<Long> evictions = evictionsOfARandomRun();
    assertThat(evictions.equals(evictionsOfARandomRun())).isTrue();
    assertThat(evictions).hasSizeGreaterThan(1000);
  }

  /** Whatever is evicted is used again soon, so that Caffeine must draw lots. */
  private static List<Long> evictionsOfARandomRun() {
    List<Long> gone = new ArrayList<>();
    UnitStore<Long> store = CachePolicy.W_TINYLFU.store(100, (key, value) -> gone.add(key));
    Random random = new Random(1);
    for (int i = 0; i < ADDITIONS; i++) {
      long key = random.nextInt(20);
      if (store.contains(key)) {
        store.touch(key);
      } else {
        store.add(key, key, 9);
      }
    }
    return gone;
  }

  @Test
  void policy_isNamedAsUsersSpellIt() {
    assertThat(CachePolicy.named("w-tinylfu")).isEqualTo(CachePolicy.W_TINYLFU);
    assertThatIllegalArgumentException().isThrownBy(() -> CachePolicy.named("random"))
        .withMessage("there is no policy 'random', only w-tinylfu, lru, fifo, lfu, clock, sieve, s3-fifo, arc,"
            + " flush, unbounded");
  }
}
