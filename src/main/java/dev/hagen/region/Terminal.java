package dev.hagen.region;

import java.util.List;

/** How control leaves a {@link RegionBlock}. Targets are distances from the region's head in linear addresses. */
public sealed interface Terminal {
  /** Continues at a known place; the last instruction may be a JMP or one that only falls through. */
  record Jump(long target) implements Terminal {}

  /** The last instruction is a conditional jump: Jcc, JCXZ, or LOOP and its like, which write RCX. */
  record Branch(long taken, long notTaken) implements Terminal {}

  /** The last instruction is a near call of a known target, which returns to {@code next}. */
  record Call(long target, long next) implements Terminal {}

  /** The last instruction is a near call of a known target in the region. */
  record InnerCall(long target) implements Terminal {}

  /** The last instruction is a near call of a computed target, which returns to {@code next}. */
  record IndirectCall(long next) implements Terminal {}

  /** The last instruction is a near jump to a computed target, most often one of {@code targets}. */
  record IndirectJump(List<Long> targets) implements Terminal {}

  /** The last instruction is a near return; inner calls have {@code sites} behind them. */
  record Return(List<Long> sites) implements Terminal {}

  /** The last instruction is executed by the interpreter, and then the unit is left. */
  record Interpret() implements Terminal {}

  /** Where control may go in the same region. */
  default List<Long> successors() {
    return switch (this) {
      case Jump jump -> List.of(jump.target);
      case Branch branch -> List.of(branch.taken, branch.notTaken);
      case Call call -> List.of(call.next);
      case InnerCall call -> List.of(call.target);
      case IndirectCall call -> List.of(call.next);
      case IndirectJump jump -> jump.targets;
      case Return ret -> ret.sites;
      case Interpret interpret -> List.of();
    };
  }

  /** Whether control comes back from a call of other code first. */
  default boolean isCall() {
    return this instanceof Call || this instanceof IndirectCall;
  }
}
