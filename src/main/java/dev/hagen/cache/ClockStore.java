package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;

/**
 * CLOCK, or second chance: what came first goes first, but who has been used since the hand came by last is passed over
 * once (F. J. Corbató, "A paging experiment with the Multics system", 1968).
 */
final class ClockStore<V> extends QueuedStore<V> {
  private final Queue<V> circle = new Queue<>();

  ClockStore(long maximum, EvictionListener<V> listener) {
    super(maximum, listener);
  }

  @Override
  void enter(Node<V> node) {
    circle.addLast(node);
  }

  @Override
  void used(Node<V> node) {
    node.uses = 1;
  }

  @Override
  Node<V> takeVictim() {
    Node<V> node = circle.head();
    while (node.uses > 0) {
      node.uses = 0;
      circle.moveHere(node);
      node = circle.head();
    }
    node.leave();
    return node;
  }

  @Override
  int assertQueuesConsistent() {
    return circle.assertConsistent();
  }
}
