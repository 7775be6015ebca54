package dev.hagen.decode;

import dev.hagen.x86.Reg;
import org.jspecify.annotations.Nullable;

/** Operands that an instruction has by its nature and a disassembly shows all the same. */
final class ImpliedOperands {
  private ImpliedOperands() {}

  /** The text of all operands; null if the instruction's own tell everything. */
  static @Nullable String of(Instruction instruction) {
    return switch (instruction.op()) {
      case MOVS -> destination(instruction) + ',' + source(instruction);
      case CMPS -> source(instruction) + ',' + destination(instruction);
      case STOS -> destination(instruction) + ',' + accumulator(instruction);
      case LODS -> accumulator(instruction) + ',' + source(instruction);
      case SCAS -> accumulator(instruction) + ',' + destination(instruction);
      case INS -> destination(instruction) + ",dx";
      case OUTS -> "dx," + source(instruction);
      case XLAT -> "BYTE PTR " + RegisterName.segment(instruction.segment()) + ":["
          + RegisterName.of(Reg.RBX, instruction.addressSize(), false) + ']';
      case NOP -> exchange(instruction);
      default -> null;
    };
  }

  /** 90 with an operand-size prefix is the exchange of the accumulator with itself. */
  private static @Nullable String exchange(Instruction instruction) {
    return Mnemonic.isExchange(instruction) ? accumulator(instruction) + ',' + accumulator(instruction) : null;
  }

  private static String accumulator(Instruction instruction) {
    return RegisterName.of(Reg.RAX, instruction.operandSize(), false);
  }

  private static String destination(Instruction instruction) {
    return element(instruction, "es", Reg.RDI);
  }

  private static String source(Instruction instruction) {
    return element(instruction, RegisterName.segment(instruction.segment()), Reg.RSI);
  }

  private static String element(Instruction instruction, String segment, int register) {
    String size = switch (instruction.operandSize()) {
      case 1 -> "BYTE";
      case 2 -> "WORD";
      case 4 -> "DWORD";
      default -> "QWORD";
    };
    return size + " PTR " + segment + ":[" + RegisterName.of(register, instruction.addressSize(), false) + ']';
  }
}
