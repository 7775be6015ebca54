package dev.hagen.decode;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decodes instructions by the opcode tables. Immutable; threads may share one. What processors disagree about is an
 * {@link Extension}.
 */
public final class Decoder {
  /** An instruction of more bytes raises #GP(0) (SDM vol. 2A 2.3.11). */
  public static final int MAX_LENGTH = 15;

  private static final Operand[] NO_OPERANDS = {};

  /** What 90 means with REX.B: its register is then not RAX, whose exchange with itself is NOP. */
  private static final Row EXCHANGE_R8 = Row.row(0x90, Op.XCHG, Form.Z(Size.v), Form.rAX(Size.v));

  /** What there is of one instruction while it is decoded; of one thread, and never of two instructions at a time. */
  public static final class Work {
    private final InstructionBytes bytes = new InstructionBytes();
    private final OperandReader operands = new OperandReader(bytes);
  }

  private final Tables tables;
  private final boolean lockMeansCr8;
  private final boolean amdBranches;

  /** A decoder that knows every {@link Extension}. */
  public Decoder() {
    this(EnumSet.allOf(Extension.class));
  }

  /** A decoder for a processor with these extensions. */
  public Decoder(Set<Extension> extensions) {
    this.tables = new Tables(extensions);
    this.lockMeansCr8 = extensions.contains(Extension.ALTERNATE_CR8);
    this.amdBranches = extensions.contains(Extension.AMD_BRANCHES);
  }

  /**
   * Decodes the instruction at {@code code[offset]}.
   *
   * @param code bytes of the instruction
   * @param offset index of its first byte
   * @param limit end of the bytes that may be looked at; of them at most {@link #MAX_LENGTH} are
   * @param codeSize 2, 4 or 8
   * @return the instruction, of {@link Op#INVALID} or {@link Op#TOO_LONG} if there is none; null if it goes on beyond
   *     {@code limit}, so that the caller must fetch more bytes, or raise the fault that fetching them raises
   */
  public @Nullable Instruction decode(byte[] code, int offset, int limit, int codeSize) {
    return decode(new Work(), code, offset, limit, codeSize);
  }

  /** The same for whoever decodes much, and keeps {@code work} from one instruction to the next. */
  public @Nullable Instruction decode(Work work, byte[] code, int offset, int limit, int codeSize) {
    InstructionBytes bytes = work.bytes;
    bytes.begin(code, offset, Math.min(limit, offset + MAX_LENGTH), codeSize);
    bytes.readPrefixes();
    bytes.readOpcode();
    Instruction instruction = decode(work, bytes);
    if (!bytes.isExhausted()) {
      return instruction;
    }
    return limit - offset >= MAX_LENGTH ? undecodable(Op.TOO_LONG, MAX_LENGTH, bytes) : null;
  }

  private Instruction decode(Work work, InstructionBytes bytes) {
    Tables.Entry entry = tables.entry(bytes.map, bytes.opcode);
    if (entry == null) {
      return undecodable(Op.INVALID, bytes.length(), bytes);
    }
    if (entry.hasModRm) {
      bytes.readModRm();
    }
    Row row = entry.row(bytes.codeSize == 8, bytes.mandatoryPrefix(), bytes.modRm);
    if (row == null) {
      return undecodable(Op.INVALID, bytes.length(), bytes);
    }
    return decode(bytes, work.operands, isExchangeR8(bytes) ? EXCHANGE_R8 : row);
  }

  private Instruction decode(InstructionBytes bytes, OperandReader reader, Row row) {
    int operandSize = bytes.operandSize(row, amdBranches);
    reader.begin(operandSize);
    Operand[] operands = readOperands(row, reader);
    if (reader.isInvalid() || bytes.lock && !mayLock(row, operands)) {
      return undecodable(Op.INVALID, bytes.length(), bytes);
    }
    if (bytes.lock && movesControl(row.op)) {
      replaceCr0ByCr8(operands);
    }
    return new Instruction(bytes.rexW() ? row.wideOp : row.op, bytes.length(), bytes.codeSize,
        row.element == null ? operandSize : reader.bytes(row.element), bytes.addressSize, bytes.prefixes(row),
        hasCondition(row.op) ? bytes.opcode & 15 : 0, bytes.dataSegment(), bytes.packedOpcode(), row.checks,
        alignment(row, operands), operands);
  }

  private static Operand[] readOperands(Row row, OperandReader reader) {
    Form[] forms = row.forms;
    if (forms.length == 0 || row.element != null && forms[0].kind() == Form.Kind.STRING) {
      return NO_OPERANDS;
    }
    Operand[] operands = new Operand[forms.length];
    for (int i = 0; i < forms.length; i++) {
      operands[i] = reader.read(forms[i]);
    }
    return operands;
  }

  /** LOCK goes with a destination in memory, or, as AMD has it, with CR0 meaning CR8. */
  private boolean mayLock(Row row, Operand[] operands) {
    if (movesControl(row.op)) {
      return lockMeansCr8 && controlOf(operands).index() == 0;
    }
    return row.lockable && operands[0] instanceof Operand.Memory;
  }

  private static boolean movesControl(Op op) {
    return op == Op.MOV_FROM_CR || op == Op.MOV_TO_CR;
  }

  private static Operand.Control controlOf(Operand[] operands) {
    return (Operand.Control) (operands[0] instanceof Operand.Control ? operands[0] : operands[1]);
  }

  private static void replaceCr0ByCr8(Operand[] operands) {
    int position = operands[0] instanceof Operand.Control ? 0 : 1;
    operands[position] = new Operand.Control(8, false, operands[position].size());
  }

  private static boolean isExchangeR8(InstructionBytes bytes) {
    return bytes.map == Tables.MAP_ONE_BYTE && bytes.opcode == 0x90 && bytes.rexB() != 0;
  }

  private static boolean hasCondition(Op op) {
    return op == Op.JCC || op == Op.SETCC || op == Op.CMOVCC;
  }

  private static int alignment(Row row, Operand[] operands) {
    for (Operand operand : operands) {
      if (operand instanceof Operand.Memory memory) {
        return row.alignment(memory.size());
      }
    }
    return 1;
  }

  private static Instruction undecodable(Op op, int length, InstructionBytes bytes) {
    return new Instruction(op, length, bytes.codeSize, bytes.codeSize == 2 ? 2 : 4, bytes.addressSize, 0, 0,
        bytes.dataSegment(), bytes.packedOpcode(), 0, 1, NO_OPERANDS);
  }
}
