package dev.hagen.profile;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Pending;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.RegionCode;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.vmm.Activity;
import dev.hagen.vmm.VirtualCpu;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then what a virtual processor does.
 *
 * <p>A thread of its own asks at irregular intervals; the processor answers as it answers a device: the interpreter at the end of
 * the block, a unit at its next back edge or call. So a unit carries nothing for the sake of profiles, and a sample lies up to a
 * loop's turn behind the moment when it was asked for. A processor that sleeps is not woken. Devices and the translator are not
 * looked after at a sample: to harvest the marks of some hundred units takes 50 to 90 microseconds, more than the sample itself.
 *
 * <p>A sample stands for the time since the one before, and for the instructions that have retired since.
 */
public final class Sampler implements AutoCloseable {
  private static final double NANOS = 1e9;
  /** So many periods more than the processor's thread has worked count at most. */
  private static final long LONGEST_STALL = 4;

  private final VirtualCpu processor;
  private final CpuState cpu;
  private final Interpreter interpreter;
  private final Profile profile;
  private final long period;
  private final StackScan stack;
  private final Thread thread;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private volatile boolean closed;
  /** The thread that runs the processor, once that is known. */
  private volatile @Nullable Thread owner;
  /** Nanoseconds of the host's processors that the owner had used at the last sample. */
  private long processorTime;
  /** Nanoseconds that the sample stands for that is asked for; 0 if none is. Written last by who asks. */
  private volatile long wanted;
  private Activity activity = Activity.MACHINE;
  /** Instructions that had retired at the last sample. */
  private long counted;
  private long interpreted;
  private long leaves;

  /**
   * Starts looking.
   *
   * @param rate times a second
   */
  public Sampler(VirtualCpu processor, CpuState cpu, Interpreter interpreter, Profile profile, double rate) {
    this.processor = processor;
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.profile = profile;
    this.period = (long) (NANOS / rate);
    this.stack = new StackScan(cpu);
    this.thread = Thread.ofPlatform().daemon().name("hagen-sampler").unstarted(this::ask);
    thread.start();
  }

  /** What has been seen. */
  public Profile profile() {
    return profile;
  }

  private void ask() {
    long last = System.nanoTime();
    try {
      while (!closed) {
        // Half to one and a half periods, so that nothing periodic in the guest is always or never seen.
        long pause = period / 2 + ThreadLocalRandom.current().nextLong(period);
        Thread.sleep(pause / 1_000_000, (int) (pause % 1_000_000));
        long now = System.nanoTime();
        if (processor.isPaused()) {
          last = now;
        } else if (wanted == 0) {
          ask(now - last);
          last = now;
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /**
   * The part of some time that counts. A host that stops the processor's thread, or gives it no processor for long, says nothing
   * about the place where that happens.
   */
  private long worked(long time) {
    long before = processorTime;
    processorTime = owner == null ? 0 : threads.getThreadCpuTime(owner.threadId());
    return owner == null || processorTime < 0 ? time : Math.min(time, processorTime - before + LONGEST_STALL * period);
  }

  private void ask(long time) {
    long worked = worked(time);
    activity = processor.activity();
    if (activity == Activity.SLEEP) {
      profile.add(idle(), time, 0);
      return;
    }
    interpreted = cpu.counters.of(Counter.INSTRUCTIONS_INTERPRETED);
    leaves = leaves();
    wanted = worked;
    processor.post(Pending.SAMPLE);
  }

  /** Where a processor sleeps, which nobody asks: it stays there, unless it wakes just now. */
  private Profile.Place idle() {
    long sleeps = cpu.counters.of(Counter.SLEEPS);
    long rip = Interpreter.linearRip(cpu);
    List<Profile.Call> calls = stack.calls(rip);
    boolean same = processor.activity() == Activity.SLEEP && cpu.counters.of(Counter.SLEEPS) == sleeps;
    return new Profile.Place(same ? rip : 0, CodePage.NONE, Tier.IDLE, null, same ? calls : List.of());
  }

  private long leaves() {
    return cpu.counters.sum(CounterFamily.UNIT_LEAVES);
  }

  /** Takes the sample that is asked for, if one is; on the processor's thread, between two instructions. */
  public void takeIfWanted() {
    long time = wanted;
    if (time == 0) {
      return;
    }
    owner = Thread.currentThread();
    long rip = Interpreter.linearRip(cpu);
    long retired = cpu.retired + cpu.countdown;
    Tier tier = tier();
    UnitKey unit = null;
    if (tier == Tier.UNIT) {
      RegionCode code = code(rip);
      if (code != null) {
        unit = UnitKey.of(code);
        profile.units().seen(unit, code, cpu);
        tier = code.isImproved() ? Tier.OPTIMISED : Tier.DRAFT;
      }
    }
    profile.add(new Profile.Place(rip, LinearView.userPage(cpu, rip), tier, unit, stack.calls(rip)), time, retired - counted);
    counted = retired;
    wanted = 0;
  }

  private @Nullable RegionCode code(long rip) {
    long physical = LinearView.physical(cpu, rip);
    return physical == PhysicalMemory.NO_RAM ? null : interpreter.code(physical);
  }

  /** What has run when the sample was asked for: since then, only the interpreter has counted. */
  private Tier tier() {
    if (activity == Activity.MACHINE) {
      return Tier.MACHINE;
    }
    long since = cpu.counters.of(Counter.INSTRUCTIONS_INTERPRETED) - interpreted;
    // An instruction behind a leave was the unit's, and has ended it before it could answer.
    return since > leaves() - leaves ? Tier.INTERPRETER : Tier.UNIT;
  }

  /** Ends looking; what has been seen stays. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
