package dev.hagen.cache;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What holds units and decides which go when there is no room for all: the mechanism behind a {@link CachePolicy}.
 *
 * <p>It knows keys and weights and nothing of units, so that a recorded run can be replayed against it. One thread uses
 * it, and all that it does happens before a method returns.
 *
 * @param <V> what is held
 */
public interface UnitStore<V> {
  /** Hears of what had to go. Called in the midst of {@link #add} or {@link #replace}: it must not call the store. */
  interface EvictionListener<V> {
    void evicted(long key, V value);
  }

  /**
   * Takes something in and evicts what has no room any more, which may be the newcomer. The key must be new.
   *
   * @param weight what counts against the maximum, 1 at least
   */
  void add(long key, V value, int weight);

  /**
   * Puts something in the place of what has the key, which must be there. What the store knows of its use stays; what has
   * no room any more is evicted, which may be the one that has been put here.
   *
   * @param weight what counts against the maximum from now on, 1 at least
   */
  void replace(long key, V value, int weight);

  /** Notes that what has the key has been in use since it was touched for the last time; nothing if there is no such. */
  void touch(long key);

  /** Gives something away that is of no use any more; answers it, or null if there is no such. */
  @Nullable V remove(long key);

  /** What has the key, or null. This is no use of it. */
  @Nullable V get(long key);

  /** Whether there is something with the key. This is no use of it. */
  default boolean contains(long key) {
    return get(key) != null;
  }

  /** Shows everything; the action must not call the store. */
  void forEach(BiConsumer<Long, V> action);

  /** The sum of all weights. */
  long weight();

  /** How many there are. */
  int size();

  /**
   * Checks the invariants; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  void assertConsistent();
}
