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
import dev.hagen.interpret.RegionCode;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final Set<Op> INTERPRETED_LAST = EnumSet.of(Op.JCXZ, Op.LOOP, Op.LOOPE, Op.LOOPNE, Op.JMP_FAR,
      Op.CALL_FAR, Op.RET_FAR, Op.IRET, Op.INT, Op.INT1, Op.INT3, Op.INTO, Op.UD0, Op.UD1, Op.UD2, Op.SYSCALL,
      Op.SYSRET, Op.SYSENTER, Op.SYSEXIT, Op.RSM, Op.VMRUN, Op.HLT, Op.INVALID, Op.TOO_LONG, Op.STI, Op.CLI, Op.POPF,
      Op.MOV_TO_SEG, Op.POP_SEG, Op.MOV_TO_CR, Op.WRMSR);

  private final CpuState cpu;
  private final Interpreter interpreter;
  private final Decoder decoder;
  private final int maxBlocks;
  private final int maxInstructions;
  private final int rareEdge;
  private final Map<Long, Long> pages = new LinkedHashMap<>();
  private final Map<Long, byte[]> bytes = new LinkedHashMap<>();

  public RegionBuilder(CpuState cpu, Interpreter interpreter, Decoder decoder, Tunables tunables) {
    this.cpu = cpu;
    this.interpreter = interpreter;
    this.decoder = decoder;
    this.maxBlocks = tunables.get(Tunable.REGION_BLOCKS);
    this.maxInstructions = tunables.get(Tunable.REGION_INSTRUCTIONS);
    this.rareEdge = tunables.get(Tunable.RARE_EDGE);
  }

  /** The region around the block at {@code linear}, or null if nothing there can be translated. */
  public @Nullable Region build(long linear) {
    pages.clear();
    bytes.clear();
    Map<Long, RegionBlock> blocks = new LinkedHashMap<>();
    Deque<Long> open = new ArrayDeque<>();
    open.add(0L);
    int instructions = 0;
    while (!open.isEmpty() && blocks.size() < maxBlocks && instructions < maxInstructions) {
      long start = open.remove();
      if (blocks.containsKey(start)) {
        continue;
      }
      RegionBlock block = decode(linear, start, blocks);
      if (block == null) {
        continue;
      }
      blocks.put(start, block);
      instructions += block.instructions().size();
      addSuccessors(linear, block, open);
    }
    if (blocks.isEmpty() || !blocks.containsKey(0L)) {
      return null;
    }
    List<RegionBlock> all = new ArrayList<>(blocks.values());
    List<RegionCode.Page> used = pagesOf(linear, all);
    return used == null ? null : new Region(linear, cpu.context, all, used);
  }

  private void addSuccessors(long linear, RegionBlock block, Deque<Long> open) {
    switch (block.terminal()) {
      case Terminal.Jump jump -> open.add(jump.target());
      case Terminal.Branch branch -> {
        BlockProfile profile = profile(linear + block.start());
        int rare = Math.max(1, profile.entered() / rareEdge);
        // The likely successor first, so that the blocks of a loop come one after the other.
        boolean takenFirst = profile.taken() * 2L > profile.entered();
        boolean taken = profile.taken() >= rare;
        boolean notTaken = profile.entered() - profile.taken() >= rare;
        if (taken && takenFirst) {
          open.add(branch.taken());
        }
        if (notTaken) {
          open.add(branch.notTaken());
        }
        if (taken && !takenFirst) {
          open.add(branch.taken());
        }
      }
      default -> {
      }
    }
  }

  private BlockProfile profile(long linear) {
    Long page = pages.get(linear & ~0xFFFL);
    return page == null ? new BlockProfile(0, 0) : interpreter.profile(page | linear & 0xFFF);
  }

  /** The block at distance {@code start} from the head, or null if its bytes cannot be had. */
  private @Nullable RegionBlock decode(long linear, long start, Map<Long, RegionBlock> known) {
    List<Instruction> instructions = new ArrayList<>();
    long at = start;
    while (instructions.size() < maxInstructions) {
      if (!instructions.isEmpty() && known.containsKey(at)) {
        return new RegionBlock(start, instructions, new Terminal.Jump(at));
      }
      Instruction instruction = decode(linear + at);
      if (instruction == null) {
        return instructions.isEmpty() ? null : new RegionBlock(start, instructions, new Terminal.Jump(at));
      }
      instructions.add(instruction);
      long next = at + instruction.length();
      Terminal terminal = terminal(instruction, next);
      if (terminal != null) {
        return new RegionBlock(start, instructions, terminal);
      }
      at = next;
    }
    return new RegionBlock(start, instructions, new Terminal.Jump(at));
  }

  private @Nullable Terminal terminal(Instruction instruction, long next) {
    if (INTERPRETED_LAST.contains(instruction.op()) || instruction.operandSize() == 2 && isFlow(instruction.op())) {
      return new Terminal.Interpret();
    }
    Operand operand = instruction.operands().length == 0 ? null : instruction.operand(0);
    return switch (instruction.op()) {
      case JCC -> new Terminal.Branch(next + displacement(operand), next);
      case JMP -> operand instanceof Operand.Relative ? new Terminal.Jump(next + displacement(operand))
          : new Terminal.Computed();
      case CALL -> operand instanceof Operand.Relative ? new Terminal.Call(next + displacement(operand))
          : new Terminal.Computed();
      case RET -> new Terminal.Computed();
      default -> null;
    };
  }

  private static boolean isFlow(Op op) {
    return op == Op.JCC || op == Op.JMP || op == Op.CALL || op == Op.RET;
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
    Instruction instruction = decoder.decode(code, offset, PAGE, codeSize);
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
    return decoder.decode(both, 0, inFirst + MAX_LENGTH, codeSize);
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
