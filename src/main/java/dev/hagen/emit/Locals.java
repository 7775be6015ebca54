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
  private static final int XMM_HALVES = REGISTERS + 2 * 16;
  /** The state's array of XMM registers. */
  static final int XMM = XMM_HALVES + 4 * 16;
  /** See {@link dev.hagen.semantics.InlineFloat}. */
  static final int FLOAT_MODE = XMM + 1;
  /** The halves of a second operand that comes from memory, and of a result, as {@code long} or {@code double}. */
  static final int SOURCE_LOW = FLOAT_MODE + 1;
  static final int SOURCE_HIGH = SOURCE_LOW + 2;
  static final int RESULT_LOW = SOURCE_HIGH + 2;
  static final int RESULT_HIGH = RESULT_LOW + 2;

  private Locals() {}

  /** The local of a general register. */
  static int register(int index) {
    return REGISTERS + 2 * index;
  }

  /** The local of one half of an XMM register, a {@code long} or a {@code double}. */
  static int xmm(int index, int half) {
    return XMM_HALVES + 4 * index + 2 * half;
  }
}
