package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import org.jspecify.annotations.Nullable;

/**
 * What an x87 instruction that computes on locals does.
 *
 * @param kind who emits it
 * @param pops how many registers it frees at the top
 * @param other the other register that takes part, as ST(i); 0 if there is none
 */
record X87Form(Kind kind, int pops, int other) {
  /** Ways to emit an instruction. */
  enum Kind {
    /** Push a copy of a register. */
    LOAD,
    /** Push a number from memory or a constant. */
    LOAD_REAL,
    LOAD_EXTENDED,
    LOAD_INTEGER,
    LOAD_ONE,
    LOAD_ZERO,
    /** ST(0) to another register. */
    STORE,
    STORE_REAL,
    STORE_EXTENDED,
    STORE_INTEGER,
    EXCHANGE,
    ABSOLUTE,
    NEGATE,
    ROOT,
    /** Sum, difference, product or quotient of two registers, or of ST(0) and memory. */
    ARITHMETIC,
    ARITHMETIC_REAL,
    ARITHMETIC_INTEGER,
    /** Compare ST(0) with a register, into the flags or the status word. */
    COMPARE_TO_FLAGS,
    COMPARE,
    COMPARE_REAL;

    boolean pushes() {
      return ordinal() <= LOAD_ZERO.ordinal();
    }
  }

  /** The form of an instruction; null if it works on the state. */
  static @Nullable X87Form of(Instruction instruction) {
    Kind kind = kind(instruction.op());
    if (kind == null) {
      return null;
    }
    int other = 0;
    for (Operand operand : instruction.operands()) {
      if (operand instanceof Operand.Stack register && register.index() != 0) {
        other = register.index();
      }
    }
    int pops = pops(instruction.op());
    return new X87Form(kind, pops, pops == 2 ? 1 : other);
  }

  private static @Nullable Kind kind(Op op) {
    return switch (op) {
      case FLD -> Kind.LOAD;
      case FLD_M32, FLD_M64 -> Kind.LOAD_REAL;
      case FLD_M80 -> Kind.LOAD_EXTENDED;
      case FILD_M16, FILD_M32, FILD_M64 -> Kind.LOAD_INTEGER;
      case FLD1 -> Kind.LOAD_ONE;
      case FLDZ -> Kind.LOAD_ZERO;
      case FST, FSTP -> Kind.STORE;
      case FST_M32, FST_M64, FSTP_M32, FSTP_M64 -> Kind.STORE_REAL;
      case FSTP_M80 -> Kind.STORE_EXTENDED;
      case FIST_M16, FIST_M32, FISTP_M16, FISTP_M32, FISTP_M64, FISTTP_M16, FISTTP_M32, FISTTP_M64 -> Kind.STORE_INTEGER;
      case FXCH -> Kind.EXCHANGE;
      case FABS -> Kind.ABSOLUTE;
      case FCHS -> Kind.NEGATE;
      case FSQRT -> Kind.ROOT;
      case FADD, FADDP, FSUB, FSUBP, FSUBR, FSUBRP, FMUL, FMULP, FDIV, FDIVP, FDIVR, FDIVRP -> Kind.ARITHMETIC;
      case FADD_M32, FADD_M64, FSUB_M32, FSUB_M64, FSUBR_M32, FSUBR_M64, FMUL_M32, FMUL_M64, FDIV_M32, FDIV_M64,
          FDIVR_M32, FDIVR_M64 -> Kind.ARITHMETIC_REAL;
      case FIADD_M16, FIADD_M32, FISUB_M16, FISUB_M32, FISUBR_M16, FISUBR_M32, FIMUL_M16, FIMUL_M32, FIDIV_M16,
          FIDIV_M32, FIDIVR_M16, FIDIVR_M32 -> Kind.ARITHMETIC_INTEGER;
      case FCOMI, FCOMIP, FUCOMI, FUCOMIP -> Kind.COMPARE_TO_FLAGS;
      case FCOM, FCOMP, FCOMPP, FUCOM, FUCOMP, FUCOMPP -> Kind.COMPARE;
      case FCOM_M32, FCOM_M64, FCOMP_M32, FCOMP_M64 -> Kind.COMPARE_REAL;
      default -> null;
    };
  }

  private static int pops(Op op) {
    return switch (op) {
      case FCOMPP, FUCOMPP -> 2;
      case FSTP, FSTP_M32, FSTP_M64, FSTP_M80, FISTP_M16, FISTP_M32, FISTP_M64, FISTTP_M16, FISTTP_M32, FISTTP_M64, FADDP,
          FSUBP, FSUBRP, FMULP, FDIVP, FDIVRP, FCOMIP, FUCOMIP, FCOMP, FUCOMP, FCOMP_M32, FCOMP_M64 -> 1;
      default -> 0;
    };
  }

  /** How much the number of ST(0) changes. */
  int change() {
    return kind.pushes() ? -1 : pops;
  }

  /** Whether a register is read that must not be empty; for LOAD that is {@link #other}. */
  boolean readsTop() {
    return !kind.pushes();
  }

  /** Whether {@link #other} is read. */
  boolean readsOther() {
    return switch (kind) {
      case LOAD, EXCHANGE, ARITHMETIC, COMPARE_TO_FLAGS, COMPARE -> true;
      default -> false;
    };
  }

  /** The registers that are read, as {@link Slots}; {@code depth} is the number of ST(0) before. */
  long reads(int depth) {
    return (readsTop() ? slot(depth) : 0) | (readsOther() ? slot(depth + other) : 0);
  }

  /** The registers that are written. */
  long writes(int depth, Instruction instruction) {
    return switch (kind) {
      case LOAD, LOAD_REAL, LOAD_EXTENDED, LOAD_INTEGER, LOAD_ONE, LOAD_ZERO -> slot(depth - 1);
      case STORE -> slot(depth + other);
      case EXCHANGE -> slot(depth) | slot(depth + other);
      case ABSOLUTE, NEGATE, ROOT, ARITHMETIC_REAL, ARITHMETIC_INTEGER -> slot(depth);
      case ARITHMETIC -> slot(depth + destination(instruction));
      default -> 0;
    };
  }

  /** The first operand's register, as ST(i). */
  static int destination(Instruction instruction) {
    return ((Operand.Stack) instruction.operand(0)).index();
  }

  private static long slot(int number) {
    return Slots.x87(number & 7);
  }
}
