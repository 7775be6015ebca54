package dev.hagen.util;

/** A number by which the speed of a machine can be tuned; what a guest observes does not depend on any of them. */
public enum Tunable {
  // @formatter:off
  THRESHOLD(           6000, 0, Integer.MAX_VALUE, "entries of a block before it is translated; 0: nothing is translated"),
  REGION_BLOCKS(         64, 1, 1000,              "blocks in a region at most"),
  REGION_INSTRUCTIONS(HotSpot.IS_LAUNCHED ? 300 : 100, 1, 1000,
      "instructions after which a region takes no more blocks; 100 if not given and HotSpot compiles no large methods"),
  RARE_EDGE(             64, 1, Integer.MAX_VALUE, "an edge taken once in more runs of its block ends the region"),
  SMALL_LEAF(            24, 0, 1000,              "instructions at most of a function, calling none, that becomes part of its callers' regions"),
  TARGETS(               16, 0, 24,                "targets at most of an indirect jump, or of a return, that become part of a region"),
  ENTRIES(               24, 1, 100,               "blocks at most where a unit may be entered"),
  LOOP_ROUNDS(            8, 1, Integer.MAX_VALUE, "rounds on average from which on a loop gets code of its own"),
  UNROLL(                 4, 1, 16,                "rounds at most of a small loop that are emitted one behind the other"),
  UNROLL_INSTRUCTIONS(   24, 1, 1000,              "instructions at most in these rounds together"),
  WINDOW(               512, 0, 4096,              "bytes at most that one check of their page does for"),
  BACKGROUND(             1, 0, 1,                 "1: translate on a thread of its own; 0: at once, while the guest waits"),
  TIERS(                  1, 0, 1,                 "1: units are drafts for HotSpot's C1 at first, and made anew for C2 if they run for long; 0: made for C2 at once"),
  PROMOTION(        5000000, 0, Integer.MAX_VALUE, "instructions that a draft retires before it is made anew"),
  COMPILES(               2, 1, 100,               "units that each of HotSpot's compilers is given at a time"),
  TRIAL_ENTRIES(        215, 1, 1000000,           "entries at most of a unit for C2 while it is tried beside its draft"),
  TRIAL_INSTRUCTIONS(  2500, 1, 1000000,           "instructions at most that it runs at each of them"),
  TRIAL_TOTAL(        40000, 1, 1000000000,        "instructions at most that it runs at all of them"),
  PAGE_CHANGES(          40, 1, Integer.MAX_VALUE, "accesses that are seen to change their page once in fewer instructions do not remember it"),
  ADAPTIVE(               1, 0, 1,                 "1: units that are left often at an instruction are made anew; 0: not"),
  MISSES(             20000, 1, Integer.MAX_VALUE, "how often units are left at an instruction until they are made anew"),
  IMPROVEMENTS(           5, 1, 1000,              "how often at most a region's unit is made anew"),
  PATIENCE(               4, 0, 1000,              "thresholds that a block stays cold for whose region has its unit"),
  DEPTH(                100, 1, 200,               "calls of units nested in each other at most, which are frames on Java's stack"),
  HARVEST(          1000000, 1, Integer.MAX_VALUE, "instructions at most between two looks at what units have been entered"),
  HARVEST_UNITS(        256, 1, Integer.MAX_VALUE, "units for which the looks are once more as far apart"),
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
