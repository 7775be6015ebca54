package dev.hagen.profile;

/** What runs guest code, or keeps the processor from running any. */
public enum Tier {
  /** The interpreter. */
  INTERPRETER("interpreter"),
  /** The first unit of hot code, which counts what it retires; HotSpot's C1 has compiled it. */
  DRAFT("draft"),
  /** A unit in place of a draft that has run for long; HotSpot's C2 has compiled it. */
  OPTIMISED("C2"),
  /** A unit, at a place where none can be entered, so that it is not known which. */
  UNIT("unit"),
  /** Devices, timers and the delivery of interrupts. */
  MACHINE("machine"),
  /** Nothing: the guest halts. */
  IDLE("idle");

  private final String spelling;

  Tier(String spelling) {
    this.spelling = spelling;
  }

  /** The name for tables. */
  public String spelling() {
    return spelling;
  }
}
