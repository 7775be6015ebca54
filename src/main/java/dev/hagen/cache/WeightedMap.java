package dev.hagen.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Keys and values in an order, with the sum of their weights. */
final class WeightedMap<V> {
  /** A value and what it weighs. */
  record Weighted<V>(V value, int weight) {}

  private final LinkedHashMap<Long, Weighted<V>> map = new LinkedHashMap<>();
  private final boolean byUse;
  private long weight;

  /**
   * An empty map.
   *
   * @param byUse the order is that of last use; otherwise that in which they came
   */
  WeightedMap(boolean byUse) {
    this.byUse = byUse;
  }

  void add(long key, V value, int newWeight) {
    Weighted<V> old = map.put(key, new Weighted<>(value, newWeight));
    if (old != null) {
      throw new IllegalArgumentException("there is a value for key %x".formatted(key));
    }
    weight += newWeight;
  }

  /** Changes the value and the weight of a key that is there; it keeps its place. */
  void replace(long key, V value, int newWeight) {
    Weighted<V> old = map.replace(key, new Weighted<>(value, newWeight));
    if (old == null) {
      throw new IllegalArgumentException("there is no value for key %x".formatted(key));
    }
    weight += newWeight - old.weight;
  }

  /** The value, or null. */
  @Nullable V get(long key) {
    Weighted<V> found = map.get(key);
    return found == null ? null : found.value;
  }

  /** The value, or null. If the order is by use the key becomes the last. */
  @Nullable V use(long key) {
    Weighted<V> found = map.get(key);
    if (found != null && byUse) {
      map.putLast(key, found);
    }
    return found == null ? null : found.value;
  }

  boolean contains(long key) {
    return map.containsKey(key);
  }

  @Nullable Weighted<V> remove(long key) {
    Weighted<V> old = map.remove(key);
    if (old != null) {
      weight -= old.weight;
    }
    return old;
  }

  /** Takes out the first in the order; there must be one. */
  Map.Entry<Long, Weighted<V>> removeFirst() {
    Iterator<Map.Entry<Long, Weighted<V>>> all = map.entrySet().iterator();
    Map.Entry<Long, Weighted<V>> first = all.next();
    all.remove();
    weight -= first.getValue().weight;
    return first;
  }

  void forEach(BiConsumer<Long, V> action) {
    map.forEach((key, weighted) -> action.accept(key, weighted.value));
  }

  long weight() {
    return weight;
  }

  int size() {
    return map.size();
  }

  /** Checks that the sum of weights is right. */
  void assertConsistent() {
    long sum = map.values().stream().mapToLong(Weighted::weight).sum();
    if (sum != weight) {
      throw new AssertionError("weights sum up to %d, not %d".formatted(sum, weight));
    }
  }
}
