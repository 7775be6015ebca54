package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each policy against a naive model of it, on random sequences: both hold the same after every step. */
class NaiveStoreTest {
  private static final int STEPS = 2000;
  private static final int MAXIMUM = 100;
  /** Far more than have room, so that some come again after they were evicted and are still remembered. */
  private static final int KEYS = 60;

  @ParameterizedTest
  @CsvSource({"LRU, 1", "LRU, 20", "FIFO, 1", "FIFO, 20", "LFU, 1", "LFU, 20", "CLOCK, 1", "CLOCK, 20", "SIEVE, 1", "SIEVE, 20",
      "S3_FIFO, 1", "S3_FIFO, 20", "ARC, 1", "ARC, 20"})
  void store_holdsWhatItsNaiveModelHolds(CachePolicy policy, int heaviest) {
    for (long seed = 0; seed < 2; seed++) {
      compare(policy, heaviest, heaviest == 1 ? MAXIMUM / 4 : MAXIMUM, seed);
    }
  }

  private static void compare(CachePolicy policy, int heaviest, int maximum, long seed) {
    List<Long> evicted = new ArrayList<>();
    UnitStore<Long> store = policy.store(maximum, (key, value) -> evicted.add(key));
    NaiveStore model = NaiveStore.of(policy, maximum);
    Random random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      // Small keys are used more often.
      long key = random.nextInt(1 + random.nextInt(KEYS));
      int weight = 1 + random.nextInt(heaviest);
      switch (random.nextInt(20)) {
        case 0 -> {
          store.remove(key);
          model.remove(key);
        }
        case 1 -> {
          if (store.contains(key)) {
            store.replace(key, key, weight);
            model.replace(key, weight);
          }
        }
        default -> {
          if (store.contains(key)) {
            store.touch(key);
            model.touch(key);
          } else {
            store.add(key, key, weight);
            model.add(key, weight);
          }
        }
      }
      Set<Long> held = new HashSet<>();
      store.forEach((heldKey, value) -> held.add(heldKey));
      assertThat(held).as("%s, seed %d, step %d", policy, seed, step).isEqualTo(model.keys());
      store.assertConsistent();
    }
    assertThat(evicted).as("%s, seed %d", policy, seed).isEqualTo(model.evicted).hasSizeGreaterThan(STEPS / 20);
  }
}
