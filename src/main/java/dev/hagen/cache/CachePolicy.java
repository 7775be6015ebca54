package dev.hagen.cache;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which units go when the translation cache has no room for all. */
public enum CachePolicy {
  /** What is used seldom: Caffeine's policy. */
  W_TINYLFU {
    @Override
    public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
      return new FrequencyStore<>(maximum, listener);
    }
  },
  /** What was used least recently. */
  LRU {
    @Override
    public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
      return new OrderedStore<>(maximum, true, listener);
    }
  },
  /** What came first. */
  FIFO {
    @Override
    public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
      return new OrderedStore<>(maximum, false, listener);
    }
  },
  /** Everything. */
  FLUSH {
    @Override
    public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
      return new FlushingStore<>(maximum, listener);
    }
  },
  /** Nothing, ever. */
  UNBOUNDED {
    @Override
    public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
      return new OrderedStore<>(Long.MAX_VALUE, false, listener);
    }
  };

  /**
   * An empty store with this policy.
   *
   * @param maximum what the weights may sum up to
   */
  public abstract <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener);

  /** How users spell it: {@code w-tinylfu}. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The policy of a name.
   *
   * @throws IllegalArgumentException if there is none; the message is a sentence for users
   */
  public static CachePolicy named(String name) {
    return Arrays.stream(values()).filter(policy -> policy.spelling().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no policy '%s', only %s".formatted(name,
            Arrays.stream(values()).map(CachePolicy::spelling).collect(Collectors.joining(", ")))));
  }
}
