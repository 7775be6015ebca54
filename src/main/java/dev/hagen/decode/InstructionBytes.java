package dev.hagen.decode;

import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.x86.Reg;

/**
 * The bytes of one instruction while it is being decoded: a position that moves on, and the prefixes, opcode and ModRM
 * byte met so far. Reading past the end gives zeros and marks the bytes as exhausted; whoever decodes looks once, at
 * the end.
 */
final class InstructionBytes {
  private static final int REX_W = 8;
  private static final int REX_R = 4;
  private static final int REX_X = 2;
  private static final int REX_B = 1;

  private byte[] code = {};
  private int start;
  private int limit;
  private int position;
  private boolean exhausted;

  int codeSize;
  int addressSize;
  boolean lock;
  boolean has66;
  private boolean has67;
  /** F2 or F3, whichever came last, or 0. */
  private int repeat;
  /** The segment override in force, or -1. */
  private int segment;
  /** The REX prefix, or 0. */
  private int rex;

  int map;
  int opcode;
  int modRm;

  /** Begins with the instruction at {@code code[offset]}, of which no byte from {@code code[limit]} on is looked at. */
  void begin(byte[] newCode, int offset, int newLimit, int newCodeSize) {
    code = newCode;
    start = offset;
    position = offset;
    limit = newLimit;
    exhausted = false;
    codeSize = newCodeSize;
    addressSize = newCodeSize;
    lock = false;
    has66 = false;
    has67 = false;
    repeat = 0;
    segment = -1;
    rex = 0;
    modRm = 0;
  }

  // Bytes.

  /** Whether more bytes were asked for than there are. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Bytes read so far. */
  int length() {
    return position - start;
  }

  int readByte() {
    if (position >= limit) {
      exhausted = true;
      return 0;
    }
    return code[position++] & 0xFF;
  }

  /** Reads {@code size} bytes, sign-extended. */
  long readSigned(int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (long) readByte() << 8 * i;
    }
    int unused = 64 - 8 * size;
    return value << unused >> unused;
  }

  // Prefixes.

  void readPrefixes() {
    while (position < limit && readPrefix(code[position] & 0xFF)) {
      position++;
    }
    if (has67) {
      addressSize = codeSize == 4 ? 2 : 4;
    }
  }

  /** Takes note of a prefix; false if the byte is none. */
  private boolean readPrefix(int value) {
    if (codeSize == 8 && (value & 0xF0) == 0x40) {
      rex = value;
      return true;
    }
    switch (value) {
      case 0x26 -> overrideSegment(Reg.ES);
      case 0x2E -> overrideSegment(Reg.CS);
      case 0x36 -> overrideSegment(Reg.SS);
      case 0x3E -> overrideSegment(Reg.DS);
      case 0x64 -> overrideSegment(Reg.FS);
      case 0x65 -> overrideSegment(Reg.GS);
      case 0x66 -> has66 = true;
      case 0x67 -> has67 = true;
      case 0xF0 -> lock = true;
      case 0xF2, 0xF3 -> repeat = value;
      default -> {
        return false;
      }
    }
    rex = 0; // Only a REX prefix right before the opcode counts.
    return true;
  }

  /** In 64-bit mode the overrides of ES, CS, SS and DS count for nothing (SDM vol. 1 3.3.7.1). */
  private void overrideSegment(int register) {
    if (codeSize != 8 || register >= Reg.FS) {
      segment = register;
    }
  }

  /** What {@link Instruction#prefixes} says under this row. */
  int prefixes(Row row) {
    boolean string = row.forms.length > 0 && row.forms[0].kind() == Form.Kind.STRING;
    return (lock ? Prefix.LOCK : 0)
        | (string && repeat == 0xF3 ? Prefix.REP : 0)
        | (string && repeat == 0xF2 ? Prefix.REPNE : 0)
        | (rexW() ? Prefix.REX_W : 0)
        | (rex != 0 ? Prefix.REX : 0)
        | (has66 && row.prefix != Row.P66 ? Prefix.OPERAND_SIZE : 0)
        | (has67 ? Prefix.ADDRESS_SIZE : 0)
        | (segment >= 0 ? Prefix.SEGMENT : 0);
  }

  /** The prefix that selects among the rows of an opcode. */
  int mandatoryPrefix() {
    if (repeat != 0) {
      return repeat == 0xF3 ? Row.PF3 : Row.PF2;
    }
    return has66 ? Row.P66 : Row.NONE;
  }

  boolean rexW() {
    return (rex & REX_W) != 0;
  }

  boolean hasRex() {
    return rex != 0;
  }

  /** REX.R as bit 3 of a register number; likewise X and B. */
  int rexR() {
    return (rex & REX_R) != 0 ? 8 : 0;
  }

  int rexX() {
    return (rex & REX_X) != 0 ? 8 : 0;
  }

  int rexB() {
    return (rex & REX_B) != 0 ? 8 : 0;
  }

  /** The segment of an operand whose default is {@code standard}. */
  int segmentOr(int standard) {
    return segment >= 0 ? segment : standard;
  }

  /** The segment of implied operands. */
  int dataSegment() {
    return segmentOr(Reg.DS);
  }

  /** The operand-size attribute (SDM vol. 1 3.6, vol. 2A 2.2.1.2). */
  int operandSize(Row row, boolean amdBranches) {
    boolean other = has66 && row.prefix != Row.P66;
    if (codeSize == 8 && row.nearBranch) {
      return other && amdBranches && !rexW() ? 2 : 8;
    }
    if (codeSize == 8 && row.farPointer && amdBranches && rexW()) {
      return 4;
    }
    return switch (codeSize) {
      case 2 -> other ? 4 : 2;
      case 4 -> other ? 2 : 4;
      default -> {
        if (rexW()) {
          yield 8;
        }
        yield other ? 2 : row.default64 ? 8 : 4;
      }
    };
  }

  // Opcode and ModRM.

  void readOpcode() {
    map = Tables.MAP_ONE_BYTE;
    opcode = readByte();
    if (opcode == 0x0F) {
      map = Tables.MAP_0F;
      opcode = readByte();
      if (opcode == 0x38 || opcode == 0x3A) {
        map = opcode == 0x38 ? Tables.MAP_0F38 : Tables.MAP_0F3A;
        opcode = readByte();
      }
    }
  }

  void readModRm() {
    modRm = readByte();
  }

  /** What {@link Instruction#opcode} says. */
  int packedOpcode() {
    return map << 16 | opcode << 8 | modRm;
  }

  boolean isRegisterForm() {
    return modRm >= 0xC0;
  }

  /** ModRM.reg without REX.R. */
  int reg() {
    return modRm >> 3 & 7;
  }

  /** ModRM.rm without REX.B. */
  int rm() {
    return modRm & 7;
  }
}
