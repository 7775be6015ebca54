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
    return Integer.numberOfTrailingZeros(equalTo(cpu, register, 0, immediate) | 1 << elements(immediate));
  }

  /** Compares, sets the flags and returns one bit per element of the second string. */
  private static int compare(CpuState cpu, int first, int second, int firstLength, int secondLength, int immediate) {
    int elements = elements(immediate);
    int all = (1 << elements) - 1;
    int inFirst = (1 << firstLength) - 1;
    int inSecond = (1 << secondLength) - 1;
    int bits = switch (immediate >> 2 & 3) {
      case EQUAL_ANY -> inSet(cpu, first, firstLength, second, immediate) & inSecond;
      case RANGES -> inRanges(cpu, first, firstLength, second, immediate) & inSecond;
      case EQUAL_EACH -> equalEach(cpu, first, second, immediate) & inFirst & inSecond | all & ~inFirst & ~inSecond;
      default -> startsOf(cpu, first, firstLength, second, inSecond, immediate);
    };
    // Negative polarity inverts all bits, or only those within the second string.
    bits ^= switch (immediate >> 4 & 3) {
      case 1 -> all;
      case 3 -> inSecond;
      default -> 0;
    };
    cpu.setArithmeticFlags((bits != 0 ? Flags.CF : 0) | (secondLength < elements ? Flags.ZF : 0)
        | (firstLength < elements ? Flags.SF : 0) | ((bits & 1) != 0 ? Flags.OF : 0));
    return bits;
  }

  private static int inSet(CpuState cpu, int set, int length, int second, int immediate) {
    int bits = 0;
    for (int i = 0; i < length; i++) {
      bits |= equalTo(cpu, second, element(cpu, set, i, immediate), immediate);
    }
    return bits;
  }

  /** The first string holds pairs of bounds; a pair without its second half is none. */
  private static int inRanges(CpuState cpu, int ranges, int length, int second, int immediate) {
    int outside = -1;
    for (int i = 0; i + 1 < length; i += 2) {
      long lowest = repeat(element(cpu, ranges, i, immediate), immediate);
      long highest = repeat(element(cpu, ranges, i + 1, immediate), immediate);
      outside &= bits(outside(cpu.xmm[2 * second], lowest, highest, immediate),
          outside(cpu.xmm[2 * second + 1], lowest, highest, immediate), immediate);
    }
    return ~outside;
  }

  private static long outside(long values, long lowest, long highest, int immediate) {
    long signs = signs(immediate);
    // Signed order is unsigned order with all sign bits inverted.
    long bias = (immediate & 2) != 0 ? signs : 0;
    return Lanes.below(values ^ bias, lowest ^ bias, signs) | Lanes.below(highest ^ bias, values ^ bias, signs);
  }

  private static int equalEach(CpuState cpu, int first, int second, int immediate) {
    long signs = signs(immediate);
    return bits(Lanes.equal(cpu.xmm[2 * first], cpu.xmm[2 * second], signs),
        Lanes.equal(cpu.xmm[2 * first + 1], cpu.xmm[2 * second + 1], signs), immediate);
  }

  /** Where the first string starts in the second, as far as the register shows. */
  private static int startsOf(CpuState cpu, int first, int length, int second, int inSecond, int immediate) {
    int elements = elements(immediate);
    int all = (1 << elements) - 1;
    int starts = all;
    for (int i = 0; i < length; i++) {
      int equal = equalTo(cpu, second, element(cpu, first, i, immediate), immediate) & inSecond;
      starts &= equal >> i | all << elements - i;
    }
    return starts;
  }

  /** A bit for each element of a register that equals {@code element}. */
  private static int equalTo(CpuState cpu, int register, long element, int immediate) {
    long repeated = repeat(element, immediate);
    long signs = signs(immediate);
    return bits(Lanes.equal(cpu.xmm[2 * register], repeated, signs),
        Lanes.equal(cpu.xmm[2 * register + 1], repeated, signs), immediate);
  }

  /** Element {@code index}, zero-extended. */
  private static long element(CpuState cpu, int register, int index, int immediate) {
    return (immediate & 1) != 0 ? cpu.xmm[2 * register + (index >> 2)] >>> 16 * (index & 3) & 0xFFFF
        : cpu.xmm[2 * register + (index >> 3)] >>> 8 * (index & 7) & 0xFF;
  }

  private static long repeat(long element, int immediate) {
    return element * ((immediate & 1) != 0 ? 0x0001_0001_0001_0001L : 0x0101_0101_0101_0101L);
  }

  private static long signs(int immediate) {
    return (immediate & 1) != 0 ? Lanes.WORDS : Lanes.BYTES;
  }

  /** One bit for each element of a mask of sixteen bytes. */
  private static int bits(long low, long high, int immediate) {
    return (immediate & 1) != 0 ? (int) (signsOfWords(low) | signsOfWords(high) << 4)
        : (int) (PackedCompare.signsOfBytes(low) | PackedCompare.signsOfBytes(high) << 8);
  }

  private static long signsOfWords(long mask) {
    return mask >>> 15 & 1 | mask >>> 30 & 2 | mask >>> 45 & 4 | mask >>> 60 & 8;
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
