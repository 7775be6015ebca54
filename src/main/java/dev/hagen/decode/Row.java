package dev.hagen.decode;

import org.jspecify.annotations.Nullable;

/**
 * One row of an opcode table: an encoding and what it means. Written as a factory call ({@link #row} for any prefixes,
 * {@link #np}, {@link #p66}, {@link #pF3}, {@link #pF2} for a mandatory one) and narrowed by the methods behind it;
 * nothing changes a row once its table stands. MMX and XMM operands bring their {@link Check} along.
 */
final class Row {
  /** Mandatory prefixes, the index of a row's {@link #prefix}. */
  static final int NONE = 0;
  static final int P66 = 1;
  static final int PF3 = 2;
  static final int PF2 = 3;
  /** No mandatory prefix: 66, F2 and F3 are no part of the opcode. */
  static final int ANY = 4;

  final int opcode;
  int lastOpcode;
  final int prefix;
  final Op op;
  final Form[] forms;

  /** ModRM.reg that the row is for, or -1. */
  int reg = -1;
  /** ModRM.rm that the row is for, or -1. */
  int rm = -1;
  boolean memoryOnly;
  boolean registerOnly;
  boolean not64;
  boolean only64;
  /** Neither F2 nor F3 may be present. */
  boolean noRepeat;
  boolean lockable;
  /** In 64-bit mode the operand size is 64 bits, or 16 with 66. */
  boolean default64;
  /** There is a far pointer in memory. */
  boolean farPointer;
  /** Like {@link #default64}, but 66 counts only with {@link Extension#AMD_BRANCHES}. */
  boolean nearBranch;
  /** The operation with REX.W. */
  Op wideOp;
  /** The size of an element; {@link Instruction#operandSize} then is that. */
  @Nullable Size element;
  @Nullable Extension extension;
  int checks;
  int alignment;

  private Row(int opcode, int prefix, Op op, Form[] forms) {
    this.opcode = opcode;
    this.lastOpcode = opcode;
    this.prefix = prefix;
    this.op = op;
    this.wideOp = op;
    this.forms = forms;
    for (Form form : forms) {
      switch (form.kind()) {
        case MEMORY -> {
          memoryOnly = true;
          farPointer |= form.size() == Size.p;
        }
        case GENERAL_RM, MMX_RM, XMM_RM, STACK_RM -> registerOnly = true;
        case STRING -> element = form.size();
        default -> { }
      }
      checks |= form.kind().check;
    }
  }

  /** A row for any prefixes. */
  static Row row(int opcode, Op op, Form... forms) {
    return new Row(opcode, ANY, op, forms);
  }

  /** A row for none of the prefixes 66, F2 and F3. */
  static Row np(int opcode, Op op, Form... forms) {
    return new Row(opcode, NONE, op, forms);
  }

  /** A row for the mandatory prefix 66. */
  static Row p66(int opcode, Op op, Form... forms) {
    return new Row(opcode, P66, op, forms);
  }

  /** A row for the mandatory prefix F3. */
  static Row pF3(int opcode, Op op, Form... forms) {
    return new Row(opcode, PF3, op, forms);
  }

  /** A row for the mandatory prefix F2. */
  static Row pF2(int opcode, Op op, Form... forms) {
    return new Row(opcode, PF2, op, forms);
  }

  /** A row of the x87 escape opcodes. */
  static Row x87(int opcode, Op op, Form... forms) {
    return row(opcode, op, forms).check(switch (op) {
      case FNINIT, FNCLEX, FNSTCW, FNSTSW, FNSTENV, FNSAVE -> Check.X87_CONTROL;
      default -> Check.X87;
    });
  }

  /** For all opcodes up to this one. */
  Row through(int last) {
    lastOpcode = last;
    return this;
  }

  /** For this value of ModRM.reg: the manual's {@code /n}. */
  Row slash(int value) {
    reg = value;
    return this;
  }

  /** For this value of ModRM.rm, and registers only. */
  Row rm(int value) {
    rm = value;
    registerOnly = true;
    return this;
  }

  /** For memory only. */
  Row memory() {
    memoryOnly = true;
    return this;
  }

  /** For registers only. */
  Row register() {
    registerOnly = true;
    return this;
  }

  /** Does not exist in 64-bit mode. */
  Row not64() {
    not64 = true;
    return this;
  }

  /** Exists in 64-bit mode only. */
  Row only64() {
    only64 = true;
    return this;
  }

  /** Does not exist with F2 or F3. */
  Row noRepeat() {
    noRepeat = true;
    return this;
  }

  /** LOCK is allowed if the destination is in memory. */
  Row lock() {
    lockable = true;
    return this;
  }

  /** The operand size in 64-bit mode is 64 bits, or 16 with 66. */
  Row d64() {
    default64 = true;
    return this;
  }

  /** A near branch; see {@link Extension#AMD_BRANCHES}. */
  Row near() {
    nearBranch = true;
    return this;
  }

  /** With REX.W the row means another operation. */
  Row wide(Op operation) {
    wideOp = operation;
    return this;
  }

  /** {@link Instruction#operandSize} is the size of an element. */
  Row element(Size size) {
    element = size;
    return this;
  }

  /** The row exists if the processor has this extension. */
  Row needs(Extension required) {
    extension = required;
    return this;
  }

  /** See {@link Check}. */
  Row check(int bits) {
    checks |= bits;
    return this;
  }

  /** An x87 instruction that does not wait although others of its operation do. */
  Row control() {
    checks = checks & ~Check.X87 | Check.X87_CONTROL;
    return this;
  }

  /** The memory operand must be aligned to so many bytes. */
  Row aligned(int bytes) {
    alignment = bytes;
    return this;
  }

  /** The memory operand of sixteen bytes need not be aligned. */
  Row unaligned() {
    alignment = 1;
    return this;
  }

  /** Whether the row is followed by a ModRM byte. */
  boolean hasModRm() {
    if (reg >= 0 || rm >= 0 || memoryOnly || registerOnly) {
      return true;
    }
    for (Form form : forms) {
      if (form.kind().inModRm) {
        return true;
      }
    }
    return false;
  }

  /** Whether the row's choice depends on the ModRM byte. */
  boolean isSelectedByModRm() {
    return reg >= 0 || rm >= 0 || memoryOnly || registerOnly;
  }

  /** Alignment of a memory operand: what the row says, else sixteen for legacy SSE operands of that size. */
  int alignment(int memorySize) {
    if (alignment != 0) {
      return alignment;
    }
    return memorySize == 16 ? 16 : 1;
  }
}
