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
    for (Operand operand : instruction.operands()) {
      joiner.add(operand(instruction, operand, address));
    }
    switch (instruction.op()) {
      case BLENDVPS, BLENDVPD, PBLENDVB -> joiner.add("xmm0");
      default -> { }
    }
    return joiner.toString();
  }

  private static String operand(Instruction instruction, Operand operand, long address) {
    return switch (operand) {
      case Operand.Register register -> register(register, instruction.has(Prefix.REX));
      case Operand.Memory memory -> sizeKeyword(instruction, memory) + memory(memory, instruction.codeSize());
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
    boolean escapeToRegister = (instruction.opcode() >> 8 & 4) == 0;
    boolean top = operands.length == 2 && stack == operands[0] == escapeToRegister;
    return top ? "st" : "st(" + stack.index() + ')';
  }

  private static int targetSize(Instruction instruction) {
    return instruction.operandSize();
  }

  private static String immediate(Instruction instruction, Operand.Immediate immediate) {
    int opcode = instruction.opcode() >> 8;
    return opcode == 0xD0 || opcode == 0xD1 ? "1" : hex(immediate.value());
  }

  private static String register(Operand.Register register, boolean rex) {
    int index = register.highByte() ? register.index() + 4 : register.index();
    return RegisterName.of(index, register.size(), rex && !register.highByte());
  }

  private static String segment(int index) {
    return RegisterName.segment(index);
  }

  private static String sizeKeyword(Instruction instruction, Operand.Memory memory) {
    int size = switch (instruction.op()) {
      case NOP, UD0, UD1 -> instruction.operandSize();
      case LGDT, LIDT, SGDT, SIDT -> 0;
      case PREFETCH, CLFLUSH, CLFLUSHOPT, CLWB, INVLPG -> 1;
      default -> memory.size();
    };
    if (instruction.alignment() == 16 && (instruction.checks() & Check.SSE) != 0) {
      size = 16;
    }
    return switch (size) {
      case 1 -> "BYTE PTR ";
      case 2 -> "WORD PTR ";
      case 4 -> "DWORD PTR ";
      case 6 -> "FWORD PTR ";
      case 8 -> "QWORD PTR ";
      case 10 -> "TBYTE PTR ";
      case 16 -> "XMMWORD PTR ";
      default -> "";
    };
  }

  // Memory.

  private static String memory(Operand.Memory memory, int codeSize) {
    boolean registers = memory.base() != Reg.NONE || memory.index() != Reg.NONE || memory.ripRelative();
    String segment = segmentPrefix(memory, registers);
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
      text.append('+').append(hex(Bits.zeroExtend(memory.displacement(), memory.addressSize())));
    } else if (memory.displacement() != 0) {
      text.append(memory.displacement() < 0 ? '-' : '+').append(hex(Math.abs(memory.displacement())));
    }
    return text.append(']').toString();
  }

  private static String segmentPrefix(Operand.Memory memory, boolean registers) {
    boolean stack = memory.base() == Reg.RSP || memory.base() == Reg.RBP;
    if (memory.segment() == (stack ? Reg.SS : Reg.DS) && registers) {
      return "";
    }
    return RegisterName.segment(memory.segment()) + ':';
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
