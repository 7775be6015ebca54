package dev.hagen.decode;

import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import java.util.StringJoiner;

/**
 * Writes instructions in Intel syntax, with the mnemonics and the operand order of {@code objdump -M intel}.
 *
 * <p>What several encodings share is written once: a displacement of zero is left out, the scale of an index that is not
 * there as well, and a prefix that changes nothing is not mentioned.
 */
public final class Disassembler {
  private Disassembler() {}

  /** The text of an instruction whose first byte is at {@code address}, an offset in CS. */
  public static String text(Instruction instruction, long address) {
    StringBuilder text = new StringBuilder();
    if (instruction.has(Prefix.LOCK)) {
      text.append("lock ");
    }
    appendRepeat(text, instruction);
    text.append(Mnemonic.of(instruction));
    String operands = operands(instruction, address);
    return operands.isEmpty() ? text.toString() : text.append(' ').append(operands).toString();
  }

  private static void appendRepeat(StringBuilder text, Instruction instruction) {
    boolean compares = instruction.op() == Op.CMPS || instruction.op() == Op.SCAS;
    if (instruction.has(Prefix.REP)) {
      text.append(compares ? "repz " : "rep ");
    } else if (instruction.has(Prefix.REPNE)) {
      text.append("repnz ");
    }
  }

  private static String operands(Instruction instruction, long address) {
    String implied = ImpliedOperands.of(instruction);
    if (implied != null) {
      return implied;
    }
    StringJoiner joiner = new StringJoiner(",");
    Operand[] operands = instruction.operands();
    int shown = operands.length - (Mnemonic.namesPredicate(instruction) ? 1 : 0);
    for (int i = 0; i < shown; i++) {
      joiner.add(operand(instruction, operands[i], address));
    }
    switch (instruction.op()) {
      case BLENDVPS, BLENDVPD, PBLENDVB -> joiner.add("xmm0");
      default -> { }
    }
    return joiner.toString();
  }

  private static String operand(Instruction instruction, Operand operand, long address) {
    return switch (operand) {
      case Operand.Register register -> register(instruction, register);
      case Operand.Memory memory -> sizeKeyword(instruction, memory) + memory(memory, instruction.has(Prefix.SEGMENT));
      case Operand.Immediate immediate -> immediate(instruction, immediate);
      case Operand.Relative relative ->
          hex(Bits.zeroExtend(address + instruction.length() + relative.displacement(), targetSize(instruction)));
      case Operand.FarPointer pointer -> hex(pointer.selector()) + ':' + hex(pointer.offset());
      case Operand.Segment segment -> segment(segment.index());
      case Operand.Control control -> (control.debug() ? "dr" : "cr") + control.index();
      case Operand.Stack stack -> stackRegister(instruction, stack);
      case Operand.Mmx mmx -> "mm" + mmx.index();
      case Operand.Xmm xmm -> "xmm" + xmm.index();
    };
  }

  /** ST(0) is st where the instruction always means it, and numbered where it is a choice. */
  private static String stackRegister(Instruction instruction, Operand.Stack stack) {
    Operand[] operands = instruction.operands();
    int escape = instruction.opcode() >> 8;
    boolean topComesFirst = escape != 0xDC && escape != 0xDE;
    boolean top = operands.length == 2 && stack == operands[0] == topComesFirst;
    return top ? "st" : "st(" + stack.index() + ')';
  }

  private static int targetSize(Instruction instruction) {
    return instruction.operandSize();
  }

  private static String immediate(Instruction instruction, Operand.Immediate immediate) {
    int opcode = instruction.opcode() >> 8;
    return opcode == 0xD0 || opcode == 0xD1 ? "1" : hex(immediate.value());
  }

  private static String register(Instruction instruction, Operand.Register register) {
    int index = register.highByte() ? register.index() + 4 : register.index();
    int size = switch (instruction.op()) {
      case MOV_TO_SEG, LAR, LSL -> instruction.operandSize();
      case LFS, LGS, LSS -> instruction.has(Prefix.REX_W) ? 8 : register.size();
      default -> register.size();
    };
    return RegisterName.of(index, size, instruction.has(Prefix.REX));
  }

  private static String segment(int index) {
    return RegisterName.segment(index);
  }

  private static String sizeKeyword(Instruction instruction, Operand.Memory memory) {
    int size = switch (instruction.op()) {
      case NOP, UD0, UD1 -> instruction.operandSize();
      case LGDT, LIDT, SGDT, SIDT, INVPCID, LDDQU -> 0;
      case MOV -> isOffsetForm(instruction) ? 0 : memory.size();
      case PREFETCH, CLFLUSH, CLFLUSHOPT, CLWB, INVLPG -> 1;
      default -> memory.size();
    };
    if (instruction.alignment() == 16 && (instruction.checks() & Check.SSE) != 0 && size != 0) {
      size = 16;
    }
    return switch (size) {
      case 1 -> "BYTE PTR ";
      case 2 -> "WORD PTR ";
      case 4 -> "DWORD PTR ";
      case 6 -> "FWORD PTR ";
      case 8 -> "QWORD PTR ";
      case 10 -> "TBYTE PTR ";
      case 16 -> instruction.op() == Op.CMPXCHG16B ? "OWORD PTR " : "XMMWORD PTR ";
      default -> "";
    };
  }

  /** MOV between the accumulator and an address in the instruction. */
  private static boolean isOffsetForm(Instruction instruction) {
    return (instruction.opcode() >> 8 & ~3) == 0xA0;
  }

  // Memory.

  private static String memory(Operand.Memory memory, boolean overridden) {
    boolean registers = memory.base() != Reg.NONE || memory.index() != Reg.NONE || memory.ripRelative();
    String segment = segmentPrefix(memory, overridden || !registers);
    if (!registers) {
      return segment + hex(Bits.zeroExtend(memory.displacement(), memory.addressSize()));
    }
    StringBuilder text = new StringBuilder(segment).append('[');
    if (memory.ripRelative()) {
      text.append(memory.addressSize() == 8 ? "rip" : "eip");
    }
    if (memory.base() != Reg.NONE) {
      text.append(RegisterName.of(memory.base(), memory.addressSize(), false));
    }
    if (memory.index() != Reg.NONE) {
      text.append(memory.base() != Reg.NONE ? "+" : "");
      text.append(RegisterName.of(memory.index(), memory.addressSize(), false));
      if (memory.addressSize() != 2) {
        text.append('*').append(1 << memory.scale());
      }
    }
    if (memory.ripRelative()) {
      text.append('+').append(hex(memory.displacement()));
    } else if (memory.displacement() != 0) {
      text.append(memory.displacement() < 0 ? '-' : '+').append(hex(Math.abs(memory.displacement())));
    }
    return text.append(']').toString();
  }

  /** The segment is named where there is a prefix for it or nothing else tells that this is memory. */
  private static String segmentPrefix(Operand.Memory memory, boolean named) {
    return named ? RegisterName.segment(memory.segment()) + ':' : "";
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
