package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What stores have in common whose policy is an order in queues: they find what they hold by key, and evict one after the
 * other until a newcomer has room. The policy itself is a subclass.
 *
 * @param <V> what is held
 */
abstract sealed class QueuedStore<V> implements UnitStore<V>
    permits AdaptiveStore, ClockStore, LeastUsedStore, SieveStore, ThreeQueueStore {
  private final long maximum;
  private final EvictionListener<V> listener;
  private final Map<Long, Node<V>> nodes = new HashMap<>();
  private long weight;

  QueuedStore(long maximum, EvictionListener<V> listener) {
    this.maximum = maximum;
    this.listener = listener;
  }

  /** Hears which key is about to come, before room is made for it. */
  void expect(long key, int newWeight) {}

  /** Puts a newcomer into a queue. */
  abstract void enter(Node<V> node);

  /** Hears that something is in use. */
  abstract void used(Node<V> node);

  /** Takes what has to go next out of its queue; there is something. */
  abstract Node<V> takeVictim();

  /** Hears that something is about to leave its queue, but for {@link #takeVictim}. */
  void leaving(Node<V> node) {}

  /** Forgets what is known of a key that is not held. */
  void forget(long key) {}

  /** Checks the policy's own invariants; answers how many its queues hold. */
  abstract int assertQueuesConsistent();

  @Override
  public final void add(long key, V value, int newWeight) {
    if (nodes.containsKey(key)) {
      throw new IllegalArgumentException("there is a value for key %x".formatted(key));
    }
    if (newWeight > maximum) {
      listener.evicted(key, value);
      return;
    }
    expect(key, newWeight);
    evictDownTo(maximum - newWeight);
    Node<V> node = new Node<>(key, value, newWeight);
    nodes.put(key, node);
    weight += newWeight;
    enter(node);
  }

  @Override
  public final void replace(long key, V value, int newWeight) {
    Node<V> node = nodes.get(key);
    if (node == null) {
      throw new IllegalArgumentException("there is no value for key %x".formatted(key));
    }
    weight += newWeight - node.weight();
    node.replace(value, newWeight);
    if (newWeight > maximum) {
      leaving(node);
      node.leave();
      evict(node);
    }
    evictDownTo(maximum);
  }

  private void evictDownTo(long most) {
    while (weight > most) {
      evict(takeVictim());
    }
  }

  private void evict(Node<V> node) {
    nodes.remove(node.key);
    weight -= node.weight();
    listener.evicted(node.key, node.value());
  }

  @Override
  public final void touch(long key) {
    Node<V> node = nodes.get(key);
    if (node != null) {
      used(node);
    }
  }

  @Override
  public final @Nullable V remove(long key) {
    Node<V> node = nodes.remove(key);
    if (node == null) {
      forget(key);
      return null;
    }
    leaving(node);
    node.leave();
    weight -= node.weight();
    return node.value();
  }

  @Override
  public final @Nullable V get(long key) {
    Node<V> node = nodes.get(key);
    return node == null ? null : node.value();
  }

  @Override
  public final void forEach(BiConsumer<Long, V> action) {
    nodes.forEach((key, node) -> action.accept(key, node.value()));
  }

  @Override
  public final long weight() {
    return weight;
  }

  @Override
  public final int size() {
    return nodes.size();
  }

  @Override
  public final void assertConsistent() {
    int queued = assertQueuesConsistent();
    if (queued != nodes.size()) {
      throw new AssertionError("%d are in queues, %d can be found".formatted(queued, nodes.size()));
    }
    long sum = nodes.values().stream().mapToLong(Node::weight).sum();
    if (sum != weight) {
      throw new AssertionError("weights sum up to %d, not %d".formatted(sum, weight));
    }
  }
}
