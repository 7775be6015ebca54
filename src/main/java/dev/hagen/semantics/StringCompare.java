package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Instruction.Prefix;
import dev.hagen.decode.Operand;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Reg;

/**
 * The string comparisons of SSE4.2 (SDM vol. 2 4.1).
 *
 * <p>Each element of the second string gets a bit that says whether it matches the first string in the way that the
 * immediate asks for: any of a set, in one of several ranges, equal at the same place, or the start of a substring. The
 * result is the index of the first or last bit, or the bits as a mask.
 */
public final class StringCompare {
  private static final int EQUAL_ANY = 0;
  private static final int RANGES = 1;
  private static final int EQUAL_EACH = 2;

  private StringCompare() {}

  /** Explicit lengths in EAX and EDX, or in RAX and RDX with REX.W; index to ECX. */
  @Semantics(PCMPESTRI)
  public static void pcmpestri(CpuState cpu, Instruction instruction) {
    int immediate = immediate(instruction);
    setIndex(cpu, explicit(cpu, instruction, immediate), immediate);
  }

  /** Explicit lengths; mask to XMM0. */
  @Semantics(PCMPESTRM)
  public static void pcmpestrm(CpuState cpu, Instruction instruction) {
    int immediate = immediate(instruction);
    setMask(cpu, explicit(cpu, instruction, immediate), immediate);
  }

  /** Strings end at their first zero; index to ECX. */
  @Semantics(PCMPISTRI)
  public static void pcmpistri(CpuState cpu, int destination, int source, int immediate) {
    setIndex(cpu, implicit(cpu, destination, source, immediate), immediate);
  }

  /** Strings end at their first zero; mask to XMM0. */
  @Semantics(PCMPISTRM)
  public static void pcmpistrm(CpuState cpu, int destination, int source, int immediate) {
    setMask(cpu, implicit(cpu, destination, source, immediate), immediate);
  }

  private static int immediate(Instruction instruction) {
    return (int) ((Operand.Immediate) instruction.operand(2)).value();
  }

  private static int explicit(CpuState cpu, Instruction instruction, int immediate) {
    int first = ((Operand.Xmm) instruction.operand(0)).index();
    int second = SseOperands.loadXmm(cpu, instruction.operand(1));
    boolean wide = instruction.has(Prefix.REX_W);
    return compare(cpu, first, second, length(cpu.gpr[Reg.RAX], wide, immediate),
        length(cpu.gpr[Reg.RDX], wide, immediate), immediate);
  }

  private static int implicit(CpuState cpu, int first, int second, int immediate) {
    return compare(cpu, first, second, length(cpu, first, immediate), length(cpu, second, immediate), immediate);
  }

  /** The number of elements that a register holds: bit 0 of the immediate tells words from bytes. */
  private static int elements(int immediate) {
    return (immediate & 1) != 0 ? 8 : 16;
  }

  /** An explicit length: its absolute value, at most all elements. */
  private static int length(long register, boolean wide, int immediate) {
    long length = wide ? register : (int) register;
    // The most negative number has no absolute value; it counts as large all the same.
    return (int) Math.min(length == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(length), elements(immediate));
  }

  /** The number of elements before the first that is zero. */
  private static int length(CpuState cpu, int register, int immediate) {
    int elements = elements(immediate);
    int length = 0;
    while (length < elements && element(cpu, register, length, immediate) != 0) {
      length++;
    }
    return length;
  }

  private static int element(CpuState cpu, int register, int index, int immediate) {
    boolean signed = (immediate & 2) != 0;
    if ((immediate & 1) != 0) {
      int word = (int) (cpu.xmm[2 * register + (index >> 2)] >>> 16 * (index & 3));
      return signed ? (short) word : word & 0xFFFF;
    }
    int value = (int) (cpu.xmm[2 * register + (index >> 3)] >>> 8 * (index & 7));
    return signed ? (byte) value : value & 0xFF;
  }

  /** Compares, sets the flags and returns one bit per element of the second string. */
  private static int compare(CpuState cpu, int first, int second, int firstLength, int secondLength, int immediate) {
    int elements = elements(immediate);
    int all = (1 << elements) - 1;
    int bits = 0;
    for (int i = 0; i < elements; i++) {
      if (matches(cpu, first, second, firstLength, secondLength, immediate, i)) {
        bits |= 1 << i;
      }
    }
    // Negative polarity inverts all bits, or only those within the second string.
    bits ^= switch (immediate >> 4 & 3) {
      case 1 -> all;
      case 3 -> (1 << secondLength) - 1;
      default -> 0;
    };
    cpu.setArithmeticFlags((bits != 0 ? Flags.CF : 0) | (secondLength < elements ? Flags.ZF : 0)
        | (firstLength < elements ? Flags.SF : 0) | ((bits & 1) != 0 ? Flags.OF : 0));
    return bits;
  }

  private static boolean matches(CpuState cpu, int first, int second, int firstLength, int secondLength, int immediate,
      int index) {
    return switch (immediate >> 2 & 3) {
      case EQUAL_ANY -> index < secondLength
          && isInSet(cpu, first, firstLength, element(cpu, second, index, immediate), immediate);
      case RANGES -> index < secondLength
          && isInRanges(cpu, first, firstLength, element(cpu, second, index, immediate), immediate);
      case EQUAL_EACH -> index < firstLength && index < secondLength
          ? element(cpu, first, index, immediate) == element(cpu, second, index, immediate)
          : index >= firstLength && index >= secondLength;
      default -> startsAt(cpu, first, second, firstLength, secondLength, immediate, index);
    };
  }

  private static boolean isInSet(CpuState cpu, int set, int length, int element, int immediate) {
    for (int i = 0; i < length; i++) {
      if (element(cpu, set, i, immediate) == element) {
        return true;
      }
    }
    return false;
  }

  /** The first string holds pairs of bounds; a pair without its second half is none. */
  private static boolean isInRanges(CpuState cpu, int ranges, int length, int element, int immediate) {
    for (int i = 0; i + 1 < length; i += 2) {
      if (element >= element(cpu, ranges, i, immediate) && element <= element(cpu, ranges, i + 1, immediate)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the first string starts at {@code index}, as far as the register shows. */
  private static boolean startsAt(CpuState cpu, int first, int second, int firstLength, int secondLength, int immediate,
      int index) {
    int elements = elements(immediate);
    for (int i = 0; i < firstLength && index + i < elements; i++) {
      if (index + i >= secondLength
          || element(cpu, first, i, immediate) != element(cpu, second, index + i, immediate)) {
        return false;
      }
    }
    return true;
  }

  /** Bit 6 of the immediate picks the last bit instead of the first; without any bit the index is past the end. */
  private static void setIndex(CpuState cpu, int bits, int immediate) {
    int index = elements(immediate);
    if (bits != 0) {
      index = (immediate & 0x40) != 0 ? 31 - Integer.numberOfLeadingZeros(bits) : Integer.numberOfTrailingZeros(bits);
    }
    cpu.setRegister(Reg.RCX, index, 4);
  }

  /** Bit 6 of the immediate widens the mask to whole elements. */
  private static void setMask(CpuState cpu, int bits, int immediate) {
    if ((immediate & 0x40) == 0) {
      cpu.xmm[0] = bits;
      cpu.xmm[1] = 0;
      return;
    }
    boolean words = (immediate & 1) != 0;
    cpu.xmm[0] = words ? widenToWords(bits) : widenToBytes(bits);
    cpu.xmm[1] = words ? widenToWords(bits >> 4) : widenToBytes(bits >> 8);
  }

  private static long widenToBytes(int bits) {
    long result = 0;
    for (int i = 0; i < 8; i++) {
      result |= (bits >> i & 1) * 0xFFL << 8 * i;
    }
    return result;
  }

  private static long widenToWords(int bits) {
    long result = 0;
    for (int i = 0; i < 4; i++) {
      result |= (bits >> i & 1) * 0xFFFFL << 16 * i;
    }
    return result;
  }
}
