package dev.hagen.decode;

import org.jspecify.annotations.Nullable;

/**
 * A decoded instruction.
 *
 * @param op what it does; {@link Op#INVALID} raises #UD
 * @param length bytes, 1 to 15
 * @param codeSize mode it was decoded for: 2, 4 or 8
 * @param operandSize the operand-size attribute in bytes: 2, 4 or 8
 * @param addressSize the address-size attribute in bytes: 2, 4 or 8
 * @param prefixes bits of {@link Prefix}
 * @param condition for JCC, SETCC and CMOVCC the low four bits of the opcode, else 0
 * @param segment the segment in force for implied memory operands (string sources, XLAT, MASKMOVDQU): override or DS
 * @param operands explicit operands, destination first, in Intel's order; at most four
 */
public record Instruction(Op op, int length, int codeSize, int operandSize, int addressSize, int prefixes,
    int condition, int segment, Operand[] operands) {

  /** Prefix bits of {@link #prefixes}. REP and REPNE are only set where they act as prefixes, not as opcode bits. */
  public static final class Prefix {
    public static final int LOCK = 1;
    public static final int REP = 1 << 1;
    public static final int REPNE = 1 << 2;
    public static final int REX_W = 1 << 3;
    /** A REX prefix was present. */
    public static final int REX = 1 << 4;
    public static final int OPERAND_SIZE = 1 << 5;
    public static final int ADDRESS_SIZE = 1 << 6;
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

  public boolean has(int prefix) {
    return (prefixes & prefix) != 0;
  }
}
