package dev.hagen.emit;

import dev.hagen.interpret.Unit;

/** JVM locals of an emitted method. A {@code long} takes two. What a method uses of them, {@link DenseLocals} moves together. */
final class Locals {
  static final int THIS = 0;
  static final int CPU = 1;
  /** The number of the block at which the unit is entered. */
  static final int ENTRY = 2;
  /** How many calls of units may be nested. */
  static final int DEPTH = 3;
  /** These four are what the method is called with. */
  static final int PARAMETERS = 4;
  static final int GPR = 4;
  static final int READ_TLB = 5;
  static final int WRITE_TLB = 6;
  /** What {@link dev.hagen.cpu.CpuState#countdown} is to be. */
  static final int COUNT = 7;
  /** The lazy flags: kind and three operands, see {@link dev.hagen.semantics.LazyFlags}. */
  static final int FLAG_KIND = 8;
  static final int FLAG_A = 9;
  static final int FLAG_B = 11;
  static final int FLAG_C = 13;
  /** The linear address of the region's head as an instruction pointer. */
  static final int BASE = 15;
  /** RIP at exit. */
  static final int EXIT_RIP = 17;
  /** What the unit returns, or what a callee has. */
  static final int RESULT = 19;
  static final int TEMPORARY_1 = 20;
  /** The linear address of the current access. */
  static final int ADDRESS = 22;
  static final int TEMPORARY_2 = 24;
  /** The place of the current access in host memory. */
  static final int OFFSET = 26;
  static final int FS_BASE = 28;
  static final int GS_BASE = 30;
  private static final int REGISTERS = 32;
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
  /** In a draft: what reads and writes raw memory, and a value on its way there. */
  static final int UNSAFE = RESULT_HIGH + 2;
  static final int RAW = UNSAFE + 1;
  /** The operands of a {@link dev.hagen.semantics.FlagChange}. */
  static final int CHANGE_A = RAW + 2;
  static final int CHANGE_B = CHANGE_A + 2;
  /** The number of a bit that is tested. */
  static final int BIT = CHANGE_B + 2;
  /** See {@link X87Pointers}. */
  static final int X87_DATA = BIT + 1;
  /** How far the current access lies behind the start of its page. */
  static final int DISTANCE = X87_DATA + 2;
  /** What the unit knows of the x87: see {@link X87Stack}. */
  static final int X87_BASE = DISTANCE + 2;
  static final int X87_TAGS = X87_BASE + 1;
  static final int X87_MODE = X87_TAGS + 1;
  private static final int X87_REGISTERS = X87_MODE + 1;
  /** See {@link OperandEmitter#popAlone}. */
  static final int LOW = X87_REGISTERS + 3 * 8;
  private static final int PAGES = LOW + 2;
  private static final int STACK_WINDOWS = PAGES + 4 * Unit.PAGE_GROUPS;
  private static final int ROUND_WINDOWS = STACK_WINDOWS + 4;

  private Locals() {}

  /** The local of a general register. */
  static int register(int index) {
    return REGISTERS + 2 * index;
  }

  /** Whether a local is a general register's. */
  static boolean isGeneral(int local) {
    return local >= REGISTERS && local < XMM_HALVES;
  }

  /** Which general register's a local is. */
  static int generalIndex(int local) {
    return (local - REGISTERS) / 2;
  }

  /** Which half of an XMM register a local is, twice the register's number plus one for the upper one; -1 if none. */
  static int half(int local) {
    return local >= XMM_HALVES && local < XMM ? (local - XMM_HALVES) / 2 : -1;
  }

  /** The local of one half of an XMM register, a {@code long} or a {@code double}. */
  static int xmm(int index, int half) {
    return XMM_HALVES + 4 * index + 2 * half;
  }

  /** The significand of an x87 register, a {@code long}. */
  static int significand(int number) {
    return X87_REGISTERS + 3 * number;
  }

  /** Its sign and exponent, an {@code int}. */
  static int signExponent(int number) {
    return X87_REGISTERS + 3 * number + 2;
  }

  /** The linear address of the page that a group of accesses touched last. */
  static int page(int group) {
    return PAGES + 4 * group;
  }

  /** Where that page begins in host memory. */
  static int place(int group) {
    return PAGES + 4 * group + 2;
  }

  /** Where the {@link StackWindow} around RSP (0) or RBP (1) begins in host memory. */
  static int stackWindow(int number) {
    return STACK_WINDOWS + 2 * number;
  }

  /** Where a {@link RoundWindow} begins in host memory. */
  static int roundWindow(int number) {
    return ROUND_WINDOWS + 2 * number;
  }
}
