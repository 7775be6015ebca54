package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.region.Region;
import dev.hagen.region.RegionBlock;
import java.util.BitSet;

/**
 * Which halves of XMM registers live in locals of a unit, and as what: those that an instruction with bytecode of its own
 * names. A half that is mostly worked on as a double is a {@code double}, any other a {@code long}; halves that are only
 * moved are what those are that they are moved from and to.
 *
 * <p>A half is numbered by twice its register's number, plus one for the upper one.
 */
final class XmmUse {
  /** Moves through so many registers still pass on a type. */
  private static final int LONGEST_CHAIN = 3;

  private final BitSet used = new BitSet();
  private final BitSet doubles = new BitSet();
  private final int[] votes = new int[Slots.HALF_COUNT];
  private boolean computes;

  private XmmUse() {}

  /**
   * The use of a region.
   *
   * @param enabled whether there is bytecode for SSE instructions at all
   * @param inState whether halves stay in the state, as numbers of 64 bits
   */
  static XmmUse of(Region region, boolean enabled, boolean inState) {
    XmmUse use = new XmmUse();
    if (enabled) {
      use.add(region);
    }
    if (inState) {
      use.doubles.clear();
    }
    return use;
  }

  private void add(Region region) {
    for (RegionBlock block : region.blocks()) {
      for (Instruction instruction : block.instructions()) {
        XmmForm form = XmmForm.of(instruction);
        if (form != null) {
          add(instruction, form);
        }
      }
    }
    if (used.isEmpty()) {
      return;
    }
    for (int i = 0; i < LONGEST_CHAIN; i++) {
      for (RegionBlock block : region.blocks()) {
        for (Instruction instruction : block.instructions()) {
          addMove(instruction);
        }
      }
    }
    for (int half = 0; half < Slots.HALF_COUNT; half++) {
      doubles.set(half, votes[half] > 0);
    }
  }

  private void add(Instruction instruction, XmmForm form) {
    computes |= form.computes();
    add(instruction.operand(0), form.read() | form.written(), form.type());
    add(instruction.operand(1), form.source(), form.sourceType());
  }

  private void add(Operand operand, int touched, XmmForm.Type type) {
    if (operand instanceof Operand.Xmm xmm) {
      for (int half = 0; half < 2; half++) {
        if ((touched >> half & 1) != 0) {
          used.set(2 * xmm.index() + half);
          votes[2 * xmm.index() + half] += vote(type);
        }
      }
    }
  }

  private static int vote(XmmForm.Type type) {
    return switch (type) {
      case DOUBLE -> 1;
      case LONG -> -1;
      case ANY -> 0;
    };
  }

  /** Lets the halves that a move connects agree, if one of them does not care. */
  private void addMove(Instruction instruction) {
    XmmForm form = XmmForm.of(instruction);
    if (form == null || !(instruction.operand(0) instanceof Operand.Xmm to)
        || !(instruction.operand(1) instanceof Operand.Xmm from)) {
      return;
    }
    switch (form.kind()) {
      case WHOLE -> {
        agree(2 * to.index(), 2 * from.index());
        agree(2 * to.index() + 1, 2 * from.index() + 1);
      }
      case SCALAR -> agree(2 * to.index(), 2 * from.index());
      case SELECT -> {
        HalfSelection selection = HalfSelection.of(instruction);
        agree(2 * to.index(), HalfSelection.half(selection.low(), to.index(), from.index()));
        agree(2 * to.index() + 1, HalfSelection.half(selection.high(), to.index(), from.index()));
      }
      default -> {
      }
    }
  }

  private void agree(int a, int b) {
    if (votes[a] == 0) {
      votes[a] = Integer.signum(votes[b]);
    } else if (votes[b] == 0) {
      votes[b] = Integer.signum(votes[a]);
    }
  }

  boolean isDouble(int half) {
    return doubles.get(half);
  }

  /** Whether any register lives in locals. */
  boolean isEmpty() {
    return used.isEmpty();
  }

  /** Whether there is arithmetic that depends on {@link dev.hagen.semantics.InlineFloat#mode}. */
  boolean computes() {
    return computes;
  }
}
