package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which halves of XMM registers are known to be no subnormal doubles, since a unit has computed or checked them: sites need
 * not check them as operands. Halves are numbered as in {@link XmmUse}; a set is the bits of an int.
 */
final class NormalHalves {
  private static final int ALL = -1;
  private static final int NONE = 0;

  /** What is known where blocks begin. */
  private final Map<Long, Integer> atStart = new HashMap<>();
  private int known;

  /** Analyses a region; nothing is known at {@code entries}, distances of blocks from the head. */
  NormalHalves(Region region, List<Long> entries) {
    Map<Long, RegionBlock> blocks = new HashMap<>();
    region.blocks().forEach(block -> blocks.put(block.start(), block));
    Deque<RegionBlock> open = new ArrayDeque<>();
    for (long entry : entries) {
      atStart.put(entry, NONE);
      open.add(java.util.Objects.requireNonNull(blocks.get(entry)));
    }
    while (!open.isEmpty()) {
      RegionBlock block = open.remove();
      start(block.start());
      block.instructions().forEach(this::pass);
      switch (block.terminal()) {
        case Terminal.Jump jump -> flow(blocks.get(jump.target()), open);
        case Terminal.Branch branch -> {
          flow(blocks.get(branch.taken()), open);
          flow(blocks.get(branch.notTaken()), open);
        }
        default -> {
        }
      }
    }
  }

  private void flow(@org.jspecify.annotations.Nullable RegionBlock to, Deque<RegionBlock> open) {
    if (to != null) {
      int before = atStart.getOrDefault(to.start(), ALL);
      int after = before & known;
      if (after != before || !atStart.containsKey(to.start())) {
        atStart.put(to.start(), after);
        open.add(to);
      }
    }
  }

  /** Emission begins with the block at {@code start}. */
  void start(long start) {
    known = atStart.getOrDefault(start, NONE);
  }

  /** Whether the half is known to be no subnormal number before the current instruction. */
  boolean contains(int register, int half) {
    return (known >>> 2 * register + half & 1) != 0;
  }

  /** Goes past an instruction. */
  void pass(Instruction instruction) {
    XmmForm form = XmmForm.of(instruction);
    if (form == null) {
      passStep(instruction);
      return;
    }
    Operand[] operands = instruction.operands();
    if (form.isOnDoubles()) {
      // Operands have been checked, and so has the result.
      set(operands[0], form.read() | form.written(), true);
      set(operands[1], form.source(), true);
      return;
    }
    if (!(operands[0] instanceof Operand.Xmm to)) {
      return;
    }
    int a = to.index();
    int b = operands[1] instanceof Operand.Xmm from ? from.index() : -1;
    int before = known;
    set(to, form.written(), false);
    switch (form.kind()) {
      case WHOLE -> {
        move(before, 2 * a, 2 * b);
        move(before, 2 * a + 1, 2 * b + 1);
      }
      case SCALAR -> {
        if (operands[1].size() == 8) {
          move(before, 2 * a, 2 * b);
        }
        if (to.zeroUpper()) {
          known |= 2 << 2 * a;
        }
      }
      case SELECT -> {
        HalfSelection selection = HalfSelection.of(instruction);
        move(before, 2 * a, HalfSelection.half(selection.low(), a, b));
        move(before, 2 * a + 1, HalfSelection.half(selection.high(), a, b));
      }
      case LANES -> set(to, XmmForm.BOTH, HalfwiseEmitter.isConstant(instruction));
      default -> {
      }
    }
  }

  private void passStep(Instruction instruction) {
    StepUse use = StepUse.of(instruction);
    if (use == null) {
      known = NONE;
    } else {
      use.changedXmm.stream().forEach(register -> known &= ~(3 << 2 * register));
    }
  }

  private void set(Operand operand, int halves, boolean normal) {
    if (operand instanceof Operand.Xmm xmm) {
      int bits = halves << 2 * xmm.index();
      known = normal ? known | bits : known & ~bits;
    }
  }

  /** Half {@code to} is what half {@code from} was; one in memory, or of no register, is not known. */
  private void move(int before, int to, int from) {
    boolean normal = from >= 0 && (before >>> from & 1) != 0;
    known = normal ? known | 1 << to : known & ~(1 << to);
  }
}
