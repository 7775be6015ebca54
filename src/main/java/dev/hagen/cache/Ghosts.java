package dev.hagen.cache;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keys of what has been evicted lately, in the order of their eviction, with what they weighed. */
final class Ghosts {
  private final LinkedHashMap<Long, Integer> weights = new LinkedHashMap<>();
  private long weight;

  void add(long key, int keyWeight) {
    remove(key);
    weights.put(key, keyWeight);
    weight += keyWeight;
  }

  /** Forgets a key; answers whether it was known. */
  boolean remove(long key) {
    Integer old = weights.remove(key);
    weight -= old == null ? 0 : old;
    return old != null;
  }

  boolean contains(long key) {
    return weights.containsKey(key);
  }

  /** Forgets the oldest until the others weigh {@code most} at most. */
  void trim(long most) {
    while (weight > most && !weights.isEmpty()) {
      Map.Entry<Long, Integer> oldest = weights.pollFirstEntry();
      weight -= oldest.getValue();
    }
  }

  long weight() {
    return weight;
  }

  void assertConsistent() {
    long sum = weights.values().stream().mapToLong(Integer::longValue).sum();
    if (sum != weight) {
      throw new AssertionError("weights of the evicted sum up to %d, not %d".formatted(sum, weight));
    }
  }
}
