package dev.hagen.region;

import java.util.List;

/** How control leaves a {@link RegionBlock}. Targets are distances from the region's head in linear addresses. */
public sealed interface Terminal {
  /** Continues at a known place; the last instruction may be a JMP or one that only falls through. */
  record Jump(long target) implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of(target);
    }
  }

  /** The last instruction is a conditional jump: Jcc, JCXZ, or LOOP and its like, which write RCX. */
  record Branch(long taken, long notTaken) implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of(taken, notTaken);
    }
  }

  /** The last instruction is a near call of a known target, which returns to {@code next}. */
  record Call(long target, long next) implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of(next);
    }
  }

  /** The last instruction is a near call of a known target in the region. */
  record InnerCall(long target) implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of(target);
    }
  }

  /** The last instruction is a near call of a computed target, which returns to {@code next}. */
  record IndirectCall(long next) implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of(next);
    }
  }

  /** The last instruction is a near jump to a computed target, most often one of {@code targets}. */
  record IndirectJump(List<Long> targets) implements Terminal {
    @Override
    public List<Long> successors() {
      return targets;
    }
  }

  /** The last instruction is a near return; inner calls have {@code sites} behind them. */
  record Return(List<Long> sites) implements Terminal {
    @Override
    public List<Long> successors() {
      return sites;
    }
  }

  /** The last instruction is executed by the interpreter, and then the unit is left. */
  record Interpret() implements Terminal {
    @Override
    public List<Long> successors() {
      return List.of();
    }
  }

  /** Where control may go in the same region. */
  List<Long> successors();

  /** Whether control comes back from a call of other code first. */
  default boolean isCall() {
    return this instanceof Call || this instanceof IndirectCall;
  }
}
