package dev.hagen.interpret;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.Pending;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.semantics.DebugRegisters;
import dev.hagen.semantics.LazyFlags;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Executes guest instructions one after the other: the tier that runs everything and is always right.
 *
 * <p>It works on decoded blocks. A guest exception leaves {@link #run} with RIP at the faulting instruction and all
 * instructions before it retired.
 */
public final class Interpreter {
  /** How a unit gives control back, by {@link Unit}'s results; one that need not be interpreted at once is an event. */
  private static final Counter[] LEAVES =
      {Counter.LEAVE_RETURN, Counter.LEAVE_END, Counter.LEAVE_EVENT, Counter.LEAVE_EVENT, Counter.LEAVE_EVENT};

  private final CpuState cpu;
  private final Binder binder;
  private final BlockDecoder decoder;
  private final BlockCache cache;
  /** Calls of units nested in each other, which is frames on Java's stack. */
  private final int deepest;
  /** How often a unit is entered on trial, how long it runs each time, and how long in all. */
  private final int trialEntries;
  private final int trialInstructions;
  private final int trialTotal;
  /** How often a better unit may be made of a region. */
  private final int improvements;
  private HotCodeListener hot = HotCodeListener.NONE;
  private int mostMisses = Integer.MAX_VALUE;
  private @Nullable Consumer<GuestException> faults;
  private boolean inTurns;
  private int most = MOST;
  /** The block that was interpreted last, if no unit has run since, and whether it has gone on behind it: a hint at what is next. */
  private @Nullable Block before;
  private boolean wentOn;
  /** Entries of units, and leaves by result, that are to be counted yet: {@link #run} does so when it ends. */
  private long entries;
  private final long[] left = new long[Unit.FAULT];

  /** An interpreter for {@code cpu} with the standard limits. */
  public Interpreter(CpuState cpu, Decoder decoder, SemanticMethods methods) {
    this(cpu, decoder, methods, Tunables.standard());
  }

  /** An interpreter for {@code cpu}, which hears of writes to its code through the machine's memory. */
  public Interpreter(CpuState cpu, Decoder decoder, SemanticMethods methods, Tunables tunables) {
    this.cpu = cpu;
    this.deepest = tunables.get(Tunable.DEPTH);
    this.trialEntries = tunables.get(Tunable.TRIAL_ENTRIES);
    this.trialInstructions = tunables.get(Tunable.TRIAL_INSTRUCTIONS);
    this.trialTotal = tunables.get(Tunable.TRIAL_TOTAL);
    this.improvements = tunables.get(Tunable.IMPROVEMENTS);
    this.binder = new Binder(methods);
    this.decoder = new BlockDecoder(decoder, binder);
    this.cache = new BlockCache(cpu, this.decoder, tunables.get(Tunable.PATIENCE));
    cpu.memory.setCodeListener(cache);
  }

  /** How many instructions {@link #run} counts down at once. */
  private static final int MOST = 1 << 30;
  /** Entries of a trial after which HotSpot would look at the unit by itself. */
  private static final int TRIAL_TURN = 36;
  /** See {@link #record}. */
  public static final int WORST_RECORD = 2;
  /** The record of an instruction for which units have left often. */
  static final int BAD_RECORD = 1;
  /** In a {@linkplain #record record}: the instruction stores into a page that holds code. */
  public static final int CODE_PAGE = 4;
  /** The return address of no call: what {@link #run} runs until. */
  private static final long NOWHERE = 1L << 62 | 1;

  /** The processor that it works for. */
  public CpuState cpu() {
    return cpu;
  }

  /** Reports blocks that have been entered {@code times} times. */
  public void setHotCodeListener(HotCodeListener listener, int times) {
    hot = listener;
    cache.setListener(listener, times);
  }

  /** Gives instructions that units leave for so many times a worse record, and tells the listener. */
  public void setMostMisses(int times) {
    mostMisses = times;
  }

  /** Who delivers faults while guest code runs, so that {@link #run} goes on with the handler, and behind other transfers. */
  public void setFaultListener(Consumer<GuestException> listener) {
    faults = listener;
  }

  /**
   * From now on {@link #run} comes back after every unit and every event, and a unit has room for {@code room} instructions at
   * most.
   */
  public void setTurns(int room) {
    inTurns = true;
    most = Math.min(room, MOST - CpuState.MARGIN) + CpuState.MARGIN;
  }

  /** The linear address of CS:RIP. */
  public static long linearRip(CpuState cpu) {
    return cpu.is64Bit() ? cpu.rip : cpu.segment[Reg.CS].base + cpu.rip & 0xFFFF_FFFFL;
  }

  /**
   * Runs until an event asks for attention, an instruction has set {@link CpuState#leaveBlock}, or {@code limit}
   * instructions have retired since reset.
   *
   * @param events bits of the pending word that end the run
   * @throws GuestException a fault for the run loop to deliver, if nobody {@linkplain #setFaultListener listens} or it is to
   *     come back after every event
   */
  public void run(int events, long limit) {
    int room = (int) Math.min(limit - cpu.retired, most);
    cpu.leaveBlock = false;
    cpu.transferred = false;
    cpu.want(events);
    cpu.retired += room;
    cpu.countdown = -room;
    try {
      runUntil(NOWHERE, 0, deepest);
    } finally {
      countUnits();
      LazyFlags.sync(cpu);
      cpu.retired += cpu.countdown;
      cpu.countdown = 0;
      cpu.counters.set(Counter.INSTRUCTIONS_IN_UNITS, cpu.retired - cpu.counters.of(Counter.INSTRUCTIONS_INTERPRETED));
    }
  }

  private void countUnits() {
    cpu.counters.add(Counter.UNITS_ENTERED, entries);
    entries = 0;
    for (int result = 0; result < left.length; result++) {
      cpu.counters.add(LEAVES[result], left[result]);
      left[result] = 0;
    }
  }

  /**
   * Runs until RIP is {@code expected} with the stack pointer above {@code stack}, or until {@link #run} must end.
   *
   * @return whether the former
   */
  private boolean runUntil(long expected, long stack, int depth) {
    CpuState cpu = this.cpu;
    boolean ends = false;
    do {
      try {
        ends = runNext(cpu, depth) && inTurns;
      } catch (GuestException e) {
        raise(e);
      }
    } while (!ends && !(expected == NOWHERE ? mustStop(cpu) : mustUnwind(cpu)) && !isBack(cpu, expected, stack));
    return isBack(cpu, expected, stack);
  }

  /** Runs what is at CS:RIP; answers whether that was a unit. */
  private boolean runNext(CpuState cpu, int depth) {
    long linear = linearRip(cpu);
    Block last = before;
    Block block = last == null ? cache.at(cpu, linear) : cache.behind(last, wentOn, cpu, linear);
    RegionCode code = block.code;
    if (code != null && cpu.countdown < -CpuState.MARGIN) {
      Unit unit = code.enter(cpu, linear - block.entryDistance);
      if (unit != null) {
        before = null;
        if (code.isOnTrial()) {
          tryOut(code, block.entry, depth);
        } else {
          runUnit(unit, cpu, block.entry, depth);
        }
        return true;
      }
    } else if (++block.heat == block.limit) {
      hot.hot(linear);
    }
    LazyFlags.sync(cpu);
    before = null;
    runBlocks(block);
    if (cpu.interruptShadow && cpu.leaveBlock && faults != null && !inTurns) {
      windowIsQuiet();
    }
    return false;
  }

  private void runUnit(Unit unit, CpuState cpu, int entry, int depth) {
    entries++;
    int result = unit.run(cpu, entry, depth);
    if (Unit.isFault(result)) {
      unit.countLeave();
      raiseFound(result);
    } else if (Unit.isForInterpreter(result) && !cpu.leaveBlock && cpu.countdown < 0) {
      unit.countLeave();
      interpretOne(result);
    } else {
      left[result]++;
    }
  }

  /** Has a fault delivered; what runs next is its handler. */
  private void raise(GuestException fault) {
    if (faults == null || inTurns) {
      throw fault;
    }
    LazyFlags.sync(cpu);
    faults.accept(fault);
  }

  /** Runs the unit that is on trial for a short while. */
  private void tryOut(RegionCode code, int entry, int depth) {
    Unit unit = code.enterTrial();
    if (unit == null) {
      return;
    }
    cpu.counters.count(Counter.UNITS_TRIED);
    int shortened = Math.max(0, -cpu.countdown - CpuState.MARGIN - trialInstructions);
    cpu.countdown += shortened;
    cpu.retired -= shortened;
    int before = cpu.countdown;
    try {
      int result = unit.run(cpu, entry, depth);
      if (Unit.isFault(result)) {
        raiseFound(result);
      } else if (Unit.isForInterpreter(result) && !mustStop(cpu)) {
        interpretOne(result);
      }
    } finally {
      code.spend(cpu.countdown - before);
      cpu.countdown -= shortened;
      cpu.retired += shortened;
    }
    if (!code.isOnTrial()) {
      cache.relink(code);
      hot.tried(code);
    } else if (code.trial() % TRIAL_TURN == 0) {
      hot.onTrial(code);
    }
  }

  /** Interprets a block, and what runs behind it as long as that is known without a look at the TLB. */
  private void runBlocks(Block first) {
    CpuState cpu = this.cpu;
    Block block = first;
    while (true) {
      cpu.counters.count(Counter.BLOCKS_INTERPRETED);
      long base = cpu.rip;
      execute(cpu, block, Math.min(block.size, -cpu.countdown));
      long distance = cpu.rip - base;
      // A branch, which the host guesses: so it fetches what comes next before this block is through.
      boolean away = distance != block.length;
      Block near;
      if (away) {
        block.taken++;
        if (block.targets != null) {
          block.targets.note(distance);
        }
        near = block.nearOther();
      } else {
        near = block.nearNext();
      }
      if (near == null || near.heat + 1 == near.limit || cpu.leaveBlock || cpu.countdown >= 0 || cpu.isAttentionWanted()) {
        before = block;
        wentOn = !away;
        return;
      }
      near.heat++;
      block = near;
    }
  }

  /** See {@link Unit#callIndirect}. */
  int call(int depth) {
    long linear = linearRip(cpu);
    Block block = cache.at(cpu, linear);
    RegionCode code = block.code;
    Unit unit = code == null || code.isOnTrial() ? null : code.enter(cpu, linear - block.entryDistance);
    return unit == null ? Unit.LEFT : unit.run(cpu, block.entry, depth);
  }

  /** See {@link Unit#resume}. */
  boolean resume(int result, long expected, long stack, int depth) {
    if (Unit.isFault(result)) {
      raiseFound(result);
    }
    if (result == Unit.EVENT || depth <= 0 || mustUnwind(cpu)) {
      return false;
    }
    long epoch = cpu.mappingEpoch;
    int context = cpu.context;
    if (Unit.isForInterpreter(result)) {
      interpretOne(result);
    }
    boolean back = !mustUnwind(cpu) && (isBack(cpu, expected, stack) || runUntil(expected, stack, depth - 1));
    return back && !cpu.leaveBlock && !cpu.transferred && cpu.mappingEpoch == epoch && cpu.context == context;
  }

  private static boolean isBack(CpuState cpu, long expected, long stack) {
    return cpu.rip == expected && cpu.gpr[Reg.RSP] - stack > 0;
  }

  private boolean mustStop(CpuState cpu) {
    return cpu.leaveBlock || cpu.countdown >= 0 || cpu.isAttentionWanted() || cpu.transferred && !isSettled(cpu);
  }

  /**
   * Whether calls of units that are under way must all come back. A transfer ends them, too: what runs behind it rarely returns
   * to them, and nested in them it was a fifth slower.
   */
  private boolean mustUnwind(CpuState cpu) {
    return cpu.transferred || mustStop(cpu);
  }

  /** After a transfer: whether the run loop would find nothing to do; then events that could not come before may come now. */
  private boolean isSettled(CpuState cpu) {
    int events = cpu.takenEvents();
    if (faults == null || inTurns || (cpu.pending() & events | cpu.systemFlags & Flags.TF) != 0
        || cpu.interruptShadow || cpu.halted || cpu.debugHits != 0 || DebugRegisters.hasInstructionBreakpoints(cpu)) {
      return false;
    }
    cpu.transferred = false;
    cpu.systemFlags &= ~Flags.RF;
    cpu.wantToo(events);
    return true;
  }

  /** After STI or POPF: whether no event waits for the interrupt window; then its shadow is over. */
  boolean windowIsQuiet() {
    if (cpu.pending() != 0 || cpu.debugShadow || cpu.debugHits != 0 || (cpu.systemFlags & (Flags.TF | Flags.RF)) != 0) {
      return false;
    }
    cpu.leaveBlock = false;
    cpu.interruptShadow = false;
    if ((cpu.systemFlags & Flags.IF) != 0) {
      cpu.wantToo(Pending.INTERRUPT);
    }
    return true;
  }

  /**
   * Runs one instruction.
   *
   * @throws GuestException a fault for the run loop to deliver
   */
  public void step() {
    cpu.leaveBlock = false;
    try {
      execute(cpu, cache.at(cpu, linearRip(cpu)), 1);
    } finally {
      cpu.retired += cpu.countdown;
      cpu.countdown = 0;
    }
  }

  /**
   * Has the fault delivered with which a unit has left. At once whatever else is to be done: it may have come of a task switch,
   * which is not repeated.
   */
  private void raiseFound(int result) {
    GuestException fault = result == Unit.DIVIDE_ERROR ? cpu.raise(Vector.DE) : cpu.raised();
    cpu.counters.count(fault.vector() == Vector.PF ? Counter.LEAVE_PAGE_FAULT : Counter.LEAVE_INSTRUCTION);
    raise(fault);
  }

  /** Runs an instruction that a unit could not, with which result it has left. */
  private void interpretOne(int result) {
    LazyFlags.sync(cpu);
    Block block = cache.at(cpu, linearRip(cpu));
    LeaveRecord leaves = block.leaves();
    if (++leaves.misses >= mostMisses) {
      leaves.misses = 0;
      int bits = leaves.cause == Counter.LEAVE_CODE_PAGE ? CODE_PAGE : 0;
      if (mayAdapt(leaves.cause) && leaves.worsen(result == Unit.INTERPRET_AGAIN, bits)) {
        hot.recordChanged();
      }
    }
    cpu.counters.beginLeave();
    try {
      execute(cpu, block, 1);
    } catch (GuestException e) {
      raise(e);
    } finally {
      leaves.cause = cpu.counters.endLeave();
    }
  }

  /** Whether units may come to do an instruction themselves that they leave for {@code cause}. */
  private boolean mayAdapt(Counter cause) {
    return cause != Counter.LEAVE_TRACED_PAGE || cpu.tracing == null || !cpu.tracing.alwaysExits();
  }

  /** What a unit left for when it last left for the instruction at guest-physical {@code physical}; by that it is counted. */
  public Counter cause(long physical, int context) {
    Block block = cache.decoded(physical, context);
    return block == null ? Counter.LEAVE_INSTRUCTION : block.cause();
  }

  /**
   * What is known of the instruction at guest-physical {@code physical}: 0, or 1 if units have left for it often, or
   * {@link #WORST_RECORD} if they have done so again although they knew; perhaps with {@link #CODE_PAGE}.
   */
  public int record(long physical, int context) {
    Block block = cache.decoded(physical, context);
    return block == null ? 0 : block.record();
  }

  /** Whether a record is {@link #WORST_RECORD}, whatever else is in it. */
  public static boolean isWorst(int record) {
    return (record & WORST_RECORD) != 0;
  }

  /** The first {@code count} instructions of a block. */
  private static void execute(CpuState cpu, Block block, int count) {
    long base = cpu.rip;
    try {
      if (count == block.size) {
        runSteps(cpu, block.first, count);
      } else {
        runFirstSteps(cpu, block.first, count);
      }
    } catch (GuestException e) {
      cpu.rip = base + block.start(cpu.retiredInBlock);
      throw e;
    } finally {
      int done = cpu.retiredInBlock;
      cpu.retiredInBlock = 0;
      cpu.countdown += done;
      cpu.counters.add(Counter.INSTRUCTIONS_INTERPRETED, done);
    }
  }

  /**
   * Runs all steps of a block, which are {@code count} instructions, and counts in {@link CpuState#retiredInBlock}. A method of its
   * own: in a larger one HotSpot would have more to save and restore around every step.
   */
  private static void runSteps(CpuState cpu, Step first, int count) {
    long base = cpu.rip;
    Step step = first;
    while (cpu.retiredInBlock < count) {
      Step next = step.next;
      cpu.rip = base + step.end;
      step.run(cpu);
      cpu.retiredInBlock++;
      if (cpu.leaveBlock) {
        break;
      }
      step = next;
    }
  }

  /** Likewise {@code count} instructions, which are not all. */
  private static void runFirstSteps(CpuState cpu, Step first, int count) {
    long base = cpu.rip;
    Step step = first;
    while (cpu.retiredInBlock < count) {
      Step next = step.next;
      cpu.rip = base + step.end;
      step.runFirst(cpu, count - cpu.retiredInBlock);
      cpu.retiredInBlock++;
      if (cpu.leaveBlock) {
        break;
      }
      step = next;
    }
  }

  /** The instruction at CS:RIP, or null if it cannot be fetched; for logs and debuggers. */
  public @Nullable Instruction peek() {
    return decoder.peek(cpu);
  }

  /** What the interpreter knows of the block that begins at guest-physical {@code physical}. */
  public BlockProfile profile(long physical) {
    Block block = cache.decoded(physical, cpu.context);
    return block == null ? BlockProfile.NEVER_RUN : block.profile();
  }

  /** The region whose unit is entered at guest-physical {@code physical}, or null. */
  public @Nullable RegionCode code(long physical) {
    Block block = cache.decoded(physical, cpu.context);
    return block == null ? null : block.code;
  }

  /**
   * Decodes the block at {@code linear} and pretends that it has run and gone either way; for listings of code that does
   * not run. Answers the block's length.
   */
  public int pretend(long linear) {
    Block block = cache.at(cpu, linear);
    block.heat = 2;
    block.taken = 1;
    return block.length;
  }

  /** Binds instructions of this processor to steps. */
  public Step bind(Instruction instruction, int context) {
    return binder.bind(instruction, context);
  }

  /** The link to the code at guest-physical {@code physical} under execution context {@code context}. */
  public Link link(long physical, int context) {
    return cache.link(physical, context);
  }

  /**
   * Attaches a region to the block at {@code linear}: it is retired when its code is written.
   *
   * @param blocks distances of the region's blocks from the head: none is reported as hot until the region has its unit or
   *     is {@linkplain #giveUp given up}, and it takes long after that
   * @return null if there is no such block
   */
  public @Nullable RegionCode attach(long linear, List<RegionCode.Page> pages, List<Long> blocks) {
    Block head = cache.at(cpu, linear);
    if (head.secondPage != Block.ONE_PAGE || head.code != null && head.code.head() == head) {
      return null;
    }
    RegionCode region = new RegionCode(head, linear, pages, blocks, improvements);
    cache.add(region);
    return region;
  }

  /** Says that a region will have no unit. */
  public void giveUp(RegionCode region) {
    if (!region.isRetired()) {
      cache.release(region);
    }
  }

  /**
   * Lets a unit run instead of the blocks of its region, unless their code has changed since.
   *
   * @param entries distances from the head of the blocks where the unit may be entered, the head first
   */
  public void publish(RegionCode region, Unit unit, List<Long> entries) {
    if (!region.isRetired()) {
      region.setUnit(unit, entries);
      cache.publish(region);
    }
  }

  /**
   * Gives a region a better unit, with the same entries as the one before it.
   *
   * @param tried whether it runs for a short while only, until HotSpot knows its ways, and then waits for {@link #prefer}
   */
  public void improve(RegionCode region, Unit better, boolean tried) {
    if (!region.isRetired()) {
      region.improve(better);
      if (tried) {
        region.startTrial(trialEntries, trialTotal);
      } else {
        region.prefer(true);
      }
      cache.relink(region);
    }
  }

  /** Lets the unit that has been tried run, or the one before it again. */
  public void prefer(RegionCode region, boolean better) {
    if (!region.isRetired()) {
      region.prefer(better);
      cache.relink(region);
    }
  }

  /** Takes a region's unit away for want of room: the interpreter goes on with blocks, and they may become hot again. */
  public void evict(RegionCode region) {
    cache.evict(region);
  }

  /** Whether {@code unit} is what runs where {@code region} begins. */
  public boolean runs(RegionCode region, Unit unit) {
    return region.draft() == unit && cache.isEntry(region);
  }

  /** Shows every region whose unit may run; slow, for tests. */
  public void forEachPublished(Consumer<RegionCode> action) {
    cache.forEachPublished(action);
  }

  /**
   * Checks the invariants of the cache of decoded and translated code; slow, for tests.
   *
   * @throws AssertionError if one does not hold
   */
  public void assertConsistent() {
    cache.assertConsistent();
  }

  /** Forgets all decoded blocks. */
  public void flush() {
    cache.flush();
  }
}
