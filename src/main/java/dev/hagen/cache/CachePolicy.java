package dev.hagen.cache;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Which units go when the translation cache has no room for all. Each is a class of its own and a line here; the running
 * cache and the simulator of {@code hagen tune} use the same class.
 */
public enum CachePolicy {
  /** What is used seldom: Caffeine's policy. */
  W_TINYLFU(FrequencyStore::new),
  /** What was used least recently. */
  LRU(OrderedStore::byUse),
  /** What came first. */
  FIFO(OrderedStore::byAge),
  /** What was used least often. */
  LFU(LeastUsedStore::new),
  /** What came first, but what has been used gets another chance. */
  CLOCK(ClockStore::new),
  /** What has not been used since a hand came by that goes from old to new. */
  SIEVE(SieveStore::new),
  /** What came lately and was not used again; then what came first. */
  S3_FIFO(ThreeQueueStore::new),
  /** What was used least recently, among those used once or among the others: which of them is learnt. */
  ARC(AdaptiveStore::new),
  /** Everything. */
  FLUSH(FlushingStore::new),
  /** Nothing, ever. */
  UNBOUNDED(OrderedStore::unbounded);

  /** Makes a store for whatever is held. */
  private interface Maker {
    <V> UnitStore<V> make(long maximum, UnitStore.EvictionListener<V> listener);
  }

  private final Maker maker;

  CachePolicy(Maker maker) {
    this.maker = maker;
  }

  /**
   * An empty store with this policy.
   *
   * @param maximum what the weights may sum up to
   */
  public <V> UnitStore<V> store(long maximum, UnitStore.EvictionListener<V> listener) {
    return maker.make(maximum, listener);
  }

  /** How users spell it: {@code w-tinylfu}. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The spellings of all, with commas. */
  public static String spellings() {
    return Arrays.stream(values()).map(CachePolicy::spelling).collect(Collectors.joining(", "));
  }

  /**
   * The policy of a name.
   *
   * @throws IllegalArgumentException if there is none; the message is a sentence for users
   */
  public static CachePolicy named(String name) {
    return Arrays.stream(values()).filter(policy -> policy.spelling().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no policy '%s', only %s".formatted(name, spellings())));
  }
}
