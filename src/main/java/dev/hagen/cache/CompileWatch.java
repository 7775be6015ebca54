package dev.hagen.cache;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuState;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.Unit;
import dev.hagen.util.NativeThreads;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import jdk.test.whitebox.WhiteBox;
import org.jspecify.annotations.Nullable;

/**
 * Tells HotSpot's compilers what to make of units, and when it is there. A fresh unit, a draft, goes to C1 at once; until its
 * code is there, Hagen's interpreter goes on, which is several times faster than the JVM's interpreter on fresh bytecode. A
 * unit in place of a draft that has run for long is tried for a short while, so that HotSpot knows which ways through it are
 * taken; then it goes to C2.
 *
 * <p>Needs HotSpot's interface for its own tests; see {@link WhiteBox}.
 */
final class CompileWatch implements AutoCloseable {
  private static final int C1 = 1;
  private static final int C2 = 4;
  private static final long PERIOD_MILLIS = 2;
  /** After so long without code a draft runs as whatever HotSpot has made of it. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  /** Rounds between looks at units that are ready: code may be thrown away. */
  private static final int LOOK_EVERY = 16;

  /** C2's threads, and by how much they stand back: the guest and C1, for whose code it waits, come first. */
  private static final String OPTIMISER = "C2 CompilerThre";
  private static final int OPTIMISER_NICENESS = 10;

  private static final class Entry {
    final RegionCode code;
    final Method method;
    final Consumer<Boolean> listener;
    long since;

    Entry(RegionCode code, Method method, Consumer<Boolean> listener) {
      this.code = code;
      this.method = method;
      this.listener = listener;
    }
  }

  /** What waits for one compiler. */
  private final class Lane {
    final int level;
    final ToLongFunction<RegionCode> demand;
    final List<Entry> waiting = new ArrayList<>();
    final List<Entry> compiling = new ArrayList<>();

    Lane(int level, ToLongFunction<RegionCode> demand) {
      this.level = level;
      this.demand = demand;
    }

    void feed() {
      waiting.removeIf(entry -> entry.code.isRetired());
      while (compiling.size() < atOnce && !waiting.isEmpty()) {
        Entry next = waiting.stream().max(Comparator.comparingLong(entry -> demand.applyAsLong(entry.code))).orElseThrow();
        waiting.remove(next);
        next.since = System.nanoTime();
        if (!has(next, level)) {
          hotSpot.enqueueMethodForCompilation0(next.method, level, -1);
        }
        compiling.add(next);
      }
    }

    /** Takes away what HotSpot is done with. */
    void collect() {
      for (Iterator<Entry> entries = compiling.iterator(); entries.hasNext();) {
        Entry entry = entries.next();
        // In this order: the code may come in between.
        boolean queued = hotSpot.isMethodQueuedForCompilation0(entry.method);
        boolean there = has(entry, level);
        boolean late = level == C1 && System.nanoTime() - entry.since > PATIENCE_NANOS;
        if (there || !queued || late) {
          entries.remove();
          counters.countShared(level == C1 ? there ? Counter.COMPILED_C1 : Counter.LOST_C1
              : there ? Counter.COMPILED_C2 : Counter.LOST_C2);
          if (level == C2 && there) {
            ready.add(entry);
          }
          // Where C2 has failed the draft goes on.
          if (level != C2 || there) {
            entry.listener.accept(true);
          }
        }
      }
    }
  }

  private final WhiteBox hotSpot;
  private final Counters counters;
  /** Methods that a compiler has at a time: more would only make the order of their coming count. */
  private final int atOnce;
  private final Lane drafts = new Lane(C1, RegionCode::demand);
  private final Lane optimised = new Lane(C2, RegionCode::heat);
  /** Units on trial. */
  private final Map<RegionCode, Entry> known = new HashMap<>();
  /** Units that run as C2's code. */
  private final List<Entry> ready = new ArrayList<>();
  private final Thread thread;
  private boolean closed;

  private CompileWatch(WhiteBox hotSpot, Counters counters, int atOnce) {
    this.hotSpot = hotSpot;
    this.counters = counters;
    this.atOnce = atOnce;
    this.thread = Thread.ofPlatform().daemon().name("hagen-compile-watch").unstarted(this::watch);
  }

  /**
   * Starts watching, or answers null if this JVM does not let itself be told what to compile.
   *
   * @param atOnce methods that each compiler is given at a time
   */
  static @Nullable CompileWatch start(Counters counters, int atOnce) {
    try {
      CompileWatch watch = new CompileWatch(WhiteBox.get(), counters, atOnce);
      watch.thread.start();
      return watch;
    } catch (LinkageError e) {
      return null;
    }
  }

  /**
   * Has C1 compile a draft.
   *
   * @param ready runs on the watch's thread once the code is there
   * @return false if the unit cannot be watched
   */
  synchronized boolean draft(RegionCode code, Unit unit, Runnable ready) {
    Method method = method(unit);
    if (method != null) {
      drafts.waiting.add(new Entry(code, method, there -> ready.run()));
      notifyAll();
    }
    return method != null;
  }

  /**
   * Makes HotSpot keep a profile of a unit that is to be tried and compiled.
   *
   * @param listener hears on the watch's thread that C2's code is there, or has gone
   * @return false if the unit cannot be watched
   */
  synchronized boolean prepare(RegionCode code, Unit unit, Consumer<Boolean> listener) {
    Method method = method(unit);
    if (method != null) {
      hotSpot.markMethodProfiled(method);
      known.put(code, new Entry(code, method, listener));
      // What is made anew need not be watched any more.
      ready.removeIf(entry -> entry.code == code);
    }
    return method != null;
  }

  private static @Nullable Method method(Unit unit) {
    try {
      return unit.getClass().getDeclaredMethod("run", CpuState.class, int.class, int.class);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** Keeps HotSpot, which counts calls, from compiling a unit that is on trial. */
  synchronized void goOn(RegionCode code) {
    Entry entry = known.get(code);
    if (entry != null) {
      hotSpot.markMethodProfiled(entry.method);
    }
  }

  /** Has a unit compiled that has been tried. */
  synchronized void compile(RegionCode code) {
    Entry entry = known.remove(code);
    if (entry != null) {
      optimised.waiting.add(entry);
      notifyAll();
    }
  }

  private boolean has(Entry entry, int level) {
    return hotSpot.getMethodCompilationLevel0(entry.method, false) == level;
  }

  private void watch() {
    NativeThreads.standBack(OPTIMISER, OPTIMISER_NICENESS);
    try {
      for (int round = 0; !isClosed(); round++) {
        step(round % LOOK_EVERY == 0);
      }
    } catch (InterruptedException e) {
      // The machine is closed.
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void step(boolean look) throws InterruptedException {
    if (look) {
      lookAtReady();
    }
    drafts.collect();
    optimised.collect();
    drafts.feed();
    optimised.feed();
    boolean idle = drafts.compiling.isEmpty() && optimised.compiling.isEmpty();
    wait(idle ? PERIOD_MILLIS * LOOK_EVERY : PERIOD_MILLIS);
  }

  /** Units whose code HotSpot has thrown away since a way was taken that it did not expect are compiled again. */
  private void lookAtReady() {
    known.keySet().removeIf(RegionCode::isRetired);
    for (Iterator<Entry> entries = ready.iterator(); entries.hasNext();) {
      Entry entry = entries.next();
      if (entry.code.isRetired()) {
        entries.remove();
      } else if (!has(entry, C2)) {
        entries.remove();
        counters.countShared(Counter.LOST_C2);
        optimised.waiting.add(entry);
        entry.listener.accept(false);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    thread.interrupt();
  }
}
