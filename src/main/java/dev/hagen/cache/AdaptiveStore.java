package dev.hagen.cache;

import dev.hagen.cache.Queue.Node;

/**
 * ARC: one queue for what has been used once, one for what has been used more often, both least recently used first. Which of
 * them has to give follows from what is asked for again after it was evicted: keys of both are remembered for a while
 * (Megiddo and Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003). Weights stand where the paper counts
 * pages.
 */
final class AdaptiveStore<V> extends QueuedStore<V> {
  private final long maximum;
  private final Queue<V> once = new Queue<>();
  private final Queue<V> often = new Queue<>();
  private final Ghosts onceGhosts = new Ghosts();
  private final Ghosts oftenGhosts = new Ghosts();
  /** What {@link #once} may weigh before it has to give. */
  private long target;
  /** Whether the newcomer was known. */
  private boolean known;
  /** Whether the newcomer was evicted from {@link #often}. */
  private boolean wasOften;

  AdaptiveStore(long maximum, EvictionListener<V> listener) {
    super(maximum, listener);
    this.maximum = maximum;
  }

  @Override
  void expect(long key, int weight) {
    long inOnce = onceGhosts.weight();
    long inOften = oftenGhosts.weight();
    boolean wasOnce = onceGhosts.remove(key);
    wasOften = oftenGhosts.remove(key);
    known = wasOnce || wasOften;
    if (wasOnce) {
      target = Math.min(maximum, target + Math.max(weight, scaled(weight, inOften, inOnce)));
    } else if (wasOften) {
      target = Math.max(0, target - Math.max(weight, scaled(weight, inOnce, inOften)));
    }
  }

  private static long scaled(int weight, long over, long under) {
    return (long) ((double) weight * over / under);
  }

  @Override
  void enter(Node<V> node) {
    if (known) {
      often.addLast(node);
    } else {
      once.addLast(node);
    }
    wasOften = false;
    trimGhosts();
  }

  private void trimGhosts() {
    onceGhosts.trim(Math.max(0, maximum - once.weight()));
    oftenGhosts.trim(Math.max(0, 2 * maximum - once.weight() - often.weight() - onceGhosts.weight()));
  }

  @Override
  void used(Node<V> node) {
    often.moveHere(node);
  }

  @Override
  Node<V> takeVictim() {
    boolean fromOnce = often.isEmpty()
        || !once.isEmpty() && (once.weight() > target || wasOften && once.weight() == target);
    Node<V> node = fromOnce ? once.head() : often.head();
    node.leave();
    (fromOnce ? onceGhosts : oftenGhosts).add(node.key, node.weight());
    trimGhosts();
    return node;
  }

  @Override
  void forget(long key) {
    onceGhosts.remove(key);
    oftenGhosts.remove(key);
  }

  @Override
  int assertQueuesConsistent() {
    onceGhosts.assertConsistent();
    oftenGhosts.assertConsistent();
    if (target < 0 || target > maximum) {
      throw new AssertionError("the target is %d of %d".formatted(target, maximum));
    }
    return once.assertConsistent() + often.assertConsistent();
  }
}
