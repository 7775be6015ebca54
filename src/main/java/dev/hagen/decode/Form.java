package dev.hagen.decode;

import dev.hagen.x86.Reg;

/**
 * One operand of an opcode-table row: where it is encoded and what size it has. The factory methods are the manual's
 * letters (SDM vol. 2D A.2.1), so that a row reads like the manual's tables.
 *
 * @param kind where the operand is
 * @param size its size, as a register if {@code memorySize} differs
 * @param memorySize its size in memory
 * @param number register number of the fixed kinds
 */
record Form(Kind kind, Size size, Size memorySize, int number) {

  /** Where an operand is encoded. */
  enum Kind {
    /** General register or memory by ModRM.mod and rm. */
    GENERAL_OR_MEMORY(true),
    /** Memory by ModRM; as a register the row does not exist. */
    MEMORY(true),
    /** General register by ModRM.rm; as memory the row does not exist. */
    GENERAL_RM(true),
    /** General register by ModRM.rm whatever ModRM.mod says (MOV to and from CR and DR). */
    GENERAL_RM_ALWAYS(true),
    GENERAL_REG(true),
    /** General register by the low bits of the opcode. */
    GENERAL_OPCODE(false),
    GENERAL_FIXED(false),
    SEGMENT_REG(true),
    /** Likewise, but not CS. */
    SEGMENT_REG_TO_LOAD(true),
    SEGMENT_FIXED(false),
    CONTROL_REG(true),
    DEBUG_REG(true),
    MMX_REG(true, Check.MMX),
    MMX_RM(true, Check.MMX),
    MMX_OR_MEMORY(true, Check.MMX),
    XMM_REG(true, Check.SSE),
    XMM_RM(true, Check.SSE),
    XMM_OR_MEMORY(true, Check.SSE),
    XMM_REG_ZERO_UPPER(true, Check.SSE),
    XMM_OR_MEMORY_ZERO_UPPER(true, Check.SSE),
    /** ST(0). */
    STACK_TOP(false),
    /** ST(i) by ModRM.rm. */
    STACK_RM(true),
    IMMEDIATE(false),
    /** The constant 1 of a shift. */
    ONE(false),
    RELATIVE(false),
    FAR_POINTER(false),
    /** Memory at an address in the instruction. */
    OFFSET(false),
    /** Implied memory of a string instruction: no operand, but the size of the elements. */
    STRING(false);

    final boolean inModRm;

    /** What using such an operand demands, a bit of {@link Check} or 0. */
    final int check;

    Kind(boolean inModRm) {
      this(inModRm, 0);
    }

    Kind(boolean inModRm, int check) {
      this.inModRm = inModRm;
      this.check = check;
    }
  }

  static final Form AL = fixed(Reg.RAX, Size.b);
  static final Form CL = fixed(Reg.RCX, Size.b);
  static final Form AX = fixed(Reg.RAX, Size.w);
  static final Form DX = fixed(Reg.RDX, Size.w);
  static final Form ONE = of(Kind.ONE, Size.b);
  static final Form ES = segment(Reg.ES);
  static final Form CS = segment(Reg.CS);
  static final Form SS = segment(Reg.SS);
  static final Form DS = segment(Reg.DS);
  static final Form FS = segment(Reg.FS);
  static final Form GS = segment(Reg.GS);
  /** ST(0). */
  static final Form ST = of(Kind.STACK_TOP, Size.t);
  /** ST(i) by ModRM.rm. */
  static final Form STi = of(Kind.STACK_RM, Size.t);
  /** A segment register by ModRM.reg. */
  static final Form Sw = of(Kind.SEGMENT_REG, Size.w);
  /** A segment register other than CS by ModRM.reg. */
  static final Form Sl = of(Kind.SEGMENT_REG_TO_LOAD, Size.w);
  /** A control register by ModRM.reg. */
  static final Form Cr = of(Kind.CONTROL_REG, Size.r);
  /** A debug register by ModRM.reg. */
  static final Form Dr = of(Kind.DEBUG_REG, Size.r);
  /** A general register by ModRM.rm, ModRM.mod ignored. */
  static final Form Rr = of(Kind.GENERAL_RM_ALWAYS, Size.r);

  /** A far pointer in the instruction. */
  static final Form Ap = of(Kind.FAR_POINTER, Size.p);

  private static Form of(Kind kind, Size size) {
    return new Form(kind, size, size, 0);
  }

  private static Form fixed(int register, Size size) {
    return new Form(Kind.GENERAL_FIXED, size, size, register);
  }

  private static Form segment(int index) {
    return new Form(Kind.SEGMENT_FIXED, Size.w, Size.w, index);
  }

  /** The accumulator. */
  static Form rAX(Size size) {
    return fixed(Reg.RAX, size);
  }

  /** General register or memory by ModRM.rm. */
  static Form E(Size size) {
    return of(Kind.GENERAL_OR_MEMORY, size);
  }

  /** General register of one size or memory of another by ModRM.rm. */
  static Form E(Size register, Size memory) {
    return new Form(Kind.GENERAL_OR_MEMORY, register, memory, 0);
  }

  /** General register by ModRM.reg. */
  static Form G(Size size) {
    return of(Kind.GENERAL_REG, size);
  }

  /** Immediate. */
  static Form I(Size size) {
    return of(Kind.IMMEDIATE, size);
  }

  /** Branch distance. */
  static Form J(Size size) {
    return of(Kind.RELATIVE, size);
  }

  /** Memory by ModRM.rm; the row exists for memory only. */
  static Form M(Size size) {
    return of(Kind.MEMORY, size);
  }

  /** Memory whose size or use is the operation's affair. */
  static Form M() {
    return of(Kind.MEMORY, Size.none);
  }

  /** MMX register by ModRM.rm. */
  static Form N() {
    return of(Kind.MMX_RM, Size.q);
  }

  /** Memory at an absolute offset. */
  static Form O(Size size) {
    return of(Kind.OFFSET, size);
  }

  /** MMX register by ModRM.reg. */
  static Form P() {
    return of(Kind.MMX_REG, Size.q);
  }

  /** MMX register or memory by ModRM.rm. */
  static Form Q() {
    return of(Kind.MMX_OR_MEMORY, Size.q);
  }

  /** MMX register or memory of another size by ModRM.rm. */
  static Form Q(Size memory) {
    return new Form(Kind.MMX_OR_MEMORY, Size.q, memory, 0);
  }

  /** General register by ModRM.rm; the row exists for registers only. */
  static Form R(Size size) {
    return of(Kind.GENERAL_RM, size);
  }

  /** XMM register by ModRM.rm. */
  static Form U(Size size) {
    return of(Kind.XMM_RM, size);
  }

  /** XMM register by ModRM.reg. */
  static Form V(Size size) {
    return of(Kind.XMM_REG, size);
  }

  /** XMM register by ModRM.reg, a destination whose upper part becomes zero. */
  static Form Vz(Size size) {
    return of(Kind.XMM_REG_ZERO_UPPER, size);
  }

  /** XMM register or memory by ModRM.rm. */
  static Form W(Size size) {
    return of(Kind.XMM_OR_MEMORY, size);
  }

  /** XMM register or memory of another size by ModRM.rm. */
  static Form W(Size register, Size memory) {
    return new Form(Kind.XMM_OR_MEMORY, register, memory, 0);
  }

  /** XMM register, a destination whose upper part becomes zero, or memory by ModRM.rm. */
  static Form Wz(Size size) {
    return of(Kind.XMM_OR_MEMORY_ZERO_UPPER, size);
  }

  /** Memory at DS:rSI, implied. */
  static Form X(Size size) {
    return of(Kind.STRING, size);
  }

  /** Memory at ES:rDI, implied. */
  static Form Y(Size size) {
    return of(Kind.STRING, size);
  }

  /** General register by the low three bits of the opcode. */
  static Form Z(Size size) {
    return of(Kind.GENERAL_OPCODE, size);
  }
}
