package dev.hagen.emit;

/** JVM locals of an emitted method. A {@code long} takes two. */
final class Locals {
  static final int THIS = 0;
  static final int CPU = 1;
  /** Instructions that may still retire before the unit leaves at the end of a loop. */
  static final int ROOM = 2;
  static final int GPR = 3;
  /** The TLB's arrays for reading and writing; local 6 is free. */
  static final int READ_TLB = 4;
  static final int WRITE_TLB = 5;
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
