package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;
import org.jspecify.annotations.Nullable;

/**
 * SIEVE: a hand goes from the oldest to the newest and evicts who has not been used since it came by last. Unlike with CLOCK,
 * who is passed over keeps its place, so newcomers are looked at soon (Zhang and others, "SIEVE is simpler than LRU", NSDI
 * 2024).
 */
final class SieveStore<V> extends QueuedStore<V> {
  private final Queue<V> queue = new Queue<>();
  /** Who is looked at next; null: the oldest. */
  private @Nullable Node<V> hand;

  SieveStore(long maximum, EvictionListener<V> listener) {
    super(maximum, listener);
  }

  @Override
  void enter(Node<V> node) {
    queue.addLast(node);
  }

  @Override
  void used(Node<V> node) {
    node.uses = 1;
  }

  @Override
  Node<V> takeVictim() {
    Node<V> node = hand == null ? queue.head() : hand;
    while (node.uses > 0) {
      node.uses = 0;
      Node<V> next = node.behind();
      node = next == null ? queue.head() : next;
    }
    hand = node.behind();
    node.leave();
    return node;
  }

  @Override
  void leaving(Node<V> node) {
    if (node == hand) {
      hand = node.behind();
    }
  }

  @Override
  int assertQueuesConsistent() {
    if (hand != null && !hand.isIn(queue)) {
      throw new AssertionError("the hand points to key %x, which has gone".formatted(hand.key));
    }
    return queue.assertConsistent();
  }
}
