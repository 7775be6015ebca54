package dev.hagen.cache;

import dev.hagen.cpu.CpuState;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.Unit;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import jdk.test.whitebox.WhiteBox;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that units run only as what HotSpot's optimising compiler makes of them. Until then the interpreter, which is
 * several times faster than the JVM's interpreter on fresh bytecode and as fast as what HotSpot's first compiler makes of
 * it, goes on. A unit is tried for a short while, so that HotSpot knows which ways through it are taken; then its method
 * goes to C2 at once, the most wanted first.
 *
 * <p>Needs HotSpot's interface for its own tests; see {@link WhiteBox}.
 */
final class CompileWatch implements AutoCloseable {
  private static final int C2 = 4;
  /** Methods that C2 has at a time: more would only make the order of their coming count. */
  private static final int AT_ONCE = 2;
  private static final long PERIOD_MILLIS = 2;
  /** After so long without code a unit runs whatever it runs as. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  /** Rounds between looks at units that are ready: code may be thrown away. */
  private static final int LOOK_EVERY = 16;

  private static final class Entry {
    final RegionCode code;
    final Method method;
    long since;

    Entry(RegionCode code, Method method) {
      this.code = code;
      this.method = method;
    }
  }

  private final WhiteBox hotSpot;
  private final BiConsumer<RegionCode, Boolean> listener;
  /** Units on trial. */
  private final Map<RegionCode, Entry> known = new HashMap<>();
  private final List<Entry> waiting = new ArrayList<>();
  private final List<Entry> compiling = new ArrayList<>();
  private final List<Entry> ready = new ArrayList<>();
  private final Thread thread;
  private boolean closed;

  private CompileWatch(WhiteBox hotSpot, BiConsumer<RegionCode, Boolean> listener) {
    this.hotSpot = hotSpot;
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("hagen-compile-watch").unstarted(this::watch);
  }

  /**
   * Starts watching, or answers null if this JVM does not let itself be told what to compile.
   *
   * @param listener hears, on a thread of the watch, that a unit is ready or ceases to be
   */
  static @Nullable CompileWatch start(BiConsumer<RegionCode, Boolean> listener) {
    try {
      CompileWatch watch = new CompileWatch(WhiteBox.get(), listener);
      watch.thread.start();
      return watch;
    } catch (LinkageError e) {
      return null;
    }
  }

  /** Makes HotSpot keep a profile of a new unit; false if it cannot be watched. */
  synchronized boolean prepare(RegionCode code, Unit unit) {
    try {
      Method method = unit.getClass().getDeclaredMethod("run", CpuState.class, int.class, int.class);
      hotSpot.markMethodProfiled(method);
      known.put(code, new Entry(code, method));
      return true;
    } catch (NoSuchMethodException e) {
      return false;
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
      waiting.add(entry);
      notifyAll();
    }
  }

  private void watch() {
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
    waiting.removeIf(entry -> entry.code.isRetired());
    while (compiling.size() < AT_ONCE && !waiting.isEmpty()) {
      Entry next = waiting.stream().max(Comparator.comparingInt(entry -> entry.code.demand())).orElseThrow();
      waiting.remove(next);
      next.since = System.nanoTime();
      if (hotSpot.getMethodCompilationLevel0(next.method, false) != C2) {
        hotSpot.enqueueMethodForCompilation0(next.method, C2, -1);
      }
      compiling.add(next);
    }
    for (Iterator<Entry> entries = compiling.iterator(); entries.hasNext();) {
      Entry entry = entries.next();
      boolean there = hotSpot.getMethodCompilationLevel0(entry.method, false) == C2;
      boolean failed = !there && !hotSpot.isMethodQueuedForCompilation0(entry.method);
      if (there || failed || System.nanoTime() - entry.since > PATIENCE_NANOS) {
        entries.remove();
        if (there) {
          ready.add(entry);
        }
        listener.accept(entry.code, true);
      }
    }
    wait(compiling.isEmpty() ? PERIOD_MILLIS * LOOK_EVERY : PERIOD_MILLIS);
  }

  /** Units whose code HotSpot has thrown away since a way was taken that it did not expect are compiled again. */
  private void lookAtReady() {
    known.keySet().removeIf(RegionCode::isRetired);
    for (Iterator<Entry> entries = ready.iterator(); entries.hasNext();) {
      Entry entry = entries.next();
      if (entry.code.isRetired()) {
        entries.remove();
      } else if (hotSpot.getMethodCompilationLevel0(entry.method, false) != C2) {
        entries.remove();
        waiting.add(entry);
        listener.accept(entry.code, false);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    thread.interrupt();
  }
}
