package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.Unit;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import dev.hagen.util.HotSpot;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/**
 * Emits the class of one region.
 *
 * <p>The method begins with its entries. The blocks follow, then the ways out.
 */
public final class UnitEmitter {
  private final Region region;
  private final Tunables tunables;
  private final boolean draft;
  /** For blocks where loops begin that have only registers for their flags, where the flags come from. */
  private final Map<Long, FlagSource> loops;
  private final int codeSize;
  private final UnitClass unitClass;
  private final Code code;
  private final FlagEmitter flags;
  private final XmmRegisters xmm;
  private final NormalHalves normal;
  private final Registers registers;
  private final LoopPlan innermost;
  private final RegisterPlan plan;
  private final X87Pointers pointers;
  private final Exits exits;
  private final EntryEmitter entry;
  private final PagePlan pages;
  private final MemoryEmitter memory;
  private final InstructionEmitter instructions;
  private final XmmEmitter vectors;
  private final X87Plan x87Plan;
  private final X87Stack x87Stack;
  private final @Nullable X87Emitter x87;
  private final StepEmitter steps;
  private final FlowEmitter flow;
  private final BranchEmitter branches;
  private final Map<Long, Label> labels = new HashMap<>();
  private final Map<Long, Integer> predecessors = new HashMap<>();
  private final Set<Long> emitted = new HashSet<>();
  /** The flags at the ends of loops, by where these begin. */
  private final Map<Long, List<FlagEmitter.State>> ends = new HashMap<>();
  /** Where ways from one block to another load what the first leaves in the state. */
  private final Map<Way, Label> landings = new HashMap<>();
  private boolean hasLines;
  /** The flags at the start of blocks that have one predecessor, which is emitted. */
  private final Map<Long, FlagEmitter.State> atEntry = new HashMap<>();
  private final List<Long> entries;
  /** Whether SSE instructions have bytecode of their own. */
  private final boolean hasVectors;

  // Where emission is: the instruction, its distance from the head, and how many of its block came before it uncounted.
  private Instruction instruction;
  private long at;
  private int before;
  private @Nullable Label miss;
  private @Nullable Label noPlace;
  private RegionBlock current;
  private int index;
  /** How many instructions of the region lie before the current block. */
  private int line;
  private boolean onDetour;
  /** Whether there may be detours: not if the method would be too large with them. */
  private final boolean detours;
  private boolean hasDetours;

  /** An emitter for one region, with the limits that tunables set. */
  public UnitEmitter(Region region, Tunables tunables) {
    this(region, tunables, false);
  }

  /**
   * The same for a draft.
   *
   * @param draft whether HotSpot's C1 is to compile it, and it counts what it retires ({@link Unit#takeHeat})
   */
  UnitEmitter(Region region, Tunables tunables, boolean draft) {
    this(region, tunables, draft, Map.of(), true);
  }

  private UnitEmitter(Region region, Tunables tunables, boolean draft, Map<Long, FlagSource> loops, boolean detours) {
    this.region = region;
    this.tunables = tunables;
    this.draft = draft;
    this.loops = loops;
    this.detours = detours;
    this.codeSize = ExecutionContext.codeSize(region.context());
    this.current = region.blocks().getFirst();
    this.instruction = current.instructions().getFirst();
    boolean intrinsics = tunables.isOn(Tunable.INTRINSICS);
    this.hasVectors = intrinsics && (region.context() & ExecutionContext.SSE_BLOCKED) == 0;
    boolean hasX87 = intrinsics && (region.context() & ExecutionContext.X87_BLOCKED) == 0;
    this.x87Plan = new X87Plan(region, codeSize, hasX87 && !draft);
    this.innermost = new LoopPlan(region, tunables);
    this.plan = new RegisterPlan(region, codeSize, intrinsics, hasVectors, hasX87, x87Plan, innermost);
    this.entries = EntryEmitter.startsOf(region, tunables.get(Tunable.ENTRIES));
    boolean hasConstants = !draft && !innermost.isEmpty();
    this.unitClass = new UnitClass(hasConstants);
    MethodVisitor method = unitClass.method();
    this.code = draft ? new DraftCode(method, codeSize) : hasConstants ? new ConstantCode(method) : new Code(method);
    this.flags = new FlagEmitter(code, codeSize);
    code.setWriteListener(flags::registerChanges);
    this.xmm = new XmmRegisters(code, XmmUse.of(region, hasVectors, draft));
    this.normal = new NormalHalves(region, entries);
    this.registers = new Registers(code, xmm, codeSize);
    this.pointers = new X87Pointers(code, codeSize);
    this.x87Stack = new X87Stack(code, x87Plan);
    this.exits = new Exits(code, flags, registers, pointers, x87Stack, codeSize);
    this.pages = draft ? PagePlan.none() : new PagePlan(region, innermost);
    this.memory = new MemoryEmitter(this, code, pages, codeSize);
    this.instructions = new InstructionEmitter(this, code, flags, memory, codeSize, intrinsics);
    this.vectors = new XmmEmitter(this, code, flags, memory, instructions.operands(), registers, xmm, normal);
    this.entry = new EntryEmitter(this, region, code, flags, xmm, registers, x87Stack, x87Plan, plan, memory, entries,
        codeSize);
    this.x87 = hasX87 ? new X87Emitter(this, code, flags, memory, pointers, registers, x87Stack) : null;
    this.steps = new StepEmitter(this, code, flags, registers, x87Stack, region.context());
    this.flow = new FlowEmitter(this, code, flags, registers, x87Stack, instructions, codeSize, region.links());
    this.branches = new BranchEmitter(code, flags, registers, instructions.operands());
  }

  /** Makes line numbers tell which instruction bytecode comes from: the first of the region is 1. */
  public UnitEmitter withLines() {
    hasLines = true;
    code.setLines();
    return this;
  }

  /** Makes the unit count how often it is entered ({@link Unit#takeRuns}) and what it retires. */
  UnitEmitter withCounts() {
    code.setCounting();
    return this;
  }

  /**
   * An emitted class.
   *
   * @param interpreted the instructions that it hands to the interpreter, in the order of their numbers
   * @param links what its constructor takes
   * @param entries distances from the head of the blocks where it may be entered, in the order of their numbers
   * @param methodSize bytes of bytecode
   */
  public record Emitted(byte[] bytes, List<Instruction> interpreted, List<Link> links, List<Long> entries,
      int methodSize) {}

  /** Emits everything; null if the method is larger than HotSpot compiles. */
  public @Nullable Emitted emit() {
    Emitted first = emitOnce();
    if (first == null) {
      return hasDetours ? again(loops, false).emit() : null;
    }
    Map<Long, FlagSource> found = flagSources();
    return found.isEmpty() ? first : again(found, detours).emitOnce();
  }

  private UnitEmitter again(Map<Long, FlagSource> found, boolean withDetours) {
    UnitEmitter again = new UnitEmitter(region, tunables, draft, found, withDetours);
    if (hasLines) {
      again.withLines();
    }
    if (code.countsEntries()) {
      again.withCounts();
    }
    return again;
  }

  /** The loops at whose ends the flags come from the same registers. */
  private Map<Long, FlagSource> flagSources() {
    Map<Long, FlagSource> found = new HashMap<>();
    ends.forEach((start, states) -> {
      FlagSource source = FlagEmitter.commonSource(states);
      if (source != null && plan.flagsMatterAt(start) && (source.registers() & ~plan.liveAt(start)) == 0) {
        found.put(start, source);
      }
    });
    return found;
  }

  private @Nullable Emitted emitOnce() {
    for (RegionBlock block : region.blocks()) {
      labels.put(block.start(), new Label());
    }
    countPredecessors();
    entry.emit(region.blocks().getFirst().start());
    region.blocks().forEach(this::emitBlock);
    code.startLine(line + 1);
    flags.restore(FlagEmitter.State.NOTHING_KNOWN);
    memory.forgetConfined();
    exits.emit();
    Label end = new Label();
    code.label(end);
    code.visitor().visitMaxs(0, 0);
    code.visitor().visitEnd();
    if (end.getOffset() > (draft ? HotSpot.LARGEST_DRAFT : HotSpot.LARGEST_METHOD)) {
      // ASM would take long for such a method, or give up.
      return null;
    }
    return new Emitted(unitClass.finish(flow.links().size()), steps.instructions(), flow.links(), entries, end.getOffset());
  }

  private void countPredecessors() {
    entries.forEach(entry -> predecessors.merge(entry, 2, Integer::sum));
    for (RegionBlock block : region.blocks()) {
      block.terminal().successors().forEach(successor -> predecessors.merge(successor, 1, Integer::sum));
    }
  }

  /** Takes all but the count from the state, after something that may have changed any of it. */
  void reload(long live) {
    reloadMapping();
    registers.setDirty(0);
    registers.load(live);
  }

  /** Takes from the state what depends on the mapping, after something that may have changed it. */
  void reloadMapping() {
    entry.loadMapping();
    memory.forgetPages();
  }

  /** Takes the bases of FS and GS from the state. */
  void reloadSegmentBases() {
    entry.loadSegmentBases();
  }

  /** Goes on at the place that a call returns to; nothing is in locals but the count. */
  void goOnBehindCall(long next) {
    registers.setDirty(0);
    if (!contains(next)) {
      exits.leaveNow(0, next, Unit.LEFT);
      return;
    }
    Label out = exits.exit(0, next, Unit.EVENT);
    code.iload(Locals.COUNT);
    code.constant(-CpuState.MARGIN);
    code.jump(org.objectweb.asm.Opcodes.IF_ICMPGE, out);
    x87Stack.load(x87Plan.depthAt(next));
    reload(plan.liveAt(next));
    goTo(next);
  }

  // Blocks.

  private void emitBlock(RegionBlock block) {
    startBlock(block);
    int rounds = draft ? 1 : innermost.roundsTogether(block);
    List<RoundWindow> windows = rounds == 1 ? List.of() : RoundWindow.of(region, block, rounds, plan, pages, codeSize,
        tunables.get(Tunable.WINDOW));
    Position head = position();
    Label alone = new Label();
    memory.rounds().begin(windows, alone);
    emitTogether(block, rounds);
    if (!windows.isEmpty()) {
      // A round where each access looks for its page, and remembers it.
      code.label(alone);
      goBackTo(head);
      emitInstructions(block);
      emitTerminal(block);
    }
    line += block.instructions().size();
  }

  private void startBlock(RegionBlock block) {
    long start = block.start();
    code.label(label(start));
    emitted.add(start);
    registers.setDirty(plan.dirtyAt(start));
    FlagSource loop = loops.get(start);
    if (loop != null) {
      flags.beginLoop(loop);
    } else {
      flags.restore(predecessors.getOrDefault(start, 0) == 1
          ? atEntry.getOrDefault(start, FlagEmitter.State.NOTHING_KNOWN) : FlagEmitter.State.NOTHING_KNOWN);
    }
    normal.start(start);
    memory.guard().forgetAll();
    instructions.operands().forgetLow();
    current = block;
    at = start;
    before = 0;
    begin(0);
  }

  /** Emits so many rounds of a block that is a loop, or the block. */
  private void emitTogether(RegionBlock block, int rounds) {
    List<WayOut> out = emitRounds(block, rounds);
    emitInstructions(block);
    memory.rounds().end();
    if (RegisterPlan.isTransfer(block)) {
      emitTerminal(block);
    } else {
      countBefore();
      goTo(((Terminal.Jump) block.terminal()).target());
    }
    for (WayOut way : out) {
      code.label(way.label);
      flags.restore(way.flags);
      registers.setDirty(way.dirty);
      goTo(((Terminal.Branch) block.terminal()).notTaken());
    }
  }

  /** From the end of one block to the start of another. */
  private record Way(long from, long to) {}

  /** A way out of a loop, and the state in which it is taken. */
  private record WayOut(Label label, FlagEmitter.State flags, long dirty) {}

  /** Emits all but the last round of a small loop that is one block: events are looked for once in several rounds. */
  private List<WayOut> emitRounds(RegionBlock block, int rounds) {
    List<WayOut> out = new ArrayList<>();
    for (int left = rounds; left > 1; left--) {
      emitInstructions(block);
      countThrough();
      Label label = new Label();
      branches.jumpUnlessTaken(instruction, label);
      memory.rounds().pass(instruction, plan.effects(block, index).writes());
      out.add(new WayOut(label, flags.state(), registers.dirty()));
      memory.guard().forgetAll();
    }
    return out;
  }

  /** Emits the instructions of a block; if the last transfers control, all before it, and it is the current one. */
  private void emitInstructions(RegionBlock block) {
    at = block.start();
    before = 0;
    x87Stack.start(at);
    int last = block.instructions().size() - 1;
    for (int i = 0; i <= last; i++) {
      begin(i);
      code.startLine(line + i + 1);
      if (i == last && RegisterPlan.isTransfer(block)) {
        flags.setWanted(true);
        pointers.settle();
        x87Stack.settle();
        return;
      }
      emitCurrent();
    }
    pointers.settle();
    x87Stack.settle();
  }

  private void begin(int number) {
    instruction = current.instructions().get(number);
    index = number;
    miss = null;
    noPlace = null;
  }

  private void emitCurrent() {
    Effects effects = plan.effects(current, index);
    flags.setWanted(plan.flagsMatterAfter(current, index));
    emitInstruction(effects, plan.liveAfter(current, index));
    normal.pass(instruction);
    memory.guard().pass(instruction, effects.writes());
    memory.rounds().pass(instruction, effects.writes());
    instructions.operands().pass(effects.writes());
    memory.guard().join();
    before++;
    at += instruction.length();
  }

  // Detours.

  /** Where emission is, before the current instruction. */
  Position position() {
    return new Position(current, index, at, before, flags.state(), registers.dirty(), normal.known(),
        instructions.operands().low(), memory.guard().windows());
  }

  private void goBackTo(Position position) {
    current = position.block();
    at = position.at();
    before = position.before();
    begin(position.index());
    flags.restore(position.flags());
    registers.setDirty(position.dirty());
    normal.set(position.normal());
    instructions.operands().setLow(position.low());
    memory.guard().setWindows(position.windows());
  }

  /** Emits a detour, which begins like the code from a position on. */
  void emitDetour(Position from, Detour detour) {
    Position here = position();
    boolean wanted = flags.areWanted();
    goBackTo(from);
    code.label(detour.start());
    onDetour = true;
    hasDetours = true;
    for (int i = from.index(); i <= detour.last(); i++) {
      begin(i);
      if (isAtTransfer()) {
        flags.setWanted(true);
        flow.locate(current.terminal());
      } else {
        emitCurrent();
      }
    }
    code.jump(GOTO, detour.end());
    onDetour = false;
    goBackTo(here);
    flags.setWanted(wanted);
    memory.forgetConfined();
  }

  /** Whether a detour is being emitted. */
  boolean isOnDetour() {
    return onDetour;
  }

  /** Whether there can be a detour for a window: it would have to know more where x87 instructions are. */
  private boolean canDetour(StackWindow window) {
    boolean transfers = window.last() == current.instructions().size() - 1 && RegisterPlan.isTransfer(current);
    return detours && !x87Plan.isActive() && pointers.pending() == null
        && current.instructions().subList(index, window.last() + 1).stream().noneMatch(next -> X87Emitter.canEmit(next, codeSize))
        && (!transfers || FlowEmitter.canLocate(current.terminal()));
  }

  /** The number of the current instruction in its block. */
  int index() {
    return index;
  }

  /** Whether the current instruction ends its block and transfers control. */
  boolean isAtTransfer() {
    return index == current.instructions().size() - 1 && RegisterPlan.isTransfer(current);
  }

  private void emitInstruction(Effects effects, long liveAfter) {
    switch (effects.form()) {
      case VALUE -> {
        if (x87 != null && X87Emitter.canEmit(instruction, codeSize)) {
          x87.emit(instruction, x87Plan.place(at), effects, liveAfter);
        } else if (!hasVectors || !vectors.emit(instruction)) {
          instructions.emit(instruction);
        }
        registers.setDirty(effects.dirtyAfter(registers.dirty()));
      }
      case STEP -> {
        flags.setWanted(true);
        pointers.settle();
        instructions.operands().forgetLow();
        steps.emitStep(instruction, effects, liveAfter);
      }
      case INTERPRETED -> {
        flags.setWanted(true);
        pointers.settle();
        instructions.operands().forgetLow();
        steps.emitInterpreted(instruction, liveAfter);
      }
    }
  }

  private void emitTerminal(RegionBlock block) {
    Terminal terminal = block.terminal();
    if (terminal instanceof Terminal.Jump jump) {
      countThrough();
      goTo(jump.target());
    } else if (terminal instanceof Terminal.Branch branch) {
      countThrough();
      emitBranch(branch);
    } else if (terminal instanceof Terminal.Call call) {
      flow.call(call.target());
    } else if (terminal instanceof Terminal.InnerCall call) {
      flow.callInside(call.target());
    } else if (terminal instanceof Terminal.Return ret) {
      flow.ret(instruction, ret.sites());
    } else if (terminal instanceof Terminal.IndirectCall && isEmitted()) {
      flow.callIndirect(instruction);
    } else if (terminal instanceof Terminal.IndirectJump jump && isEmitted()) {
      flow.jumpIndirect(instruction, jump.targets());
    } else if (terminal instanceof Terminal.Interpret && steps.isTransfer(instruction)) {
      steps.emitTransfer(instruction);
    } else {
      code.jump(GOTO, miss());
    }
  }

  private void emitBranch(Terminal.Branch branch) {
    Label taken = new Label();
    branches.jumpIfTaken(instruction, taken);
    FlagEmitter.State state = flags.state();
    long dirty = registers.dirty();
    goTo(branch.notTaken());
    code.label(taken);
    flags.restore(state);
    registers.setDirty(dirty);
    goTo(branch.taken());
  }

  /** Whether the operands of an indirect transfer can be emitted. */
  private boolean isEmitted() {
    return OperandEmitter.canEmit(instruction, codeSize) && !(instruction.operand(0) instanceof Operand.FarPointer);
  }

  /** Whether a block of the region begins at a distance from the head. */
  boolean contains(long distance) {
    return labels.containsKey(distance);
  }

  /** Goes to the code at a distance from the head, in the region or not; what has run is counted already. */
  void goTo(long target) {
    Label label = labels.get(target);
    if (label == null) {
      flow.leaveFor(target);
      return;
    }
    registers.clean(plan.storedBetween(current.start(), target));
    FlagSource loop = loops.get(target);
    if (loop != null) {
      flags.goToLoop(loop);
    } else if (plan.flagsMatterAt(target)) {
      flags.settle();
      if (predecessors.getOrDefault(target, 0) != 1) {
        flags.toLocals();
      }
    }
    if (emitted.contains(target)) {
      ends.computeIfAbsent(target, key -> new ArrayList<>()).add(flags.state());
      flow.poll(target);
    } else {
      atEntry.put(target, flags.state());
    }
    code.jump(GOTO, landing(target, label));
  }

  /**
   * Where to jump on the way from the current block to another: registers that an innermost loop leaves in the state are loaded
   * there, and pages that it does not touch are forgotten. All ways out of a block share the place: of loads in each, HotSpot
   * makes one, in the loop.
   */
  private Label landing(long target, Label label) {
    long from = current.start();
    long loaded = plan.loadedBetween(from, target);
    Set<PagePlan.Group> forgotten = pages.forgottenBetween(from, target);
    if (loaded == 0 && forgotten.isEmpty()) {
      return label;
    }
    return landings.computeIfAbsent(new Way(from, target), way -> {
      Label landing = new Label();
      exits.later(() -> {
        code.label(landing);
        registers.load(loaded);
        memory.definePages(forgotten);
        code.jump(GOTO, label);
      });
      return landing;
    });
  }

  /** Counts what of the block came before the current instruction. */
  void countBefore() {
    code.count(before);
    before = 0;
  }

  /** Counts the block's instructions up to and with the current one, which nothing can stop any more. */
  void countThrough() {
    code.count(before + 1);
    before = 0;
  }

  /** The distance of the current instruction from the head. */
  long at() {
    return at;
  }

  /** Whether units have left for the current instruction often. */
  boolean hasRecord() {
    return region.record(at) != 0;
  }

  /** What the current instruction and those behind it need of the x87's tags. */
  X87Plan.Requirement x87Requirement() {
    return x87Plan.requirement(current, index, at);
  }

  /** Whether accesses of the current instruction ask the page tables if the TLB knows nothing. */
  boolean walks() {
    return !onDetour && hasRecord();
  }

  /** What the current instruction and those behind it access around RSP or RBP, if it is worth a check of its own. */
  @Nullable StackWindow stackWindow(int base) {
    StackWindow window = StackWindow.of(region, current, index, at, base, plan, codeSize, tunables.get(Tunable.WINDOW),
        this::endsWindow);
    return window != null && hasRecord() && !canDetour(window) ? null : window;
  }

  private boolean endsWindow(int record) {
    return detours ? Interpreter.isWorst(record) || (record & Interpreter.CODE_PAGE) != 0 : record != 0;
  }

  /** The distance of the next instruction from the head. */
  long next() {
    return at + instruction.length();
  }

  void pushAddress(long distance) {
    code.pushAddress(distance, codeSize);
  }

  Exits exits() {
    return exits;
  }

  FlowEmitter flow() {
    return flow;
  }

  /** Where the code of a block of the region begins. */
  Label label(long start) {
    return Objects.requireNonNull(labels.get(start));
  }

  /** Where the unit leaves so that the interpreter does the current instruction, of which nothing has happened yet. */
  Label miss() {
    if (miss == null) {
      miss = freshMiss();
    }
    return miss;
  }

  /** The same from another state of the registers. */
  Label freshMiss() {
    return exits.exit(before, at, hasRecord() && !draft ? Unit.INTERPRET_AGAIN : Unit.INTERPRET);
  }

  /** The same for an access that finds no place; if it {@linkplain #walks asks the page tables}, they may have told a fault. */
  Label noPlace() {
    if (!walks()) {
      return miss();
    }
    if (noPlace == null) {
      noPlace = exits.noPlace(before, at, miss());
    }
    return noPlace;
  }

  /** Where the unit leaves if the current instruction divides by zero. */
  Label divideError() {
    return exits.exit(before, at, Unit.DIVIDE_ERROR);
  }

  /** Where the unit leaves behind the current instruction, which is done and not counted. */
  Label leaveBehind() {
    return exits.exit(before + 1, next(), Unit.EVENT);
  }
}
