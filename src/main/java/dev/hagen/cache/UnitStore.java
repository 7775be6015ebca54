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
  /** Hears of what had to go. Called in the midst of {@link #add}: it must not call the store. */
  interface EvictionListener<V> {
    void evicted(long key, V value);
  }

  /**
   * Takes something in and evicts what has no room any more, which may be the newcomer. The key must be new.
   *
   * @param weight what counts against the maximum, 1 at least
   */
  void add(long key, V value, int weight);

  /** Notes that what has the key has been in use since it was touched for the last time; nothing if there is no such. */
  void touch(long key);

  /** Gives something away that is of no use any more; answers it, or null if there is no such. */
  @Nullable V remove(long key);

  /** Whether there is something with the key. This is no use of it. */
  boolean contains(long key);

  /** Shows everything; the action must not call the store. */
  void forEach(BiConsumer<Long, V> action);

  /** The sum of all weights. */
  long weight();

  /** How many there are. */
  int size();
}
