package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.emit.Effects.Form;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import dev.hagen.region.Terminal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Where the registers of a region live, as sets of {@link Slots}. At each place a register is <em>dirty</em> if only its
 * local has its value, and <em>live</em> if its local is still needed: because an instruction reads it, or because it is
 * dirty on some way here and has to be stored where the unit leaves. What is live at an entry is loaded there, what is
 * dirty at an exit is stored. Calls and instructions that need everything in the state are such exits and entries too. The
 * flags' liveness is worked out on the way: one bit more.
 */
final class RegisterPlan {
  /** A block with the effects of its instructions. */
  private static final class Node {
    final RegionBlock block;
    /** The place in the order of emission. */
    final int place;
    final List<Effects> effects = new ArrayList<>();
    final long[] liveAfter;
    long dirtyIn;
    long dirtyOut;
    long liveIn;
    /** What is in the state alone, throughout the block. */
    long parked;

    Node(RegionBlock block, int place) {
      this.block = block;
      this.place = place;
      this.liveAfter = new long[block.instructions().size()];
    }

    /** The registers that instructions of the block read or write. */
    long used() {
      long used = 0;
      for (Effects effect : effects) {
        used |= effect.reads() | effect.writes() | effect.used();
      }
      return used;
    }
  }

  private final Map<Long, Node> nodes = new HashMap<>();

  RegisterPlan(Region region, int codeSize, boolean intrinsics, boolean vectors, boolean x87,
      X87Plan stack, LoopPlan innermost) {
    for (RegionBlock block : region.blocks()) {
      Node node = new Node(block, nodes.size());
      long at = block.start();
      int last = block.instructions().size() - 1;
      for (int i = 0; i <= last; i++) {
        Instruction instruction = block.instructions().get(i);
        if (i < last || !isTransfer(block)) {
          node.effects.add(Effects.of(instruction, at, codeSize, intrinsics, vectors, x87, stack,
              region.record(at)));
        } else {
          node.effects.add(block.terminal() instanceof Terminal.Interpret ? Effects.NOTHING
              : Effects.value(instruction, codeSize, intrinsics));
        }
        at += instruction.length();
      }
      nodes.put(block.start(), node);
    }
    findParked(innermost);
    findDirty(region);
    findLive(region);
  }

  /** Decides what innermost loops leave to the state: all that they do not use. */
  private void findParked(LoopPlan innermost) {
    long used = nodes.values().stream().mapToLong(Node::used).reduce(0, (a, b) -> a | b);
    for (Node node : nodes.values()) {
      Set<Long> loop = innermost.loopOf(node.block.start());
      if (!loop.isEmpty()) {
        node.parked = used & ~loop.stream().mapToLong(member -> node(member).used()).reduce(0, (a, b) -> a | b);
      }
    }
  }

  /** Whether the last instruction of a block is its terminal, and no instruction that falls through. */
  static boolean isTransfer(RegionBlock block) {
    return !(block.terminal() instanceof Terminal.Jump) || block.instructions().getLast().op() == Op.JMP;
  }

  private void findDirty(Region region) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (RegionBlock block : region.blocks()) {
        Node node = node(block.start());
        long dirty = node.dirtyIn;
        for (Effects effects : node.effects) {
          dirty = effects.dirtyAfter(dirty);
        }
        if (block.terminal().isCall()) {
          dirty = 0;
        }
        node.dirtyOut = dirty;
        for (long successor : block.terminal().successors()) {
          Node next = nodes.get(successor);
          if (next != null && (dirty & ~next.parked & ~next.dirtyIn) != 0) {
            next.dirtyIn |= dirty & ~next.parked;
            changed = true;
          }
        }
      }
    }
  }

  private void findLive(Region region) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = region.blocks().size() - 1; i >= 0; i--) {
        Node node = node(region.blocks().get(i).start());
        long live = findLive(node);
        if (live != node.liveIn) {
          node.liveIn = live;
          changed = true;
        }
      }
    }
  }

  /** What is live at the start of a block; fills in what is live behind its instructions. */
  private long findLive(Node node) {
    long live = liveOut(node);
    for (int i = node.effects.size() - 1; i >= 0; i--) {
      node.liveAfter[i] = live;
      Effects effects = node.effects.get(i);
      boolean flags = effects.flagsLiveBefore((live & Slots.FLAGS) != 0);
      live = effects.form() == Form.INTERPRETED ? 0 : live & ~effects.writes() | effects.reads();
      live = flags ? live | Slots.FLAGS : live & ~Slots.FLAGS;
    }
    // A dirty register is stored sooner or later, unless it is written anew; that case is not worth being told apart.
    return live | node.dirtyIn;
  }

  /** What is live behind a block's last instruction. */
  private long liveOut(Node node) {
    RegionBlock block = node.block;
    if (block.terminal().isCall()) {
      return Slots.FLAGS;
    }
    long live = 0;
    boolean leaves = block.terminal().successors().isEmpty() || block.terminal() instanceof Terminal.IndirectJump
        || block.terminal() instanceof Terminal.Return;
    for (long successor : block.terminal().successors()) {
      Node next = nodes.get(successor);
      if (next == null) {
        leaves = true;
      } else {
        live |= next.liveIn & ~node.parked | node.dirtyOut & next.parked;
        // The end of a loop asks for events, and may leave.
        leaves |= next.place <= node.place;
      }
    }
    return leaves ? live | Slots.FLAGS : live;
  }

  private Node node(long start) {
    return Objects.requireNonNull(nodes.get(start));
  }

  Effects effects(RegionBlock block, int index) {
    return node(block.start()).effects.get(index);
  }

  /** The registers that are dirty at the start of a block. */
  long dirtyAt(long start) {
    return node(start).dirtyIn;
  }

  /** The registers that are stored in the state on the way from one block to another. */
  long storedBetween(long from, long to) {
    return node(to).parked & ~node(from).parked;
  }

  /** The registers that are loaded from the state on the way from one block to another. */
  long loadedBetween(long from, long to) {
    return node(from).parked & ~node(to).parked & liveAt(to);
  }

  /** The registers whose locals the block at {@code start} relies on. */
  long liveAt(long start) {
    return node(start).liveIn & ~Slots.FLAGS;
  }

  /** The registers whose locals are needed behind instruction {@code index}. */
  long liveAfter(RegionBlock block, int index) {
    return node(block.start()).liveAfter[index] & ~Slots.FLAGS;
  }

  /** Whether the flags at the start of a block matter. */
  boolean flagsMatterAt(long start) {
    return (node(start).liveIn & Slots.FLAGS) != 0;
  }

  /** Whether the flags behind instruction {@code index} matter. */
  boolean flagsMatterAfter(RegionBlock block, int index) {
    return (node(block.start()).liveAfter[index] & Slots.FLAGS) != 0;
  }
}
