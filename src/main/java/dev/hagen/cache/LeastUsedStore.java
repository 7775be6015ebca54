package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;
import java.util.Map;
import java.util.TreeMap;

/**
 * LFU: who has been used least often since it came goes first, and among equals who was used least recently. Nothing ages, so
 * what was used much in the past stays; that is what W-TinyLFU does better.
 */
final class LeastUsedStore<V> extends QueuedStore<V> {
  /** By number of uses; none is empty. */
  private final TreeMap<Integer, Queue<V>> byUses = new TreeMap<>();

  LeastUsedStore(long maximum, EvictionListener<V> listener) {
    super(maximum, listener);
  }

  @Override
  void enter(Node<V> node) {
    byUses.computeIfAbsent(node.uses, uses -> new Queue<>()).addLast(node);
  }

  @Override
  void used(Node<V> node) {
    leaving(node);
    node.leave();
    node.uses = Math.min(node.uses, Integer.MAX_VALUE - 1) + 1;
    enter(node);
  }

  @Override
  Node<V> takeVictim() {
    Node<V> node = byUses.firstEntry().getValue().head();
    leaving(node);
    node.leave();
    return node;
  }

  /** Drops a queue that is about to become empty. */
  @Override
  void leaving(Node<V> node) {
    Queue<V> queue = byUses.get(node.uses);
    if (queue != null && queue.head() == node && node.behind() == null) {
      byUses.remove(node.uses);
    }
  }

  @Override
  int assertQueuesConsistent() {
    int size = 0;
    for (Map.Entry<Integer, Queue<V>> entry : byUses.entrySet()) {
      if (entry.getValue().head().uses != entry.getKey()) {
        throw new AssertionError("key %x is among others".formatted(entry.getValue().head().key));
      }
      size += entry.getValue().assertConsistent();
    }
    return size;
  }
}
