package dev.hagen.util;

/** A number by which the speed of a machine can be tuned; what a guest observes does not depend on any of them. */
public enum Tunable {
  // @formatter:off
  THRESHOLD(           6000, 0, Integer.MAX_VALUE, "entries of a block before it is translated; 0: nothing is translated"),
  REGION_BLOCKS(         64, 1, 1000,              "blocks in a region at most"),
  REGION_INSTRUCTIONS(HotSpot.IS_LAUNCHED ? 300 : 100, 1, 1000,
      "instructions after which a region takes no more blocks; 100 if not given and HotSpot compiles no large methods"),
  RARE_EDGE(             64, 1, Integer.MAX_VALUE, "an edge taken once in more runs of its block ends the region"),
  BACKGROUND(             1, 0, 1,                 "1: translate on a thread of its own; 0: at once, while the guest waits"),
  TIERS(                  1, 0, 1,                 "1: units are drafts for HotSpot's C1 at first, and made anew for C2 if they run for long; 0: made for C2 at once"),
  PROMOTION(        5000000, 0, Integer.MAX_VALUE, "instructions that a draft retires before it is made anew"),
  ADAPTIVE(               1, 0, 1,                 "1: units that are left often at an instruction are made anew; 0: not"),
  MISSES(             20000, 1, Integer.MAX_VALUE, "how often units are left at an instruction until they are made anew"),
  MMU(                    1, 0, 2,                 "a write of CR3 forgets what is not global (0), or what is not kept under its PCID (1), or nothing (2: page tables are traced)"),
  TRACE(                  1, 0, 1,                 "1: units come to store into traced page tables themselves; 0: they always leave"),
  TRACE_STORES(          64, 1, Integer.MAX_VALUE, "stores into a traced page, without a translation between, until it is traced no more; not with trace=0"),
  INTRINSICS(             1, 0, 1,                 "0: no operation has bytecode of its own, all go through semantic methods");
  // @formatter:on

  private final int standard;
  private final int least;
  private final int most;
  private final String description;

  Tunable(int standard, int least, int most, String description) {
    this.standard = standard;
    this.least = least;
    this.most = most;
    this.description = description;
  }

  /** The value unless somebody chooses another. */
  public int standard() {
    return standard;
  }

  public int least() {
    return least;
  }

  public int most() {
    return most;
  }

  /** What it counts, for users. */
  public String description() {
    return description;
  }

  /** How users spell it: {@code region-blocks}. */
  public String spelling() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
