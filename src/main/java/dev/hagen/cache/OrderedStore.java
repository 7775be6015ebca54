package dev.hagen.cache;

import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Evicts in an order: what was used least recently first (LRU), or what came first (FIFO). */
final class OrderedStore<V> implements UnitStore<V> {
  private final long maximum;
  private final EvictionListener<V> listener;
  private final WeightedMap<V> map;

  private OrderedStore(long maximum, boolean byUse, EvictionListener<V> listener) {
    this.maximum = maximum;
    this.listener = listener;
    this.map = new WeightedMap<>(byUse);
  }

  static <V> OrderedStore<V> byUse(long maximum, EvictionListener<V> listener) {
    return new OrderedStore<>(maximum, true, listener);
  }

  static <V> OrderedStore<V> byAge(long maximum, EvictionListener<V> listener) {
    return new OrderedStore<>(maximum, false, listener);
  }

  /** One that never evicts, whatever the maximum. */
  static <V> OrderedStore<V> unbounded(long maximum, EvictionListener<V> listener) {
    return byAge(Long.MAX_VALUE, listener);
  }

  @Override
  public void add(long key, V value, int weight) {
    map.add(key, value, weight);
    evictUntilItFits();
  }

  @Override
  public void replace(long key, V value, int weight) {
    map.replace(key, value, weight);
    evictUntilItFits();
  }

  private void evictUntilItFits() {
    while (map.weight() > maximum) {
      Map.Entry<Long, WeightedMap.Weighted<V>> first = map.removeFirst();
      listener.evicted(first.getKey(), first.getValue().value());
    }
  }

  @Override
  public void touch(long key) {
    map.use(key);
  }

  @Override
  public @Nullable V remove(long key) {
    WeightedMap.Weighted<V> old = map.remove(key);
    return old == null ? null : old.value();
  }

  @Override
  public @Nullable V get(long key) {
    return map.get(key);
  }

  @Override
  public void forEach(BiConsumer<Long, V> action) {
    map.forEach(action);
  }

  @Override
  public long weight() {
    return map.weight();
  }

  @Override
  public int size() {
    return map.size();
  }

  @Override
  public void assertConsistent() {
    map.assertConsistent();
  }
}
