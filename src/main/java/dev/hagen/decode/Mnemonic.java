package dev.hagen.decode;

import dev.hagen.decode.Instruction.Prefix;
import java.util.Locale;

/** Mnemonics: the operation's name, but for those that stand for several or whose name carries a suffix. */
final class Mnemonic {
  private static final String[] CONDITIONS =
      {"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"};

  private Mnemonic() {}

  static String of(Instruction instruction) {
    Op op = instruction.op();
    return switch (op) {
      case INVALID, TOO_LONG -> "(bad)";
      case JCC -> "j" + CONDITIONS[instruction.condition()];
      case SETCC -> "set" + CONDITIONS[instruction.condition()];
      case CMOVCC -> "cmov" + CONDITIONS[instruction.condition()];
      case MOV -> moves64(instruction) ? "movabs" : "mov";
      case MOV_FROM_SEG, MOV_TO_SEG, MOV_FROM_CR, MOV_TO_CR, MOV_FROM_DR, MOV_TO_DR -> "mov";
      case PUSH_SEG -> "push";
      case POP_SEG -> "pop";
      case IMUL1, IMUL2, IMUL3 -> "imul";
      case CBW -> bySize(instruction, "cbw", "cwde", "cdqe");
      case CWD -> bySize(instruction, "cwd", "cdq", "cqo");
      case PUSHA -> bySize(instruction, "pushaw", "pusha", "");
      case POPA -> bySize(instruction, "popaw", "popa", "");
      case JCXZ -> switch (instruction.addressSize()) {
        case 2 -> "jcxz";
        case 4 -> "jecxz";
        default -> "jrcxz";
      };
      case SYSRET -> bySize(instruction, "sysretd", "sysretd", "sysretq");
      case JMP_FAR -> "jmp";
      case CALL_FAR -> "call";
      case RET_FAR -> "retf";
      case PREFETCH -> prefetch(instruction);
      case MOVSS_LOAD, MOVSS_STORE -> "movss";
      case MOVSD_LOAD, MOVSD_STORE -> "movsd";
      case MOVLPS_STORE -> "movlps";
      case MOVLPD_STORE -> "movlpd";
      case MOVHPS_STORE -> "movhps";
      case MOVHPD_STORE -> "movhpd";
      case PINSRD -> instruction.has(Prefix.REX_W) ? "pinsrq" : "pinsrd";
      case PEXTRD -> instruction.has(Prefix.REX_W) ? "pextrq" : "pextrd";
      case FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR, XRSTORS ->
          name(op) + (instruction.has(Prefix.REX_W) ? "64" : "");
      default -> name(op);
    };
  }

  private static String name(Op op) {
    String name = op.name().toLowerCase(Locale.ROOT);
    int suffix = name.indexOf("_m");
    return suffix < 0 ? name : name.substring(0, suffix);
  }

  private static String bySize(Instruction instruction, String word, String doubleword, String quadword) {
    return switch (instruction.operandSize()) {
      case 2 -> word;
      case 4 -> doubleword;
      default -> quadword;
    };
  }

  /** An immediate of 64 bits or an address of 64 bits without ModRM. */
  private static boolean moves64(Instruction instruction) {
    int opcode = instruction.opcode() >> 8;
    return instruction.codeSize() == 8
        && (opcode >= 0xA0 && opcode <= 0xA3 && instruction.addressSize() == 8
            || opcode >= 0xB8 && opcode <= 0xBF && instruction.operandSize() == 8);
  }

  private static String prefetch(Instruction instruction) {
    int reg = instruction.opcode() >> 3 & 7;
    if ((instruction.opcode() >> 8 & 0xFF) == 0x0D) {
      return reg == 1 ? "prefetchw" : reg == 2 ? "prefetchwt1" : "prefetch";
    }
    return switch (reg) {
      case 0 -> "prefetchnta";
      case 1 -> "prefetcht0";
      case 2 -> "prefetcht1";
      default -> "prefetcht2";
    };
  }
}
