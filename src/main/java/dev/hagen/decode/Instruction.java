package dev.hagen.decode;

import org.jspecify.annotations.Nullable;

/**
 * A decoded instruction.
 *
 * <h2>Operands</h2>
 *
 * They are those that the manual's syntax shows, destination first, and implied ones where an encoding fixes what
 * another leaves open: the accumulator of ADD AL, ib; the 1 of SHL r/m, 1; CL; DX of IN and OUT. ST(0) is an operand
 * where the manual writes it (FADD ST, ST(i); FCOMI ST, ST(i)) and none where it does not (FCOM ST(i), FXCH ST(i), FLD
 * ST(i)). String instructions, XLAT, MUL's accumulator, and XMM0 of BLENDV and PBLENDVB have no operand.
 *
 * <p>An operand has the size of what the operation uses: the source of MOVZX and MOVSX that of the narrow value, that
 * of ADDSD 8, the shift count of PSLLW xmm, xmm/m128 8. A destination may be wider as a register than in memory
 * (PEXTRB, SMSW, MOV from a segment register).
 *
 * @param op what it does; {@link Op#INVALID} raises #UD, {@link Op#TOO_LONG} #GP(0)
 * @param length bytes, 1 to 15
 * @param codeSize mode it was decoded for: 2, 4 or 8
 * @param operandSize the operand-size attribute in bytes: 2, 4 or 8. For string instructions, IN and OUT the size of
 *     one element: 1, 2, 4 or 8
 * @param addressSize the address-size attribute in bytes: 2, 4 or 8
 * @param prefixes bits of {@link Prefix}
 * @param condition for JCC, SETCC and CMOVCC the low four bits of the opcode, else 0
 * @param segment the segment in force for implied memory operands (string sources, XLAT, MASKMOVDQU): override or DS
 * @param opcode opcode map (0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A) in bits 16 and up, opcode in bits 8 to 15, ModRM
 *     byte or 0 in bits 0 to 7; the low 11 bits are what an x87 instruction leaves in FOP
 * @param checks what must hold before it may execute: bits of {@link Check}
 * @param alignment bytes to which the memory operand must be aligned, else #GP(0); 1: none
 * @param operands explicit operands, destination first, in Intel's order; at most four
 */
public record Instruction(Op op, int length, int codeSize, int operandSize, int addressSize, int prefixes,
    int condition, int segment, int opcode, int checks, int alignment, Operand[] operands) {

  /** An instruction of which opcode, checks and alignment do not matter: one that was never encoded. */
  public Instruction(Op op, int length, int codeSize, int operandSize, int addressSize, int prefixes, int condition,
      int segment, Operand[] operands) {
    this(op, length, codeSize, operandSize, addressSize, prefixes, condition, segment, 0, 0, 1, operands);
  }

  /** Prefix bits of {@link #prefixes}. */
  public static final class Prefix {
    public static final int LOCK = 1;
    /** F3 before a string instruction: REP or REPE. */
    public static final int REP = 1 << 1;
    /** F2 before a string instruction: REPNE; before one that does not compare the same as REP. */
    public static final int REPNE = 1 << 2;
    public static final int REX_W = 1 << 3;
    /** A REX prefix was present. */
    public static final int REX = 1 << 4;
    /** 66 was present and is no part of the opcode. */
    public static final int OPERAND_SIZE = 1 << 5;
    public static final int ADDRESS_SIZE = 1 << 6;
    /** A segment override that counts in this mode was present. */
    public static final int SEGMENT = 1 << 7;

    private Prefix() {}
  }

  /** Operand {@code index}. */
  public Operand operand(int index) {
    return operands[index];
  }

  /** The memory operand, or null if there is none. */
  public Operand.@Nullable Memory memory() {
    for (Operand operand : operands) {
      if (operand instanceof Operand.Memory memory) {
        return memory;
      }
    }
    return null;
  }

  /** Whether any of these {@link Prefix} bits is set. */
  public boolean has(int prefix) {
    return (prefixes & prefix) != 0;
  }
}
