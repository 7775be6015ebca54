package dev.hagen.region;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Decoder;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.BlockProfile;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.RegionCode;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Forms regions: the blocks that can be reached from a hot one along edges that were taken, up to limits.
 *
 * <p>Works on the processor's thread, since it reads code through the guest's mapping.
 */
public final class RegionBuilder {
  private static final int PAGE = 0x1000;
  private static final int MAX_LENGTH = 15;

  /** Operations that transfer control in ways a unit does not know. */
  private static final Set<Op> INTERPRETED_LAST = EnumSet.of(Op.JMP_FAR, Op.CALL_FAR, Op.RET_FAR, Op.IRET, Op.INT, Op.INT1,
      Op.INT3, Op.INTO, Op.UD0, Op.UD1, Op.UD2, Op.SYSCALL, Op.SYSRET, Op.SYSENTER, Op.SYSEXIT, Op.RSM, Op.VMRUN, Op.HLT,
      Op.INVALID, Op.TOO_LONG, Op.MOV_TO_CR);

  private final CpuState cpu;
  private final Interpreter interpreter;
  private final Decoder decoder;
  private final Decoder.Work work = new Decoder.Work();
  private final int maxBlocks;
  private final int maxInstructions;
  private final int rareEdge;
  private final int smallLeaf;
  private final int mostTargets;
  private final Map<Long, Instruction> instructions = new HashMap<>();
  /** For the ends of branches, where those of the interpreter's blocks begin that end there. */
  private final Map<Long, Set<Long>> parts = new HashMap<>();
  private final Map<Long, Long> pages = new LinkedHashMap<>();
  private final Map<Long, byte[]> bytes = new LinkedHashMap<>();

  public RegionBuilder(CpuState cpu, Interpreter interpreter, Decoder decoder, Tunables tunables) {
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.decoder = decoder;
    this.maxBlocks = tunables.get(Tunable.REGION_BLOCKS);
    this.maxInstructions = tunables.get(Tunable.REGION_INSTRUCTIONS);
    this.rareEdge = tunables.get(Tunable.RARE_EDGE);
    this.smallLeaf = tunables.get(Tunable.SMALL_LEAF);
    this.mostTargets = tunables.get(Tunable.TARGETS);
  }

  /** The region around the block at {@code linear}, or null if nothing there can be translated. */
  public @Nullable Region build(long linear) {
    pages.clear();
    bytes.clear();
    instructions.clear();
    parts.clear();
    Set<Long> starts = discover(linear);
    Map<Long, RegionBlock> blocks = new LinkedHashMap<>();
    for (long start : starts) {
      RegionBlock block = decode(linear, start, starts);
      if (block != null) {
        blocks.put(start, withShare(linear, block));
      }
    }
    if (!blocks.containsKey(0L)) {
      return null;
    }
    List<RegionBlock> ordered = BlockOrder.of(withInnerCalls(blocks), block -> likely(linear, block));
    List<RegionCode.Page> used = pagesOf(linear, ordered);
    return used == null ? null : new Region(linear, cpu.context, ordered, used, Map.of(), 0, links(linear, ordered));
  }

  /** The starts of the blocks that belong to the region. */
  private Set<Long> discover(long linear) {
    BlockGraph reached = new BlockGraph();
    Set<Long> places = new HashSet<>();
    Deque<Long> open = new ArrayDeque<>();
    open.add(0L);
    while (!open.isEmpty() && reached.size() < maxBlocks && places.size() < maxInstructions) {
      long start = open.remove();
      RegionBlock block = reached.contains(start) ? null : decode(linear, start, Set.of());
      if (block != null) {
        List<Long> successors = successors(linear, block);
        addPlaces(block, places);
        reached.add(start, successors);
        open.addAll(successors);
      }
    }
    return reached.own(start -> hasCode(linear + start));
  }

  /** Whether there is a unit for the block at {@code linear}, or will be. */
  private boolean hasCode(long linear) {
    Long page = pages.get(linear & ~0xFFFL);
    return page != null && interpreter.code(page | linear & 0xFFF) != null;
  }

  /** Where control goes behind a block often enough, in the order in which that is to be looked at. */
  private List<Long> successors(long linear, RegionBlock block) {
    List<Long> found = new ArrayList<>();
    Terminal terminal = block.terminal();
    if (terminal instanceof Terminal.Branch branch) {
      boolean takenFirst = likely(linear, block) == branch.taken();
      if (takenFirst && isTaken(linear, block, true)) {
        found.add(branch.taken());
      }
      if (isTaken(linear, block, false)) {
        found.add(branch.notTaken());
      }
      if (!takenFirst && isTaken(linear, block, true)) {
        found.add(branch.taken());
      }
    } else if (terminal instanceof Terminal.Call call) {
      addReturnSite(linear, call.next(), found);
      if (call.target() == 0 || isSmallLeaf(linear, call.target())) {
        found.add(call.target());
      }
    } else if (terminal instanceof Terminal.IndirectCall call) {
      addReturnSite(linear, call.next(), found);
    } else {
      found.addAll(terminal.successors());
    }
    return found;
  }

  /** Whether a function that is called calls no other and is so small that a copy of it costs less than its call. */
  private boolean isSmallLeaf(long linear, long target) {
    if (page(linear + target & ~0xFFFL) == null || !profile(linear + target).hasRun()) {
      return false;
    }
    Set<Long> places = new HashSet<>();
    Set<Long> seen = new HashSet<>();
    Deque<Long> open = new ArrayDeque<>();
    open.add(target);
    while (!open.isEmpty()) {
      long start = open.remove();
      if (seen.add(start)) {
        RegionBlock block = decode(linear, start, Set.of());
        if (block == null || !isOfLeaf(block.terminal())) {
          return false;
        }
        addPlaces(block, places);
        if (places.size() > smallLeaf) {
          return false;
        }
        open.addAll(block.terminal().successors());
      }
    }
    return true;
  }

  /** Adds where the instructions of a block lie. */
  private static void addPlaces(RegionBlock block, Set<Long> places) {
    long at = block.start();
    for (Instruction instruction : block.instructions()) {
      places.add(at);
      at += instruction.length();
    }
  }

  private static boolean isOfLeaf(Terminal terminal) {
    return terminal instanceof Terminal.Return || terminal instanceof Terminal.Jump || terminal instanceof Terminal.Branch;
  }

  /** Lets calls of code in the region stay inside, and returns find the places behind them. */
  private Map<Long, RegionBlock> withInnerCalls(Map<Long, RegionBlock> blocks) {
    List<Long> sites = blocks.values().stream().filter(block -> isInner(block, blocks)).map(RegionBlock::end).distinct()
        .limit(mostTargets).toList();
    Map<Long, RegionBlock> result = new LinkedHashMap<>();
    blocks.forEach((start, block) -> {
      Terminal terminal = block.terminal();
      if (terminal instanceof Terminal.Call call && sites.contains(call.next()) && isInner(block, blocks)) {
        terminal = new Terminal.InnerCall(call.target());
      } else if (terminal instanceof Terminal.Return) {
        terminal = new Terminal.Return(sites);
      }
      result.put(start, new RegionBlock(start, block.instructions(), terminal, block.taken()));
    });
    return result;
  }

  private static boolean isInner(RegionBlock block, Map<Long, RegionBlock> blocks) {
    return block.terminal() instanceof Terminal.Call call && blocks.containsKey(call.target())
        && blocks.containsKey(call.next());
  }

  private void addReturnSite(long linear, long next, List<Long> found) {
    if (page(linear + next & ~0xFFFL) != null && profile(linear + next).hasRun()) {
      found.add(next);
    }
  }

  private RegionBlock withShare(long linear, RegionBlock block) {
    BlockProfile profile = branchProfile(linear, block);
    return profile.entered() == 0 ? block : new RegionBlock(block.start(), block.instructions(), block.terminal(),
        (double) profile.taken() / profile.entered());
  }

  /** Whether the branch at the end of a block has gone one of its ways often enough. */
  private boolean isTaken(long linear, RegionBlock block, boolean taken) {
    BlockProfile profile = branchProfile(linear, block);
    int rare = Math.max(1, profile.entered() / rareEdge);
    return (taken ? profile.taken() : profile.entered() - profile.taken()) >= rare;
  }

  /** How often the branch at the end of a block was reached and taken, whichever of the interpreter's blocks it ended. */
  private BlockProfile branchProfile(long linear, RegionBlock block) {
    int entered = 0;
    int taken = 0;
    for (long part : parts.getOrDefault(block.end(), Set.of())) {
      BlockProfile profile = profile(linear + part);
      entered += profile.entered();
      taken += profile.taken();
    }
    return new BlockProfile(entered, taken, 0, List.of());
  }

  /** Where the last of the interpreter's blocks begins that make up the code from {@code start} to {@code end}. */
  private long lastPart(long linear, long start, long end) {
    long part = start;
    int length = profile(linear + part).length();
    while (length != 0 && part + length < end) {
      part += length;
      length = profile(linear + part).length();
    }
    return part;
  }

  /** The successor that a block has most often. */
  private long likely(long linear, RegionBlock block) {
    if (block.terminal() instanceof Terminal.Branch branch) {
      BlockProfile profile = branchProfile(linear, block);
      return profile.taken() * 2L > profile.entered() ? branch.taken() : branch.notTaken();
    }
    List<Long> successors = block.terminal().successors();
    return successors.isEmpty() ? 0 : successors.getFirst();
  }

  /** Links to the code that the region calls, and to what it is left for more than rarely. */
  private Map<Long, Link> links(long linear, List<RegionBlock> blocks) {
    Set<Long> inside = new HashSet<>();
    blocks.forEach(block -> inside.add(block.start()));
    Map<Long, Link> links = new HashMap<>();
    for (RegionBlock block : blocks) {
      Terminal terminal = block.terminal();
      if (terminal instanceof Terminal.Call call) {
        addLink(linear, call.target(), links);
      } else if (terminal instanceof Terminal.Jump jump && !inside.contains(jump.target())) {
        addLink(linear, jump.target(), links);
      } else if (terminal instanceof Terminal.Branch branch) {
        if (!inside.contains(branch.taken()) && isTaken(linear, block, true)) {
          addLink(linear, branch.taken(), links);
        }
        if (!inside.contains(branch.notTaken()) && isTaken(linear, block, false)) {
          addLink(linear, branch.notTaken(), links);
        }
      }
    }
    return links;
  }

  private void addLink(long linear, long target, Map<Long, Link> links) {
    long address = linear + target;
    if (ExecutionContext.codeSize(cpu.context) == 4) {
      address &= 0xFFFF_FFFFL;
    }
    if (page(address & ~0xFFFL) != null) {
      long physical = Objects.requireNonNull(pages.get(address & ~0xFFFL)) | address & 0xFFF;
      links.put(target, interpreter.link(physical, cpu.context));
    }
  }

  private BlockProfile profile(long linear) {
    Long page = pages.get(linear & ~0xFFFL);
    return page == null ? BlockProfile.NEVER_RUN : interpreter.profile(page | linear & 0xFFF);
  }

  /**
   * The block at distance {@code start} from the head, or null if its bytes cannot be had.
   *
   * @param others where other blocks start: it ends there
   */
  private @Nullable RegionBlock decode(long linear, long start, Set<Long> others) {
    List<Instruction> run = new ArrayList<>();
    long at = start;
    while (run.size() < maxInstructions) {
      if (!run.isEmpty() && others.contains(at)) {
        return new RegionBlock(start, run, new Terminal.Jump(at));
      }
      long here = at;
      Instruction instruction = instructions.computeIfAbsent(at, key -> decode(linear + here));
      if (instruction == null) {
        return run.isEmpty() ? null : new RegionBlock(start, run, new Terminal.Jump(at));
      }
      run.add(instruction);
      long next = at + instruction.length();
      Terminal terminal = terminal(linear, start, instruction, next);
      if (terminal != null) {
        return new RegionBlock(start, run, terminal);
      }
      at = next;
    }
    return new RegionBlock(start, run, new Terminal.Jump(at));
  }

  private @Nullable Terminal terminal(long linear, long start, Instruction instruction, long next) {
    Operand operand = instruction.operands().length == 0 ? null : instruction.operand(0);
    if (INTERPRETED_LAST.contains(instruction.op()) || isFlow(instruction.op()) && (instruction.operandSize() == 2
        || leavesAddresses(linear + next + displacement(operand)))) {
      return new Terminal.Interpret();
    }
    if (isFlow(instruction.op())) {
      parts.computeIfAbsent(next, end -> new LinkedHashSet<>()).add(lastPart(linear, start, next));
    }
    boolean relative = operand instanceof Operand.Relative;
    return switch (instruction.op()) {
      case JCC, JCXZ, LOOP, LOOPE, LOOPNE -> new Terminal.Branch(next + displacement(operand), next);
      case JMP -> relative ? new Terminal.Jump(next + displacement(operand))
          : new Terminal.IndirectJump(targets(linear, next));
      case CALL -> relative ? new Terminal.Call(next + displacement(operand), next) : new Terminal.IndirectCall(next);
      case RET -> new Terminal.Return(List.of());
      default -> null;
    };
  }

  /** Where the indirect jump that ends before {@code end} went. */
  private List<Long> targets(long linear, long end) {
    return parts.getOrDefault(end, Set.of()).stream()
        .flatMap(part -> profile(linear + part).targets().stream().map(distance -> part + distance)).distinct()
        .limit(mostTargets).toList();
  }

  private static boolean isFlow(Op op) {
    return switch (op) {
      case JCC, JCXZ, LOOP, LOOPE, LOOPNE, JMP, CALL, RET -> true;
      default -> false;
    };
  }

  /** Whether a branch to {@code target} raises #GP itself. */
  private boolean leavesAddresses(long target) {
    return ExecutionContext.codeSize(cpu.context) == 8 && !Bits.isCanonical(target);
  }

  private static long displacement(@Nullable Operand operand) {
    return operand instanceof Operand.Relative relative ? relative.displacement() : 0;
  }

  private @Nullable Instruction decode(long linear) {
    long page = linear & ~0xFFFL;
    byte[] code = page(page);
    if (code == null) {
      return null;
    }
    int offset = (int) (linear - page);
    int codeSize = ExecutionContext.codeSize(cpu.context);
    Instruction instruction = decoder.decode(work, code, offset, PAGE, codeSize);
    if (instruction != null) {
      return instruction;
    }
    byte[] second = page(page + PAGE);
    if (second == null) {
      return null;
    }
    byte[] both = new byte[2 * MAX_LENGTH];
    int inFirst = PAGE - offset;
    System.arraycopy(code, offset, both, 0, inFirst);
    System.arraycopy(second, 0, both, inFirst, MAX_LENGTH);
    return decoder.decode(work, both, 0, inFirst + MAX_LENGTH, codeSize);
  }

  /** The bytes of the page at linear address {@code page}, or null if it is not mapped or no RAM. */
  private byte @Nullable [] page(long page) {
    byte[] known = bytes.get(page);
    if (known != null) {
      return known;
    }
    long physical;
    try {
      physical = LinearMemory.fetch(cpu, page);
    } catch (GuestException e) {
      return null;
    }
    long offset = cpu.memory.ramOffset(physical);
    if (offset == PhysicalMemory.NO_RAM) {
      return null;
    }
    byte[] code = new byte[PAGE];
    HostMemory.copyOut(offset, code, 0, PAGE);
    pages.put(page, physical);
    bytes.put(page, code);
    return code;
  }

  /** The pages that the blocks lie on with the lines they use. */
  private @Nullable List<RegionCode.Page> pagesOf(long linear, List<RegionBlock> blocks) {
    Map<Long, Long> lines = new LinkedHashMap<>();
    for (RegionBlock block : blocks) {
      long at = linear + block.start();
      long end = linear + block.end();
      while (at < end) {
        lines.merge(at & ~0xFFFL, 1L << (at >>> 6 & 63), (a, b) -> a | b);
        at = (at | 63) + 1;
      }
    }
    List<RegionCode.Page> result = new ArrayList<>();
    for (Map.Entry<Long, Long> entry : lines.entrySet()) {
      Long physical = pages.get(entry.getKey());
      if (physical == null) {
        return null;
      }
      result.add(new RegionCode.Page(entry.getKey() - (linear & ~0xFFFL), physical, entry.getValue()));
    }
    return result;
  }
}
