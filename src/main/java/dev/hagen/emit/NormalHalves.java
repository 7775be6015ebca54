package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of XMM registers are known to be no subnormal numbers, since a unit has computed or checked them: sites need
 * not check them as operands.
 *
 * <p>A set is the bits of a {@code long}: for each half, numbered as in {@link XmmUse}, whether that holds of it as a double;
 * above them, for each half, whether it holds of it as two singles; and in another one, for each register, whether it holds
 * of the low single.
 */
final class NormalHalves {
  private static final int PAIRS = 32;

  /** What is known at a place. */
  record Known(long halves, int low) {
    static final Known ALL = new Known(-1, -1);
    static final Known NOTHING = new Known(0, 0);

    Known and(Known other) {
      return new Known(halves & other.halves, low & other.low);
    }
  }

  private final Map<Long, Known> atStart = new HashMap<>();
  private long halves;
  private int low;

  /** Analyses a region; nothing is known at {@code entries}, distances of blocks from the head. */
  NormalHalves(Region region, List<Long> entries) {
    Map<Long, RegionBlock> blocks = new HashMap<>();
    region.blocks().forEach(block -> blocks.put(block.start(), block));
    Deque<RegionBlock> open = new ArrayDeque<>();
    for (long entry : entries) {
      atStart.put(entry, Known.NOTHING);
      open.add(Objects.requireNonNull(blocks.get(entry)));
    }
    while (!open.isEmpty()) {
      RegionBlock block = open.remove();
      start(block.start());
      block.instructions().forEach(this::pass);
      if (!(block.terminal() instanceof Terminal.Jump || block.terminal() instanceof Terminal.Branch)) {
        set(Known.NOTHING);
      }
      block.terminal().successors().forEach(successor -> flow(blocks.get(successor), open));
    }
  }

  private void flow(@Nullable RegionBlock to, Deque<RegionBlock> open) {
    if (to != null) {
      Known before = atStart.getOrDefault(to.start(), Known.ALL);
      Known after = before.and(known());
      if (!after.equals(before) || !atStart.containsKey(to.start())) {
        atStart.put(to.start(), after);
        open.add(to);
      }
    }
  }

  /** Emission begins with the block at {@code start}. */
  void start(long start) {
    set(atStart.getOrDefault(start, Known.NOTHING));
  }

  /** What is known before the current instruction. */
  Known known() {
    return new Known(halves, low);
  }

  /** Emission goes on where this is known. */
  void set(Known known) {
    halves = known.halves;
    low = known.low;
  }

  /** Whether a half is known to have no subnormal numbers before the current instruction. */
  boolean contains(int register, int half, Elements elements) {
    return switch (elements) {
      case DOUBLE, DOUBLES -> (halves >>> 2 * register + half & 1) != 0;
      case SINGLES -> (halves >>> PAIRS + 2 * register + half & 1) != 0;
      case SINGLE -> (low >>> register & 1) != 0 || (halves >>> PAIRS + 2 * register & 1) != 0;
    };
  }

  /** Goes past an instruction. */
  void pass(Instruction instruction) {
    XmmForm form = XmmForm.of(instruction);
    if (form == null) {
      passStep(instruction);
      return;
    }
    Operand[] operands = instruction.operands();
    long before = halves;
    int lowBefore = low;
    if (operands[0] instanceof Operand.Xmm to) {
      forget(to.index(), form.written());
    }
    switch (form.kind()) {
      case WHOLE, SCALAR, SELECT -> passMove(instruction, form.kind(), before, lowBefore);
      case LANES -> {
        if (form.read() == 0) {
          learn(operands[0], Elements.DOUBLES);
          learn(operands[0], Elements.SINGLES);
        }
      }
      case FLOAT -> {
        // Operands have been checked, and so has the result.
        Elements elements = Objects.requireNonNull(FloatForm.of(instruction.op())).elements();
        learn(operands[0], elements);
        learn(operands[1], elements);
      }
      case ORDER -> {
        learn(operands[0], XmmForm.elements(instruction.op()));
        learn(operands[1], XmmForm.elements(instruction.op()));
      }
      case COMPARE -> {
        if (!operands[0].equals(operands[1])) {
          learn(operands[1], XmmForm.elements(instruction.op()));
        }
      }
      case FROM_INTEGER -> learn(operands[0], XmmForm.elements(instruction.op()));
      case WIDEN -> learn(operands[0], Elements.DOUBLE);
      case NARROW -> learn(operands[0], Elements.SINGLE);
      default -> {
      }
    }
  }

  private void passStep(Instruction instruction) {
    StepUse use = StepUse.of(instruction);
    if (use == null) {
      set(Known.NOTHING);
    } else {
      for (int half = 0; half < Slots.HALF_COUNT; half++) {
        if (Slots.hasHalf(use.changed, half)) {
          forget(half >> 1, 1 << (half & 1));
        }
      }
    }
  }

  private void passMove(Instruction instruction, XmmForm.Kind kind, long before, int lowBefore) {
    if (!(instruction.operand(0) instanceof Operand.Xmm to)) {
      return;
    }
    Operand source = instruction.operand(1);
    int a = to.index();
    int b = source instanceof Operand.Xmm from ? from.index() : -1;
    switch (kind) {
      case WHOLE -> {
        move(before, 2 * a, 2 * b);
        move(before, 2 * a + 1, 2 * b + 1);
        moveLow(lowBefore, a, b);
      }
      case SCALAR -> {
        if (source.size() == 8) {
          move(before, 2 * a, 2 * b);
        }
        if (source.size() >= 4) {
          moveLow(lowBefore, a, b);
        }
        if (to.zeroUpper()) {
          halves |= 2L << 2 * a | 2L << PAIRS + 2 * a;
        }
      }
      default -> {
        HalfSelection selection = HalfSelection.of(instruction);
        move(before, 2 * a, HalfSelection.half(selection.low(), a, b));
        move(before, 2 * a + 1, HalfSelection.half(selection.high(), a, b));
      }
    }
  }

  private void forget(int register, int written) {
    long bits = (long) written << 2 * register;
    halves &= ~(bits | bits << PAIRS);
    if ((written & XmmForm.LOW) != 0) {
      low &= ~(1 << register);
    }
  }

  private void learn(Operand operand, Elements elements) {
    if (operand instanceof Operand.Xmm xmm) {
      int index = xmm.index();
      switch (elements) {
        case DOUBLE -> halves |= 1L << 2 * index;
        case DOUBLES -> halves |= 3L << 2 * index;
        case SINGLE -> low |= 1 << index;
        case SINGLES -> halves |= 3L << PAIRS + 2 * index;
      }
    }
  }

  /** Half {@code to} is what half {@code from} was; nothing is known of one below zero, which is in memory. */
  private void move(long before, int to, int from) {
    if (from >= 0) {
      long known = before >>> from & (1L << PAIRS | 1);
      halves = halves & ~((1L << PAIRS | 1) << to) | known << to;
    }
  }

  private void moveLow(int before, int to, int from) {
    if (from >= 0) {
      low |= (before >>> from & 1) << to;
    }
  }
}
