package dev.hagen.cache;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The classes of units that the JVM has loaded, and which of them it has unloaded. Threads may share one. */
final class UnitClasses {
  /** A class, known by its name once it has gone. */
  private static final class Loaded extends PhantomReference<Class<?>> {
    final String name;
    final long address;

    Loaded(Class<?> type, long address, ReferenceQueue<Class<?>> queue) {
      super(type, queue);
      this.name = type.getName();
      this.address = address;
    }
  }

  private final Counters counters;
  private final ReferenceQueue<Class<?>> gone = new ReferenceQueue<>();
  private final Set<Loaded> loaded = ConcurrentHashMap.newKeySet();

  UnitClasses(Counters counters) {
    this.counters = counters;
  }

  /**
   * A class has been defined.
   *
   * @param address linear address of the unit's head
   */
  void defined(Class<?> type, long address) {
    loaded.add(new Loaded(type, address, gone));
    counters.countShared(Counter.CLASSES_DEFINED);
  }

  /** Shows the names and addresses of the classes that have been unloaded since the last call. */
  void takeUnloaded(BiConsumer<String, Long> action) {
    for (Reference<?> next = gone.poll(); next != null; next = gone.poll()) {
      Loaded unloaded = (Loaded) next;
      loaded.remove(unloaded);
      counters.countShared(Counter.CLASSES_UNLOADED);
      action.accept(unloaded.name, unloaded.address);
    }
  }
}
