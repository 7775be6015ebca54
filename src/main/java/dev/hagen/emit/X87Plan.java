package dev.hagen.emit;

import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which x87 instructions of a region compute on locals, and on which.
 *
 * <p>A register has a number in the unit: its distance from a base that is chosen where the unit is entered. What has
 * number <em>depth</em> is ST(0), and the depth at each place is known, since each instruction changes TOP in its own way only.
 * Behind an instruction that works on the state the base is chosen again, so that the depth is what it was. If ways with
 * different depths meet, all instructions of the region work on the state.
 */
final class X87Plan {
  private static final int UNIT = Check.X87 | Check.X87_CONTROL | Check.MMX;

  /**
   * Where a form is.
   *
   * @param depth the number of ST(0) before
   */
  record Place(X87Form form, int depth) {}

  /** What must be in use and what must be empty, as bits by numbers. */
  record Requirement(int used, int empty) {}

  private final Map<Long, X87Form> forms = new HashMap<>();
  private final Map<Long, Place> places = new HashMap<>();
  private final Map<Long, Integer> depths = new HashMap<>();

  /** A plan for a region; {@code enabled}: whether there may be forms. */
  X87Plan(Region region, int codeSize, boolean enabled) {
    if (!enabled) {
      return;
    }
    region.blocks().forEach(block -> findForms(region, block, codeSize));
    if (forms.isEmpty()) {
      return;
    }
    Map<Long, RegionBlock> blocks = new HashMap<>();
    region.blocks().forEach(block -> blocks.put(block.start(), block));
    boolean agree = true;
    for (RegionBlock block : region.blocks()) {
      agree = agree && (depths.containsKey(block.start()) || findDepths(block, blocks));
    }
    if (!agree) {
      forms.clear();
      places.clear();
      depths.clear();
    }
  }

  /** Whether an instruction uses the x87 registers, also those that are MMX registers. */
  static boolean usesRegisters(Instruction instruction) {
    if ((instruction.checks() & UNIT) != 0) {
      return true;
    }
    for (Operand operand : instruction.operands()) {
      if (operand instanceof Operand.Mmx) {
        return true;
      }
    }
    return false;
  }

  private void findForms(Region region, RegionBlock block, int codeSize) {
    Map<Long, X87Form> found = new HashMap<>();
    Tags tags = new Tags();
    int depth = 0;
    long at = block.start();
    for (Instruction instruction : block.instructions()) {
      X87Form form = X87Form.of(instruction);
      if (form != null && X87Emitter.canEmit(instruction, codeSize)) {
        if (region.record(at) == 0 && tags.pass(instruction, form, depth)) {
          found.put(at, form);
          depth = depth + form.change() & 7;
        } else if (region.record(at) == 0 || instruction.memory() == null) {
          // It certainly fails, or it is the state of the x87 that units leave for.
          return;
        } else {
          tags = new Tags();
        }
      } else if (usesRegisters(instruction)) {
        tags = new Tags();
      }
      at += instruction.length();
    }
    forms.putAll(found);
  }

  /** Follows all ways from a block whose depth is free; false if different depths meet. */
  private boolean findDepths(RegionBlock first, Map<Long, RegionBlock> blocks) {
    Deque<RegionBlock> open = new ArrayDeque<>();
    depths.put(first.start(), 0);
    open.add(first);
    while (!open.isEmpty()) {
      RegionBlock block = open.remove();
      int depth = pass(block);
      if (block.terminal().isCall()) {
        // The callee may leave any TOP: the base is chosen again.
        continue;
      }
      for (long successor : block.terminal().successors()) {
        RegionBlock next = blocks.get(successor);
        if (next != null) {
          Integer before = depths.putIfAbsent(successor, depth);
          if (before == null) {
            open.add(next);
          } else if (before != depth) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** Fills in the places of a block; answers the depth at its end. */
  private int pass(RegionBlock block) {
    int depth = depthAt(block.start());
    long at = block.start();
    for (Instruction instruction : block.instructions()) {
      X87Form form = forms.get(at);
      if (form != null) {
        places.put(at, new Place(form, depth));
        depth = depth + form.change() & 7;
      }
      at += instruction.length();
    }
    return depth;
  }

  /** Whether there are registers in locals. */
  boolean isActive() {
    return !places.isEmpty();
  }

  /** The place of an instruction at a distance from the head; null if it does not work on locals. */
  @Nullable Place place(long at) {
    return places.get(at);
  }

  /** The number of ST(0) at the start of a block. */
  int depthAt(long start) {
    return depths.getOrDefault(start, 0);
  }

  /** What the instructions from {@code index} on, at {@code at}, need of the tags, up to the next that works on the state. */
  Requirement requirement(RegionBlock block, int index, long at) {
    Tags tags = new Tags();
    for (int i = index; i < block.instructions().size(); i++) {
      Instruction instruction = block.instructions().get(i);
      Place place = places.get(at);
      if (place == null && usesRegisters(instruction)) {
        break;
      }
      if (place != null) {
        tags.pass(instruction, place.form, place.depth);
      }
      at += instruction.length();
    }
    return new Requirement(tags.needUsed, tags.needEmpty);
  }

  /** What is known of the tags on the way through a block, and what had to be true before for that. */
  private static final class Tags {
    int used;
    int empty;
    int needUsed;
    int needEmpty;

    /**
     * Goes past an instruction; false if it certainly finds an empty register, or a full one to push to. FLD ST(7) pushes to the
     * register that it reads.
     */
    boolean pass(Instruction instruction, X87Form form, int depth) {
      int reads = bits(form.reads(depth));
      int pushed = form.kind().pushes() ? 1 << (depth - 1 & 7) : 0;
      if ((reads & (empty | pushed) | pushed & used) != 0) {
        return false;
      }
      needUsed |= reads & ~used;
      needEmpty |= pushed & ~empty;
      set(reads | bits(form.writes(depth, instruction)), 0);
      set(0, freed(form, depth));
      return true;
    }

    private void set(int filled, int freed) {
      used = used & ~freed | filled;
      empty = empty & ~filled | freed;
    }
  }

  /** Registers that a form frees, as bits by numbers. */
  static int freed(X87Form form, int depth) {
    int freed = 0;
    for (int i = 0; i < form.pops(); i++) {
      freed |= 1 << (depth + i & 7);
    }
    return freed;
  }

  /** Registers in {@link Slots} as bits by numbers. */
  static int bits(long slots) {
    int bits = 0;
    for (int i = 0; i < Slots.X87_COUNT; i++) {
      bits |= Slots.hasX87(slots, i) ? 1 << i : 0;
    }
    return bits;
  }
}
