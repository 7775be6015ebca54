package dev.hagen.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a policy does, written down in the shortest way, however slow: lists that are searched. */
abstract class NaiveStore {
  /** Something that is held, or remembered. */
  static final class Item {
    final long key;
    int weight;
    int uses;
    long arrival;
    long lastUse;

    Item(long key, int weight) {
      this.key = key;
      this.weight = weight;
    }
  }

  final long maximum;
  final List<Item> held = new ArrayList<>();
  final List<Long> evicted = new ArrayList<>();
  long now;

  NaiveStore(long maximum) {
    this.maximum = maximum;
  }

  /** The model of a policy, or null if there is none. */
  static NaiveStore of(CachePolicy policy, long maximum) {
    return switch (policy) {
      case LRU -> new Least(maximum, Comparator.comparingLong(item -> item.lastUse));
      case FIFO -> new Least(maximum, Comparator.comparingLong(item -> item.arrival));
      case LFU -> new LeastUsed(maximum);
      case CLOCK -> new Clock(maximum);
      case SIEVE -> new Sieve(maximum);
      case S3_FIFO -> new TwoQueues(maximum);
      case ARC -> new Arc(maximum);
      default -> throw new IllegalArgumentException(policy.spelling());
    };
  }

  abstract Item victim();

  void arrive(Item item) {}

  void hit(Item item) {
    item.uses++;
  }

  void expect(long key, int weight) {}

  void forget(long key) {}

  static long weigh(List<Item> items) {
    return items.stream().mapToLong(item -> item.weight).sum();
  }

  static Item find(List<Item> items, long key) {
    return items.stream().filter(item -> item.key == key).findFirst().orElse(null);
  }

  static boolean drop(List<Item> items, long key) {
    return items.removeIf(item -> item.key == key);
  }

  Set<Long> keys() {
    Set<Long> keys = new HashSet<>();
    held.forEach(item -> keys.add(item.key));
    return keys;
  }

  void add(long key, int weight) {
    now++;
    // All but the plain orders refuse what can never fit; those let it push out everybody first.
    if (weight > maximum && !(this instanceof Least)) {
      evicted.add(key);
      return;
    }
    expect(key, weight);
    if (!(this instanceof Least)) {
      makeRoom(maximum - weight);
    }
    Item item = new Item(key, weight);
    item.arrival = now;
    item.lastUse = now;
    held.add(item);
    arrive(item);
    makeRoom(maximum);
  }

  private void makeRoom(long most) {
    while (weigh(held) > most) {
      Item victim = victim();
      held.remove(victim);
      evicted.add(victim.key);
    }
  }

  void touch(long key) {
    now++;
    Item item = find(held, key);
    if (item != null) {
      item.lastUse = now;
      hit(item);
    }
  }

  void remove(long key) {
    forget(key);
    drop(held, key);
  }

  void replace(long key, int weight) {
    find(held, key).weight = weight;
    makeRoom(maximum);
  }

  /** Whoever is the least in an order goes. */
  private static final class Least extends NaiveStore {
    private final Comparator<Item> order;

    Least(long maximum, Comparator<Item> order) {
      super(maximum);
      this.order = order;
    }

    @Override
    Item victim() {
      return held.stream().min(order).orElseThrow();
    }
  }

  private static final class LeastUsed extends NaiveStore {
    LeastUsed(long maximum) {
      super(maximum);
    }

    @Override
    Item victim() {
      return held.stream().min(Comparator.<Item>comparingInt(item -> item.uses).thenComparing(item -> item.lastUse)).orElseThrow();
    }
  }

  private static final class Clock extends NaiveStore {
    Clock(long maximum) {
      super(maximum);
    }

    @Override
    Item victim() {
      while (held.getFirst().uses > 0) {
        Item passed = held.removeFirst();
        passed.uses = 0;
        held.add(passed);
      }
      return held.getFirst();
    }
  }

  private static final class Sieve extends NaiveStore {
    /** Arrival of whom the hand has looked at last; who came later is next. */
    private long hand;

    Sieve(long maximum) {
      super(maximum);
    }

    @Override
    Item victim() {
      while (true) {
        Item next = held.stream().filter(item -> item.arrival > hand).findFirst().orElse(null);
        if (next == null) {
          hand = 0;
          continue;
        }
        hand = next.arrival;
        if (next.uses == 0) {
          return next;
        }
        next.uses = 0;
      }
    }

    @Override
    void arrive(Item item) {
      // The hand has been at the newest: its next place was the oldest, and a newcomer is not next.
      if (held.stream().noneMatch(other -> other != item && other.arrival > hand)) {
        hand = 0;
      }
    }

    @Override
    void forget(long key) {
      Item item = find(held, key);
      if (item != null && held.stream().noneMatch(other -> other != item && other.arrival > hand)) {
        hand = 0;
      }
    }
  }

  private static final class TwoQueues extends NaiveStore {
    private final List<Item> small = new ArrayList<>();
    private final List<Item> main = new ArrayList<>();
    private final List<Item> ghosts = new ArrayList<>();

    TwoQueues(long maximum) {
      super(maximum);
    }

    @Override
    void arrive(Item item) {
      (drop(ghosts, item.key) ? main : small).add(item);
    }

    @Override
    void hit(Item item) {
      item.uses = Math.min(3, item.uses + 1);
    }

    @Override
    void forget(long key) {
      drop(small, key);
      drop(main, key);
      if (find(held, key) == null) {
        drop(ghosts, key);
      }
    }

    @Override
    Item victim() {
      while (main.isEmpty() || !small.isEmpty() && weigh(small) >= maximum / 10) {
        Item first = small.removeFirst();
        if (first.uses < 2) {
          ghosts.add(new Item(first.key, first.weight));
          while (weigh(ghosts) > maximum - maximum / 10) {
            ghosts.removeFirst();
          }
          return first;
        }
        first.uses = 0;
        main.add(first);
      }
      Item first = main.removeFirst();
      if (first.uses == 0) {
        return first;
      }
      first.uses--;
      main.add(first);
      return victim();
    }
  }

  private static final class Arc extends NaiveStore {
    private final List<Item> t1 = new ArrayList<>();
    private final List<Item> t2 = new ArrayList<>();
    private final List<Item> b1 = new ArrayList<>();
    private final List<Item> b2 = new ArrayList<>();
    private long p;
    private boolean known;
    private boolean fromB2;

    Arc(long maximum) {
      super(maximum);
    }

    @Override
    void expect(long key, int weight) {
      fromB2 = find(b2, key) != null;
      known = fromB2 || find(b1, key) != null;
      if (fromB2) {
        p = Math.max(0, p - Math.max(weight, (long) ((double) weight * weigh(b1) / weigh(b2))));
        drop(b2, key);
      } else if (known) {
        p = Math.min(maximum, p + Math.max(weight, (long) ((double) weight * weigh(b2) / weigh(b1))));
        drop(b1, key);
      }
    }

    @Override
    void arrive(Item item) {
      (known ? t2 : t1).add(item);
      fromB2 = false;
      trim();
    }

    private void trim() {
      while (!b1.isEmpty() && weigh(t1) + weigh(b1) > maximum) {
        b1.removeFirst();
      }
      while (!b2.isEmpty() && weigh(t1) + weigh(t2) + weigh(b1) + weigh(b2) > 2 * maximum) {
        b2.removeFirst();
      }
    }

    @Override
    void hit(Item item) {
      drop(t1, item.key);
      drop(t2, item.key);
      t2.add(item);
    }

    @Override
    void forget(long key) {
      drop(t1, key);
      drop(t2, key);
      if (find(held, key) == null) {
        drop(b1, key);
        drop(b2, key);
      }
    }

    @Override
    Item victim() {
      boolean first = t2.isEmpty() || !t1.isEmpty() && (weigh(t1) > p || fromB2 && weigh(t1) == p);
      Item victim = (first ? t1 : t2).removeFirst();
      (first ? b1 : b2).add(new Item(victim.key, victim.weight));
      trim();
      return victim;
    }
  }
}
