package dev.hagen.region;

/** How control leaves a {@link RegionBlock}. Targets are distances from the region's head in linear addresses. */
public sealed interface Terminal {
  /** Continues at a known place; the last instruction may be a JMP or one that only falls through. */
  record Jump(long target) implements Terminal {}

  /** The last instruction is a conditional jump. */
  record Branch(long taken, long notTaken) implements Terminal {}

  /** The last instruction is a near call of a known target. */
  record Call(long target) implements Terminal {}

  /** The last instruction computes where it goes: a near return, an indirect jump or call. */
  record Computed() implements Terminal {}

  /** The last instruction is executed by the interpreter, and then the unit is left. */
  record Interpret() implements Terminal {}
}
