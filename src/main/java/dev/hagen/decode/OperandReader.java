package dev.hagen.decode;

import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;

/** Turns the operand forms of a row into the operands of one instruction, in the order of its bytes. */
final class OperandReader {
  private static final int LAST_SEGMENT = Reg.GS;

  private static final int REGISTERS = 16;
  private static final int LARGEST = 8;
  /** General registers by size and number; those that are the high byte of another come where registers of no byte would. */
  private static final Operand.Register[] GENERAL = registers();

  private final InstructionBytes bytes;
  private int operandSize;
  private boolean invalid;

  OperandReader(InstructionBytes bytes) {
    this.bytes = bytes;
  }

  private static Operand.Register[] registers() {
    Operand.Register[] registers = new Operand.Register[(LARGEST + 1) * REGISTERS];
    for (int number = 0; number < REGISTERS; number++) {
      registers[number] = new Operand.Register(number, 1, true);
      for (int size = 1; size <= LARGEST; size <<= 1) {
        registers[size * REGISTERS + number] = new Operand.Register(number, size, false);
      }
    }
    return registers;
  }

  /** Begins with the operands of the instruction that {@link #bytes} are of. */
  void begin(int newOperandSize) {
    operandSize = newOperandSize;
    invalid = false;
  }

  /** An operand names a register that does not exist. */
  boolean isInvalid() {
    return invalid;
  }

  /** Bytes of a size under the attributes of this instruction. */
  int bytes(Size size) {
    return size.bytes(operandSize, bytes.rexW(), bytes.codeSize);
  }

  Operand read(Form form) {
    return switch (form.kind()) {
      case GENERAL_OR_MEMORY -> bytes.isRegisterForm() ? generalByRm(form) : memory(form);
      case MEMORY -> memory(form);
      case GENERAL_RM, GENERAL_RM_ALWAYS -> generalByRm(form);
      case GENERAL_REG -> general(bytes.reg() + bytes.rexR(), bytes(form.size()));
      case GENERAL_OPCODE -> general((bytes.opcode & 7) + bytes.rexB(), bytes(form.size()));
      case GENERAL_FIXED -> general(form.number(), bytes(form.size()));
      case SEGMENT_REG -> segment(false);
      case SEGMENT_REG_TO_LOAD -> segment(true);
      case SEGMENT_FIXED -> new Operand.Segment(form.number());
      case CONTROL_REG -> control();
      case DEBUG_REG -> debug();
      case MMX_REG -> new Operand.Mmx(bytes.reg());
      case MMX_RM -> new Operand.Mmx(bytes.rm());
      case MMX_OR_MEMORY -> bytes.isRegisterForm() ? new Operand.Mmx(bytes.rm()) : memory(form);
      case XMM_REG -> xmmByReg(form, false);
      case XMM_RM -> xmmByRm(form, false);
      case XMM_OR_MEMORY -> bytes.isRegisterForm() ? xmmByRm(form, false) : memory(form);
      case XMM_REG_ZERO_UPPER -> xmmByReg(form, true);
      case XMM_OR_MEMORY_ZERO_UPPER -> bytes.isRegisterForm() ? xmmByRm(form, true) : memory(form);
      case STACK_TOP -> new Operand.Stack(0);
      case STACK_RM -> new Operand.Stack(bytes.rm());
      case IMMEDIATE -> immediate(form.size());
      case ONE -> new Operand.Immediate(1, 1);
      case RELATIVE -> new Operand.Relative(bytes.readSigned(bytes(form.size())), operandSize);
      case FAR_POINTER -> farPointer();
      case OFFSET -> offset(form);
      case STRING -> throw new AssertionError(form);
    };
  }

  private Operand generalByRm(Form form) {
    return general(bytes.rm() + bytes.rexB(), bytes(form.size()));
  }

  /** Byte registers 4 to 7 are AH, CH, DH and BH unless there is a REX prefix. */
  private Operand general(int number, int size) {
    boolean highByte = size == 1 && number >= 4 && number < 8 && !bytes.hasRex();
    return GENERAL[highByte ? number - 4 : size * REGISTERS + number];
  }

  private Operand segment(boolean toLoad) {
    int number = bytes.reg();
    invalid |= number > LAST_SEGMENT || toLoad && number == Reg.CS;
    return new Operand.Segment(number);
  }

  private Operand control() {
    int number = bytes.reg() + bytes.rexR();
    invalid |= number != 0 && number != 2 && number != 3 && number != 4 && number != 8;
    return new Operand.Control(number, false, bytes(Size.r));
  }

  private Operand debug() {
    int number = bytes.reg() + bytes.rexR();
    invalid |= number > 7;
    return new Operand.Control(number, true, bytes(Size.r));
  }

  private Operand xmmByReg(Form form, boolean zeroUpper) {
    return new Operand.Xmm(bytes.reg() + bytes.rexR(), bytes(form.size()), zeroUpper);
  }

  private Operand xmmByRm(Form form, boolean zeroUpper) {
    return new Operand.Xmm(bytes.rm() + bytes.rexB(), bytes(form.size()), zeroUpper);
  }

  private Operand immediate(Size size) {
    int encoded = bytes(size);
    boolean extends32To64 = size == Size.z && operandSize == 8;
    int extended = size == Size.sb || extends32To64 ? operandSize : encoded;
    return new Operand.Immediate(Bits.zeroExtend(bytes.readSigned(encoded), extended), extended);
  }

  private Operand farPointer() {
    long offset = Bits.zeroExtend(bytes.readSigned(operandSize), operandSize);
    return new Operand.FarPointer((int) bytes.readSigned(2) & 0xFFFF, offset, operandSize);
  }

  private Operand offset(Form form) {
    int addressSize = bytes.addressSize;
    long address = Bits.zeroExtend(bytes.readSigned(addressSize), addressSize);
    return new Operand.Memory(bytes.dataSegment(), Reg.NONE, Reg.NONE, 0, address, false, addressSize,
        bytes(form.size()));
  }

  // Memory by ModRM and SIB (SDM vol. 2A 2.1.5).

  private Operand memory(Form form) {
    int size = bytes(form.memorySize());
    return bytes.addressSize == 2 ? memory16(size) : memory32(size);
  }

  private Operand memory16(int size) {
    int rm = bytes.rm();
    int mod = bytes.modRm >> 6;
    boolean displacementOnly = mod == 0 && rm == 6;
    long displacement = displacement(mod, displacementOnly, 2);
    int base = displacementOnly ? Reg.NONE : switch (rm) {
      case 0, 1, 7 -> Reg.RBX;
      case 2, 3, 6 -> Reg.RBP;
      case 4 -> Reg.RSI;
      default -> Reg.RDI;
    };
    int index = switch (rm) {
      case 0, 2 -> Reg.RSI;
      case 1, 3 -> Reg.RDI;
      default -> Reg.NONE;
    };
    return memory(base, index, 0, displacement, false, size);
  }

  private Operand memory32(int size) {
    int mod = bytes.modRm >> 6;
    if (bytes.rm() == Reg.RSP) {
      return memoryBySib(mod, size);
    }
    boolean displacementOnly = mod == 0 && bytes.rm() == Reg.RBP;
    long displacement = displacement(mod, displacementOnly, 4);
    int base = displacementOnly ? Reg.NONE : bytes.rm() + bytes.rexB();
    return memory(base, Reg.NONE, 0, displacement, displacementOnly && bytes.codeSize == 8, size);
  }

  private Operand memoryBySib(int mod, int size) {
    int sib = bytes.readByte();
    boolean noBase = mod == 0 && (sib & 7) == Reg.RBP;
    int index = (sib >> 3 & 7) + bytes.rexX();
    boolean noIndex = index == Reg.RSP;
    long displacement = displacement(mod, noBase, 4);
    return memory(noBase ? Reg.NONE : (sib & 7) + bytes.rexB(), noIndex ? Reg.NONE : index, noIndex ? 0 : sib >> 6,
        displacement, false, size);
  }

  private long displacement(int mod, boolean displacementOnly, int wide) {
    if (mod == 1) {
      return bytes.readSigned(1);
    }
    return mod == 2 || displacementOnly ? bytes.readSigned(wide) : 0;
  }

  private Operand memory(int base, int index, int scale, long displacement, boolean ripRelative, int size) {
    int standard = base == Reg.RSP || base == Reg.RBP ? Reg.SS : Reg.DS;
    return new Operand.Memory(bytes.segmentOr(standard), base, index, scale, displacement, ripRelative,
        bytes.addressSize, size);
  }
}
