package dev.hagen.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.hagen.memory.ThreadSeed;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is used often, and lately: Caffeine's W-TinyLFU with a nursery before it.
 *
 * <p>Caffeine lets a newcomer in only if it has been used more often than the one that would have to go. A unit that has
 * just been translated has been used by nobody, so it would be refused again and again. It therefore begins in a nursery,
 * where nobody asks; what it is used there goes with it when younger ones push it out.
 *
 * <p>Now and then Caffeine draws lots whether a newcomer is let in that is used no more than the other. Few units are asked for
 * so often that this decides about a per cent of all look-ups. So the store brings the seed: told the same in the same order it
 * does the same. (On another thread that is no promise: see {@link ThreadSeed}.)
 */
final class FrequencyStore<V> implements UnitStore<V> {
  /** The nursery's part of the maximum: one in so many. */
  private static final int NURSERY_PART = 8;
  /** Caffeine counts no further. */
  private static final int MOST_USES = 15;
  /** From one seed to the next; odd, and its bits look like lots. */
  private static final long SEED_STEP = 0x9E37_79B9_7F4A_7C15L;

  /** A value of the nursery and how often it has been touched there. */
  private static final class Child<V> {
    private V value;
    private int uses;

    Child(V value) {
      this.value = value;
    }
  }

  private final long nurseryMaximum;
  private final WeightedMap<Child<V>> nursery = new WeightedMap<>(false);
  private final Cache<Long, WeightedMap.Weighted<V>> cache;
  /** What Caffeine holds. */
  private long weight;
  /** How often Caffeine has been told something. */
  private long changes;

  FrequencyStore(long maximum, EvictionListener<V> listener) {
    nurseryMaximum = maximum / NURSERY_PART;
    cache = Caffeine.newBuilder().maximumWeight(maximum - nurseryMaximum)
        .weigher((Long key, WeightedMap.Weighted<V> held) -> held.weight())
        .executor(Runnable::run)
        .evictionListener((@Nullable Long key, WeightedMap.@Nullable Weighted<V> held, RemovalCause cause) -> {
          if (key != null && held != null) {
            weight -= held.weight();
            listener.evicted(key, held.value());
          }
        }).build();
  }

  @Override
  public void add(long key, V value, int newWeight) {
    nursery.add(key, new Child<>(value), newWeight);
    leaveNursery();
  }

  @Override
  public void replace(long key, V value, int newWeight) {
    Child<V> child = nursery.get(key);
    if (child != null) {
      child.value = value;
      nursery.replace(key, child, newWeight);
      leaveNursery();
      return;
    }
    WeightedMap.Weighted<V> old = cache.policy().getIfPresentQuietly(key);
    if (old == null) {
      throw new IllegalArgumentException("there is no value for key %x".formatted(key));
    }
    weight += newWeight - old.weight();
    withSeed(() -> {
      cache.put(key, new WeightedMap.Weighted<>(value, newWeight));
      cache.cleanUp();
    });
  }

  /** Does something that may make Caffeine draw lots. */
  private void withSeed(Runnable action) {
    long own = ThreadSeed.use(SEED_STEP * ++changes);
    try {
      action.run();
    } finally {
      ThreadSeed.restore(own);
    }
  }

  /** Lets the oldest go on to Caffeine until there is room in the nursery. */
  private void leaveNursery() {
    while (nursery.weight() > nurseryMaximum) {
      Map.Entry<Long, WeightedMap.Weighted<Child<V>>> oldest = nursery.removeFirst();
      admit(oldest.getKey(), oldest.getValue().value(), oldest.getValue().weight());
    }
  }

  private void admit(long key, Child<V> child, int newWeight) {
    weight += newWeight;
    withSeed(() -> {
      cache.put(key, new WeightedMap.Weighted<>(child.value, newWeight));
      for (int i = 0; i < child.uses; i++) {
        var _ = cache.getIfPresent(key);
      }
      cache.cleanUp();
    });
  }

  @Override
  public void touch(long key) {
    Child<V> child = nursery.use(key);
    if (child == null) {
      withSeed(() -> {
        var _ = cache.getIfPresent(key);
      });
    } else {
      child.uses = Math.min(child.uses + 1, MOST_USES);
    }
  }

  @Override
  public @Nullable V remove(long key) {
    WeightedMap.Weighted<Child<V>> child = nursery.remove(key);
    if (child != null) {
      return child.value().value;
    }
    WeightedMap.Weighted<V> held = cache.policy().getIfPresentQuietly(key);
    if (held == null) {
      return null;
    }
    weight -= held.weight();
    withSeed(() -> cache.invalidate(key));
    return held.value();
  }

  @Override
  public @Nullable V get(long key) {
    Child<V> child = nursery.get(key);
    if (child != null) {
      return child.value;
    }
    WeightedMap.Weighted<V> held = cache.policy().getIfPresentQuietly(key);
    return held == null ? null : held.value();
  }

  @Override
  public boolean contains(long key) {
    return nursery.contains(key) || cache.asMap().containsKey(key);
  }

  @Override
  public void forEach(BiConsumer<Long, V> action) {
    nursery.forEach((key, child) -> action.accept(key, child.value));
    cache.asMap().forEach((key, held) -> action.accept(key, held.value()));
  }

  @Override
  public long weight() {
    return nursery.weight() + weight;
  }

  @Override
  public int size() {
    return nursery.size() + cache.asMap().size();
  }

  @Override
  public void assertConsistent() {
    nursery.assertConsistent();
    long sum = cache.asMap().values().stream().mapToLong(WeightedMap.Weighted::weight).sum();
    if (sum != weight) {
      throw new AssertionError("Caffeine holds %d bytes, %d are counted".formatted(sum, weight));
    }
    cache.asMap().forEach((key, held) -> {
      if (nursery.contains(key)) {
        throw new AssertionError("key %x is held twice".formatted(key));
      }
    });
  }
}
