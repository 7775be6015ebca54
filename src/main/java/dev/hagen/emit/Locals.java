package dev.hagen.emit;

/** JVM locals of an emitted method. A {@code long} takes two. */
final class Locals {
  static final int THIS = 0;
  static final int CPU = 1;
  /** Instructions that may still retire before the unit leaves at the end of a loop. */
  static final int ROOM = 2;
  static final int GPR = 3;
  static final int TLB = 4;
  static final int TLB_READ = 5;
  static final int TLB_WRITE = 6;
  /** Instructions retired and not yet counted in the state. */
  static final int COUNT = 7;
  /** The lazy flags: kind and two operands, see {@link dev.hagen.semantics.LazyFlags}. */
  static final int FLAG_KIND = 8;
  static final int FLAG_A = 9;
  static final int FLAG_B = 11;
  /** RIP at entry. */
  static final int BASE = 13;
  /** RIP at exit. */
  static final int EXIT_RIP = 15;
  /** What the unit returns. */
  static final int RESULT = 17;
  static final int TEMPORARY_1 = 18;
  static final int TEMPORARY_2 = 20;
  static final int TEMPORARY_3 = 22;
  static final int OFFSET = 24;
  static final int FS_BASE = 26;
  static final int GS_BASE = 28;
  private static final int REGISTERS = 30;

  private Locals() {}

  /** The local of a general register. */
  static int register(int index) {
    return REGISTERS + 2 * index;
  }
}
