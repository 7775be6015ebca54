package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;

/**
 * S3-FIFO: a small queue for newcomers, a main queue for those that were used more than once in it, both first in, first out,
 * and a list of keys that have left the small one lately and go straight to the main one when they come again (Yang and
 * others, "FIFO queues are all you need for cache eviction", SOSP 2023).
 */
final class ThreeQueueStore<V> extends QueuedStore<V> {
  /** The small queue's part of the maximum: one in so many. */
  private static final int SMALL_PART = 10;
  private static final int MOST_USES = 3;

  private final long smallMaximum;
  private final long ghostMaximum;
  private final Queue<V> small = new Queue<>();
  private final Queue<V> main = new Queue<>();
  private final Ghosts ghosts = new Ghosts();

  ThreeQueueStore(long maximum, EvictionListener<V> listener) {
    super(maximum, listener);
    smallMaximum = maximum / SMALL_PART;
    ghostMaximum = maximum - smallMaximum;
  }

  @Override
  void enter(Node<V> node) {
    if (ghosts.remove(node.key)) {
      main.addLast(node);
    } else {
      small.addLast(node);
    }
  }

  @Override
  void used(Node<V> node) {
    node.uses = Math.min(node.uses + 1, MOST_USES);
  }

  @Override
  Node<V> takeVictim() {
    while (true) {
      if (!small.isEmpty() && (small.weight() >= smallMaximum || main.isEmpty())) {
        Node<V> node = small.head();
        if (node.uses <= 1) {
          node.leave();
          ghosts.add(node.key, node.weight());
          ghosts.trim(ghostMaximum);
          return node;
        }
        node.uses = 0;
        main.moveHere(node);
      } else {
        Node<V> node = main.head();
        if (node.uses == 0) {
          node.leave();
          return node;
        }
        node.uses--;
        main.moveHere(node);
      }
    }
  }

  @Override
  void forget(long key) {
    ghosts.remove(key);
  }

  @Override
  int assertQueuesConsistent() {
    ghosts.assertConsistent();
    if (ghosts.weight() > ghostMaximum) {
      throw new AssertionError("%d bytes of evicted keys are remembered".formatted(ghosts.weight()));
    }
    return small.assertConsistent() + main.assertConsistent();
  }
}
