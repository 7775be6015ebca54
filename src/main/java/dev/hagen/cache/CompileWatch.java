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
import java.util.concurrent.atomic.AtomicBoolean;
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
  /** Between looks at what a compiler has been given, where HotSpot has not waited for it. */
  private static final long PERIOD_MILLIS = 2;
  /** After so long without code a draft runs as whatever HotSpot has made of it. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  /** Between looks at units that are ready: code may be thrown away. */
  private static final long LOOK_MILLIS = 32;

  /**
   * What HotSpot is told of methods. Whoever asks for a unit's code waits for it: what somebody waits for comes before everything else in
   * a compiler's queue. And C1's code is good enough for what makes units, though not for what they and the interpreter call.
   */
  private static final String DIRECTIVES = """
      [{match: "dev/hagen/emit/TranslationUnit*.*", BackgroundCompilation: false},
       {match: "dev/hagen/emit/MethodClass*.*", c2: {Exclude: false}},
       {match: ["dev/hagen/emit/*.*", "dev/hagen/region/*.*", "org/objectweb/asm/*.*", "jdk/internal/classfile/*.*"],
        c2: {Exclude: true}}]""";

  /** Whether HotSpot has been given {@link #DIRECTIVES}. */
  private static final AtomicBoolean directed = new AtomicBoolean();

  /** C2's threads, and by how much they stand back: the guest and C1, for whose code it waits, come first. */
  private static final String OPTIMISER = "C2 CompilerThre";
  private static final int OPTIMISER_NICENESS = 10;

  private static final class Entry {
    final RegionCode code;
    final Method method;
    final Consumer<Boolean> listener;

    Entry(RegionCode code, Method method, Consumer<Boolean> listener) {
      this.code = code;
      this.method = method;
      this.listener = listener;
    }
  }

  /**
   * What waits for one compiler. As many threads as it may be given at a time have it compile one after the other; HotSpot answers
   * when that is done, see {@link #DIRECTIVES}.
   */
  private final class Lane {
    private final int level;
    private final ToLongFunction<RegionCode> demand;
    private final List<Entry> waiting = new ArrayList<>();

    Lane(int level, ToLongFunction<RegionCode> demand) {
      this.level = level;
      this.demand = demand;
    }

    void run() {
      try {
        for (Entry next = take(); next != null; next = take()) {
          compile(next);
          collect(next);
        }
      } catch (InterruptedException e) {
        // The machine is closed.
      }
    }

    synchronized void add(Entry entry) {
      waiting.add(entry);
      notify();
    }

    /** What is wanted most, once there is something; null at the end. */
    private synchronized @Nullable Entry take() throws InterruptedException {
      while (!closed) {
        waiting.removeIf(entry -> entry.code.isRetired());
        Entry next = waiting.stream().max(Comparator.comparingLong(entry -> demand.applyAsLong(entry.code))).orElse(null);
        if (next != null) {
          waiting.remove(next);
          return next;
        }
        wait();
      }
      return null;
    }

    private void compile(Entry entry) throws InterruptedException {
      long since = System.nanoTime();
      if (!has(entry, level)) {
        hotSpot.enqueueMethodForCompilation0(entry.method, level, -1);
      }
      while (hotSpot.isMethodQueuedForCompilation0(entry.method) && !has(entry, level)
          && (level != C1 || System.nanoTime() - since < PATIENCE_NANOS)) {
        Thread.sleep(PERIOD_MILLIS);
      }
    }

    /** Tells that HotSpot is done. */
    private void collect(Entry entry) {
      boolean there = has(entry, level);
      counters.countShared(level == C1 ? there ? Counter.COMPILED_C1 : Counter.LOST_C1
          : there ? Counter.COMPILED_C2 : Counter.LOST_C2);
      synchronized (CompileWatch.this) {
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

  private final WhiteBox hotSpot;
  private final Counters counters;
  private final Lane drafts = new Lane(C1, RegionCode::demand);
  private final Lane optimised = new Lane(C2, RegionCode::heat);
  /** Units on trial. */
  private final Map<RegionCode, Entry> known = new HashMap<>();
  /** Units that run as C2's code. */
  private final List<Entry> ready = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private CompileWatch(WhiteBox hotSpot, Counters counters) {
    this.hotSpot = hotSpot;
    this.counters = counters;
  }

  /**
   * Starts watching, or answers null if this JVM does not let itself be told what to compile.
   *
   * @param atOnce methods that each compiler is given at a time: more would only make the order of their coming count
   */
  static @Nullable CompileWatch start(Counters counters, int atOnce) {
    try {
      WhiteBox hotSpot = WhiteBox.get();
      if (!directed.getAndSet(true)) {
        hotSpot.addCompilerDirective(DIRECTIVES);
      }
      CompileWatch watch = new CompileWatch(hotSpot, counters);
      watch.begin("hagen-compile-watch", watch::watch);
      for (int i = 0; i < atOnce; i++) {
        watch.begin("hagen-c1-" + i, watch.drafts::run);
        watch.begin("hagen-c2-" + i, watch.optimised::run);
      }
      return watch;
    } catch (LinkageError e) {
      return null;
    }
  }

  /** Lets C2's threads that there are stand back; where that cannot be done, nothing happens. */
  static void standBack() {
    NativeThreads.standBack(OPTIMISER, OPTIMISER_NICENESS);
  }

  private void begin(String name, Runnable task) {
    threads.add(Thread.ofPlatform().daemon().name(name).start(task));
  }

  /**
   * Has C1 compile a draft.
   *
   * @param ready runs on a thread of the watch's once the code is there
   * @return false if the unit cannot be watched
   */
  boolean draft(RegionCode code, Unit unit, Runnable ready) {
    Method method = method(unit);
    if (method != null) {
      drafts.add(new Entry(code, method, there -> ready.run()));
    }
    return method != null;
  }

  /**
   * Makes HotSpot keep a profile of a unit that is to be tried and compiled.
   *
   * @param listener hears on a thread of the watch's that C2's code is there, or has gone
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
      optimised.add(entry);
    }
  }

  private boolean has(Entry entry, int level) {
    return hotSpot.getMethodCompilationLevel0(entry.method, false) == level;
  }

  private void watch() {
    // Whoever has called this before could not know of threads that have come since.
    standBack();
    try {
      while (lookAtReady()) {
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      // The machine is closed.
    }
  }

  /** Units whose code HotSpot has thrown away since a way was taken that it did not expect are compiled again; false at the end. */
  private synchronized boolean lookAtReady() {
    known.keySet().removeIf(RegionCode::isRetired);
    for (Iterator<Entry> entries = ready.iterator(); entries.hasNext();) {
      Entry entry = entries.next();
      if (entry.code.isRetired()) {
        entries.remove();
      } else if (!has(entry, C2)) {
        entries.remove();
        counters.countShared(Counter.LOST_C2);
        optimised.add(entry);
        entry.listener.accept(false);
      }
    }
    return !closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
