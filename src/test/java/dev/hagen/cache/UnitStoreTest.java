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
  void policy_isNamedAsUsersSpellIt() {
    assertThat(CachePolicy.named("w-tinylfu")).isEqualTo(CachePolicy.W_TINYLFU);
    assertThatIllegalArgumentException().isThrownBy(() -> CachePolicy.named("random"))
        .withMessage("there is no policy 'random', only w-tinylfu, lru, fifo, flush, unbounded");
  }
}
