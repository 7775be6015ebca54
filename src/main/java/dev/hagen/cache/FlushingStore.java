package dev.hagen.cache;

import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Keeps everything until it is full, and evicts all of it then. */
final class FlushingStore<V> implements UnitStore<V> {
  private final long maximum;
  private final EvictionListener<V> listener;
  private final WeightedMap<V> map = new WeightedMap<>(false);

  FlushingStore(long maximum, EvictionListener<V> listener) {
    this.maximum = maximum;
    this.listener = listener;
  }

  @Override
  public void add(long key, V value, int weight) {
    if (map.weight() + weight > maximum) {
      flush();
    }
    map.add(key, value, weight);
    if (weight > maximum) {
      flush();
    }
  }

  @Override
  public void replace(long key, V value, int weight) {
    map.replace(key, value, weight);
    if (map.weight() > maximum) {
      flush();
    }
  }

  private void flush() {
    while (map.size() > 0) {
      Map.Entry<Long, WeightedMap.Weighted<V>> first = map.removeFirst();
      listener.evicted(first.getKey(), first.getValue().value());
    }
  }

  @Override
  public void touch(long key) {
    // Whoever is used stays no longer than others.
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
