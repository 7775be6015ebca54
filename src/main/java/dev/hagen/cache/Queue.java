package dev.hagen.cache;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link QueuedStore} holds, or a part of it, in an order, with the sum of weights. Taking one out of the middle costs
 * no search.
 */
final class Queue<V> {
  /** Something that is held; in one queue at a time. */
  static final class Node<V> {
    final long key;
    private V value;
    private int weight;
    /** What the policy counts of its use. */
    int uses;
    private @Nullable Queue<V> queue;
    private @Nullable Node<V> before;
    private @Nullable Node<V> behind;

    Node(long key, V value, int weight) {
      this.key = key;
      this.value = value;
      this.weight = weight;
    }

    V value() {
      return value;
    }

    int weight() {
      return weight;
    }

    boolean isIn(Queue<V> some) {
      return queue == some;
    }

    /** The one behind it in its queue, or null. */
    @Nullable Node<V> behind() {
      return behind;
    }

    /** Changes value and weight; the place stays. */
    void replace(V newValue, int newWeight) {
      if (queue != null) {
        queue.weight += newWeight - weight;
      }
      value = newValue;
      weight = newWeight;
    }

    /** Takes it out of its queue. */
    void leave() {
      Queue<V> from = queue;
      if (from == null) {
        throw new IllegalStateException("key %x is in no queue".formatted(key));
      }
      from.unlink(this);
      queue = null;
    }
  }

  private @Nullable Node<V> first;
  private @Nullable Node<V> last;
  private long weight;

  void addLast(Node<V> node) {
    if (node.queue != null) {
      throw new IllegalStateException("key %x is in a queue".formatted(node.key));
    }
    node.queue = this;
    node.before = last;
    node.behind = null;
    if (last == null) {
      first = node;
    } else {
      last.behind = node;
    }
    last = node;
    weight += node.weight;
  }

  /** Takes something out of whatever queue it is in, and puts it at the end of this one. */
  void moveHere(Node<V> node) {
    node.leave();
    addLast(node);
  }

  private void unlink(Node<V> node) {
    Node<V> before = node.before;
    Node<V> behind = node.behind;
    if (before == null) {
      first = behind;
    } else {
      before.behind = behind;
    }
    if (behind == null) {
      last = before;
    } else {
      behind.before = before;
    }
    weight -= node.weight;
  }

  /** The first, or null if there is none. */
  @Nullable Node<V> first() {
    return first;
  }

  /** The first; there must be one. */
  Node<V> head() {
    if (first == null) {
      throw new IllegalStateException("the queue is empty");
    }
    return first;
  }

  boolean isEmpty() {
    return first == null;
  }

  long weight() {
    return weight;
  }

  /** Checks the sum of weights and answers how many there are. */
  int assertConsistent() {
    int size = 0;
    long sum = 0;
    for (Node<V> node = first; node != null; node = node.behind) {
      size++;
      sum += node.weight;
      if (!node.isIn(this)) {
        throw new AssertionError("key %x is linked into a queue that it is not in".formatted(node.key));
      }
    }
    if (sum != weight) {
      throw new AssertionError("weights sum up to %d, not %d".formatted(sum, weight));
    }
    return size;
  }
}
