package dev.hagen.cache;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.Counters;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The units of one processor that may run, and which of them stay.
 *
 * <p>A unit that is entered leaves a mark and does not come by here; {@link #harvest} collects the marks now and then and
 * tells the policy. A unit whose code was written is retired by the interpreter; the harvest finds that too. All of this
 * happens on the processor's thread.
 */
public final class TranslationCache {
  private static final int CONTEXT_BITS = 16;

  private record Entry(RegionCode code, Region region, Unit unit, int draftBytes, int weight) {}

  private record Use(long key, long instructions) {}

  private final Interpreter interpreter;
  private final CacheLimits limits;
  private final UnitStore<Entry> store;
  private final Counters counters;
  private TranslationListener listener = TranslationListener.NONE;
  /** Keys of units that were evicted when they were of no use any more; the policy need not remember them. */
  private final List<Long> wasRetired = new ArrayList<>();
  private LookupListener lookups = LookupListener.NONE;

  TranslationCache(Interpreter interpreter, CacheLimits limits, Counters counters) {
    this.interpreter = interpreter;
    this.counters = counters;
    this.limits = limits;
    this.store = limits.policy().store(limits.maximum(), (key, entry) -> evict(entry));
  }

  /** Hears of units that are evicted. */
  void setListener(TranslationListener newListener) {
    listener = newListener;
  }

  /** Where a unit is found: guest-physical address of its head, and the execution context. */
  private static long key(RegionCode code) {
    return code.physical() << CONTEXT_BITS | code.context();
  }

  /** Hears of what the policy hears of. */
  void setListener(LookupListener newListener) {
    lookups = newListener;
  }

  /**
   * From now on the unit runs instead of the blocks of its region, unless their code has changed.
   *
   * @param nanos what making it has taken
   */
  void publish(RegionCode code, UnitFactory.Made made, long nanos) {
    if (code.isRetired()) {
      counters.count(Counter.UNITS_DISCARDED);
      return;
    }
    long key = key(code);
    Entry old = store.get(key);
    if (old != null) {
      remove(key);
      if (!old.code.isRetired()) {
        counters.count(Counter.UNITS_REPLACED);
        interpreter.evict(old.code);
      }
    }
    interpreter.publish(code, made.unit(), made.entries());
    counters.count(Counter.UNITS_TRANSLATED);
    lookups.made(key, made.region().linear(), made.bytes(), nanos);
    store.add(key, new Entry(code, made.region(), made.unit(), made.bytes(), made.bytes()), made.bytes());
    forgetRetired();
    measure();
  }

  /**
   * Takes in a better unit of a region, which runs instead of the one that does now, unless that has gone.
   *
   * @param tried whether it is to be tried first, and waits for {@link Interpreter#prefer}
   * @param nanos what making it has taken
   * @param reason what counts it
   */
  void improve(RegionCode code, UnitFactory.Made better, boolean tried, long nanos, Counter reason) {
    long key = key(code);
    Entry entry = code.isRetired() ? null : store.get(key);
    if (entry != null) {
      interpreter.improve(code, better.unit(), tried);
      counters.count(reason);
      int weight = entry.draftBytes + better.bytes();
      lookups.improved(key, weight, nanos);
      store.replace(key, new Entry(code, better.region(), entry.unit, entry.draftBytes, weight), weight);
      forgetRetired();
      measure();
    } else {
      counters.count(Counter.UNITS_DISCARDED);
    }
  }

  private void forgetRetired() {
    wasRetired.forEach(this::remove);
    wasRetired.clear();
  }

  private void remove(long key) {
    lookups.gone(key);
    store.remove(key);
  }

  private void evict(Entry entry) {
    if (entry.code.isRetired()) {
      wasRetired.add(key(entry.code));
    } else {
      counters.count(Counter.UNITS_EVICTED);
      interpreter.evict(entry.code);
      listener.evicted(entry.code, entry.weight);
    }
  }

  /** How many units there are. */
  int size() {
    return store.size();
  }

  private void measure() {
    counters.set(Counter.UNITS_HELD, store.size());
    counters.set(Counter.UNITS_HELD_BYTES, store.weight());
  }

  /**
   * Tells the policy which units have been entered since the last harvest, and forgets those that are retired.
   *
   * @param visitor hears of each of which something may be new: it has been entered, or has a better unit than its draft. It may
   *     not change the cache
   */
  void harvest(BiConsumer<RegionCode, Region> visitor) {
    List<Use> touched = new ArrayList<>();
    List<Long> gone = new ArrayList<>();
    store.forEach((key, entry) -> {
      if (entry.code.isRetired()) {
        gone.add(key);
      } else {
        long before = entry.code.heat();
        boolean entered = entry.code.takeTouched();
        if (entered) {
          boolean counts = entry.weight == entry.draftBytes;
          touched.add(new Use(key, counts ? entry.code.heat() - before : LookupListener.MANY));
        }
        if (entered || entry.code.hasBetterUnit()) {
          visitor.accept(entry.code, entry.region);
        }
      }
    });
    gone.forEach(this::remove);
    touched.forEach(use -> {
      lookups.used(use.key, use.instructions);
      store.touch(use.key);
    });
    counters.add(Counter.CACHE_HITS, touched.size());
    measure();
  }

  /**
   * Checks the invariants; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  void assertConsistent() {
    store.assertConsistent();
    Set<RegionCode> held = new HashSet<>();
    long[] weight = {0};
    store.forEach((key, entry) -> {
      weight[0] += entry.weight;
      check(key == key(entry.code), "a unit has another key");
      if (!entry.code.isRetired()) {
        check(interpreter.runs(entry.code, entry.unit), "a unit is held that is not published");
        held.add(entry.code);
      }
    });
    check(weight[0] == store.weight(), "the sum of weights is %d, not %d".formatted(weight[0], store.weight()));
    check(store.weight() <= limits.maximum() || limits.policy() == CachePolicy.UNBOUNDED,
        "%d bytes are held".formatted(store.weight()));
    interpreter.forEachPublished(code -> check(held.contains(code), "a unit runs that is not held"));
    long published = counters.of(Counter.UNITS_TRANSLATED);
    long gone = counters.sum(CounterFamily.UNITS_GONE);
    check(published == gone + held.size(), "%d published, %d gone, %d here".formatted(published, gone, held.size()));
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
