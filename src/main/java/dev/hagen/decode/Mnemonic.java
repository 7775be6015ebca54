package dev.hagen.decode;

import dev.hagen.decode.Instruction.Prefix;
import java.util.Locale;

/** Mnemonics: the operation's name, but for those that stand for several or whose name carries a suffix. */
final class Mnemonic {
  private static final String[] CONDITIONS =
      {"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"};

  private static final String[] PREDICATES = {"eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"};

  /** As {@link Instruction#opcode} has them. */
  private static final int ENDBR64 = 0x11EFA;
  private static final int ENDBR32 = 0x11EFB;

  private Mnemonic() {}

  static String of(Instruction instruction) {
    Op op = instruction.op();
    return switch (op) {
      case INVALID, TOO_LONG -> "(bad)";
      case JCC -> "j" + CONDITIONS[instruction.condition()];
      case SETCC -> "set" + CONDITIONS[instruction.condition()];
      case CMOVCC -> "cmov" + CONDITIONS[instruction.condition()];
      case MOV -> moves64(instruction) ? "movabs" : "mov";
      case PUSH -> instruction.operand(0) instanceof Operand.Immediate ? sized(instruction, "push") : "push";
      case PUSH_SEG -> sized(instruction, "push");
      case POP_SEG -> sized(instruction, "pop");
      case CALL, JMP -> isNearRelative(instruction) ? sized(instruction, name(op)) : name(op);
      case NOP -> nop(instruction);
      case CMPPS, CMPPD, CMPSS, CMPSD -> namesPredicate(instruction) ? comparison(instruction) : name(op);
      case PCMPESTRI, PCMPESTRM -> name(op) + (instruction.has(Prefix.REX_W) ? "q" : "");
      case RET, ENTER, LEAVE, PUSHF, POPF -> sized(instruction, name(op));
      case FLDENV, FNSTENV, FRSTOR, FNSAVE -> imageSized(instruction, name(op));
      case RET_FAR -> sizedFar(instruction, "retf");
      case IRET -> sizedFar(instruction, "iret");
      case MOV_FROM_SEG, MOV_TO_SEG, MOV_FROM_CR, MOV_TO_CR, MOV_FROM_DR, MOV_TO_DR -> "mov";
      case IMUL1, IMUL2, IMUL3 -> "imul";
      case CBW -> bySize(instruction, "cbw", "cwde", "cdqe");
      case CWD -> bySize(instruction, "cwd", "cdq", "cqo");
      case PUSHA, POPA -> sized(instruction, name(op));
      case LGDT, LIDT, SGDT, SIDT -> instruction.codeSize() == 8 ? name(op)
          : name(op) + (instruction.operandSize() == 2 ? "w" : "d");
      case JCXZ -> switch (instruction.addressSize()) {
        case 2 -> "jcxz";
        case 4 -> "jecxz";
        default -> "jrcxz";
      };
      case SYSRET -> instruction.codeSize() != 8 ? "sysret" : bySize(instruction, "sysretd", "sysretd", "sysretq");
      case FSTP_UNCHECKED -> "fstp";
      case JMP_FAR -> "jmp";
      case CALL_FAR -> "call";
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

  /** Whether a comparison's mnemonic says what its immediate says. */
  static boolean namesPredicate(Instruction instruction) {
    return switch (instruction.op()) {
      case CMPPS, CMPPD, CMPSS, CMPSD -> predicate(instruction) < PREDICATES.length;
      default -> false;
    };
  }

  private static long predicate(Instruction instruction) {
    return ((Operand.Immediate) instruction.operand(2)).value();
  }

  private static String comparison(Instruction instruction) {
    String name = name(instruction.op());
    return "cmp" + PREDICATES[(int) predicate(instruction)] + name.substring(3);
  }

  /** Whether a NOP is 90 with an operand-size prefix. */
  static boolean isExchange(Instruction instruction) {
    return instruction.opcode() == 0x9000 && instruction.has(Prefix.OPERAND_SIZE) && !instruction.has(Prefix.REX_W);
  }

  private static String nop(Instruction instruction) {
    return switch (instruction.opcode()) {
      case ENDBR64 -> instruction.operands().length == 0 ? "endbr64" : "nop";
      case ENDBR32 -> instruction.operands().length == 0 ? "endbr32" : "nop";
      default -> isExchange(instruction) ? "xchg" : "nop";
    };
  }

  /** E8 and E9. */
  private static boolean isNearRelative(Instruction instruction) {
    return (instruction.opcode() >> 8 & ~1) == 0xE8;
  }

  private static String name(Op op) {
    String name = op.name().toLowerCase(Locale.ROOT);
    int suffix = name.indexOf("_m");
    return suffix < 0 ? name : name.substring(0, suffix);
  }

  /** The name with the operand size as a suffix if it is not the usual one of the mode. */
  private static String sized(Instruction instruction, String name) {
    int size = instruction.operandSize();
    return size == instruction.codeSize() ? name : name + (size == 2 ? "w" : "d");
  }

  /** Likewise where the usual operand size of 64-bit mode is 32 bits. */
  private static String sizedFar(Instruction instruction, String name) {
    int size = instruction.operandSize();
    if (size == Math.min(instruction.codeSize(), 4)) {
      return name;
    }
    return name + (size == 2 ? "w" : size == 4 ? "d" : "q");
  }

  private static String imageSized(Instruction instruction, String name) {
    int usual = Math.min(instruction.codeSize(), 4);
    int size = Math.min(instruction.operandSize(), 4);
    return size == usual ? name : name + (size == 2 ? "w" : "d");
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
