package dev.hagen.cache;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Decoder;
import dev.hagen.emit.EmissionListener;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.HotCodeListener;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.RegionCode;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.RegionBuilder;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Translates hot code: forms the region on the processor's thread, emits and defines its class on a thread of its own,
 * and publishes the unit on the processor's thread again.
 */
public final class Translator implements HotCodeListener, AutoCloseable {
  /** Something to be done on the processor's thread. */
  private interface Finished {
    void publish();
  }

  private final CpuState cpu;
  private final Interpreter interpreter;
  private final UnitFactory factory;
  private final RegionBuilder regions;
  private final TranslationCache cache;
  private final Tunables tunables;
  private final Runnable wake;
  private final ConcurrentLinkedQueue<Finished> finished = new ConcurrentLinkedQueue<>();
  private final ExecutorService worker;
  private final @Nullable CompileWatch watch;
  private final @Nullable HarvestTimer timer;
  private final UnitClasses classes;
  private UnaryOperator<Unit> finish = UnaryOperator.identity();
  private volatile TranslationListener listener = TranslationListener.NONE;
  private final boolean tiers;
  /** Instructions between two harvests of the marks that entered units leave; some milliseconds. */
  private final long period;
  /** With so many units more it is done once in a period more: it looks at each. */
  private final int unitsPerPeriod;
  private long nextHarvest;
  /** How often a record has changed. */
  private int records;

  /**
   * A translator for one processor.
   *
   * @param tunables the limits of regions, and where translation takes place
   * @param limits of the units that stay
   * @param wake asks the processor's thread to call {@link #publish}
   */
  public Translator(CpuState cpu, Interpreter interpreter, Decoder decoder, Tunables tunables, CacheLimits limits,
      Runnable wake) {
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.cache = new TranslationCache(interpreter, limits, cpu.counters);
    this.tunables = tunables;
    this.regions = new RegionBuilder(cpu, interpreter, decoder, tunables);
    this.factory = new UnitFactory(interpreter, tunables);
    this.classes = new UnitClasses(cpu.counters);
    this.wake = wake;
    this.tiers = tunables.isOn(Tunable.TIERS);
    long harvest = tunables.get(Tunable.HARVEST);
    this.period = tiers ? Math.min(harvest, 1L + tunables.get(Tunable.PROMOTION)) : harvest;
    this.unitsPerPeriod = tunables.get(Tunable.HARVEST_UNITS);
    this.nextHarvest = period;
    if (tunables.isOn(Tunable.ADAPTIVE)) {
      interpreter.setMostMisses(tunables.get(Tunable.MISSES));
    }
    this.watch = tunables.isOn(Tunable.BACKGROUND) && tiers
        ? CompileWatch.start(cpu.counters, tunables.get(Tunable.COMPILES)) : null;
    this.timer = tunables.isOn(Tunable.BACKGROUND) ? new HarvestTimer(cpu, wake) : null;
    this.worker = Executors.newSingleThreadExecutor(
        task -> Thread.ofPlatform().daemon().name("hagen-translator").unstarted(task));
  }

  /** Lets HotSpot's optimiser stand back already: a start, too, is faster if it does. Any thread may ask for that, at any time. */
  public static void prepare() {
    CompileWatch.standBack();
  }

  /** Looks which units have been entered, so that counters and listeners are complete; on the processor's thread. */
  public void takeStock() {
    cache.harvest((code, region) -> {});
  }

  /** Puts something around every unit, or in its place, before it is published: for tests that need a wrong one. */
  public void setFinish(UnaryOperator<Unit> operator) {
    finish = operator;
  }

  /** Hears what becomes of units; set before the processor runs. */
  public void setListener(TranslationListener newListener) {
    listener = newListener;
    cache.setListener(newListener);
  }

  /** Hears of every class that is emitted, on the thread that emits it; null: nobody. */
  public void setEmissionListener(@Nullable EmissionListener listener) {
    factory.setListener(listener);
  }

  /** Has units count how often they are entered and what they retire; set before the processor runs. */
  public void countRuns() {
    factory.countRuns();
  }

  /** Hears of what the translation cache's policy hears of. */
  public void setLookupListener(LookupListener listener) {
    cache.setListener(listener);
  }

  @Override
  public void hot(long linear) {
    int context = cpu.context;
    boolean flat32 = ExecutionContext.codeSize(context) == 4 && ExecutionContext.stackSize(context) == 4
        && ExecutionContext.isFlat(context);
    long start = System.nanoTime();
    Region region = ExecutionContext.codeSize(context) == 8 || flat32 ? regions.build(linear) : null;
    long forming = System.nanoTime() - start;
    RegionCode code = region == null ? null
        : interpreter.attach(linear, region.pages(), region.blocks().stream().map(RegionBlock::start).toList());
    if (region == null || code == null) {
      cpu.counters.count(Counter.REGIONS_REFUSED);
      return;
    }
    cpu.counters.count(Counter.REGIONS_FORMED);
    if (tunables.isOn(Tunable.BACKGROUND)) {
      worker.execute(() -> translate(region, code, forming));
    } else {
      translate(region, code, forming);
      publish();
    }
  }

  private void translate(Region region, RegionCode code, long forming) {
    long start = System.nanoTime();
    Region part = region;
    while (!code.isRetired()) {
      UnitFactory.Made made = make(part, code, tiers, Counter.UNITS_TRANSLATED);
      if (made != null) {
        UnitFactory.Made whole = made.with(finish);
        long nanos = forming + System.nanoTime() - start;
        if (watch == null || !watch.draft(code, made.unit(), () -> soon(() -> cache.publish(code, whole, nanos)))) {
          soon(() -> cache.publish(code, whole, nanos));
        }
        return;
      }
      if (part.blocks().size() <= 1) {
        soon(() -> giveUp(code));
        return;
      }
      cpu.counters.countShared(Counter.REGIONS_SPLIT);
      part = part.first(part.blocks().size() / 2);
    }
  }

  private UnitFactory.@Nullable Made make(Region region, RegionCode code, boolean draft, Counter reason) {
    TranslationListener.Translation translation = listener.begin(code, reason);
    UnitFactory.Made made = factory.make(region, draft);
    if (made != null) {
      classes.defined(made.unit().getClass(), region.linear());
      translation.end(made);
    }
    return made;
  }

  private void giveUp(RegionCode code) {
    cpu.counters.count(Counter.REGIONS_GIVEN_UP);
    interpreter.giveUp(code);
  }

  /** Has something done on the processor's thread. */
  private void soon(Finished task) {
    finished.add(task);
    wake.run();
  }

  @Override
  public void recordChanged() {
    records++;
  }

  @Override
  public void retired(RegionCode code, Counter cause) {
    cpu.counters.count(cause);
    listener.retired(code, cause);
  }

  /** Looks after a unit: has a better one made in place of a draft that has run for long, or of one that is left often. */
  private void lookAfter(RegionCode code, Region region) {
    if (code.takePromotion(tunables.get(Tunable.PROMOTION)) || isLeftOften(code, region) && code.takePromotion(0)) {
      startImproving(code, region.withRecords(interpreter, code), Counter.UNITS_PROMOTED);
    } else if (code.takeAnew()) {
      startImproving(code, region.withRecords(interpreter, code), Counter.UNITS_CHANGING_PAGES);
    } else if (code.takeRecords(records)) {
      Region now = region.withRecords(interpreter, code);
      if (!now.records().equals(region.records()) && code.takeImprovement()) {
        reportRetranslation(code, region, now);
        startImproving(code, now, Counter.UNITS_ADAPTED);
      }
    }
  }

  /** Whether a draft has an instruction for which units have come to be left often: then it is not left to its own heat. */
  private boolean isLeftOften(RegionCode code, Region region) {
    return code.takeRecordsOfDraft(records, tunables.get(Tunable.MISSES))
        && !region.withRecords(interpreter, code).records().equals(region.records());
  }

  /** Counts and tells which instruction a unit is made anew for: of several the first. */
  private void reportRetranslation(RegionCode code, Region before, Region now) {
    long guilty = now.records().keySet().stream().filter(at -> now.record(at) != before.record(at)).min(Long::compare).orElse(0L);
    Counter cause = interpreter.cause(code.physical(guilty), now.context());
    cpu.counters.count(Counter.retranslation(cause));
    listener.retranslated(code, now.linear() + guilty, cause);
  }

  private void startImproving(RegionCode code, Region region, Counter reason) {
    if (tunables.isOn(Tunable.BACKGROUND)) {
      worker.execute(() -> improve(code, region, reason));
    } else {
      improve(code, region, reason);
    }
  }

  private void improve(RegionCode code, Region region, Counter reason) {
    if (code.isRetired()) {
      return;
    }
    long start = System.nanoTime();
    UnitFactory.Made made = make(region, code, false, reason);
    if (made == null) {
      cpu.counters.countShared(Counter.UNITS_TOO_LARGE);
    } else {
      long nanos = System.nanoTime() - start;
      UnitFactory.Made whole = made.with(finish);
      boolean tried = watch != null
          && watch.prepare(code, made.unit(), ready -> soon(() -> interpreter.prefer(code, ready)));
      soon(() -> cache.improve(code, whole, tried, nanos, reason));
    }
  }

  @Override
  public void onTrial(RegionCode code) {
    if (watch != null) {
      watch.goOn(code);
    }
  }

  @Override
  public void tried(RegionCode code) {
    if (watch != null && code.passesTrial(tunables.get(Tunable.PAGE_CHANGES))) {
      watch.compile(code);
    }
  }

  /** Publishes the units that are finished; on the processor's thread. */
  public void publish() {
    if (timer != null) {
      timer.note();
    }
    long retired = cpu.retired + cpu.countdown;
    if (retired >= nextHarvest) {
      nextHarvest = retired + period * (1 + cache.size() / unitsPerPeriod);
      cache.harvest(this::lookAfter);
      classes.takeUnloaded(listener::classUnloaded);
    }
    for (Finished next = finished.poll(); next != null; next = finished.poll()) {
      next.publish();
    }
  }

  /**
   * Checks the invariants of the translation cache; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  public void assertConsistent() {
    cache.assertConsistent();
  }

  @Override
  public void close() {
    worker.shutdownNow();
    if (watch != null) {
      watch.close();
    }
    if (timer != null) {
      timer.close();
    }
  }
}
