package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;

/** Shuffles, blends, insertions and extractions (SDM vol. 1 5.4.2, 5.5.1.4, 5.6.3, 5.8.9, 5.10.4, 5.10.7). */
public final class Shuffle {
  private Shuffle() {}

  /** Each byte of the destination picked by a byte of the source; zero where that is negative (SSSE3). */
  @Semantics(PSHUFB)
  public static long pshufb(long a, long b) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      long selector = b >>> i;
      long value = a >>> 8 * (selector & 7) & 0xFF;
      result |= (selector & 0x80) != 0 ? 0 : value << i;
    }
    return result;
  }

  @Semantics(PSHUFB)
  public static void pshufb(CpuState cpu, int destination, int source) {
    long low = cpu.xmm[2 * destination];
    long high = cpu.xmm[2 * destination + 1];
    long lowResult = pickBytes(low, high, cpu.xmm[2 * source]);
    set(cpu, destination, lowResult, pickBytes(low, high, cpu.xmm[2 * source + 1]));
  }

  @Semantics(PSHUFW)
  public static long pshufw(CpuState cpu, long a, long immediate, int size) {
    return words(a, (int) immediate);
  }

  @Semantics(PSHUFLW)
  public static void pshuflw(CpuState cpu, int destination, int source, int immediate) {
    set(cpu, destination, words(cpu.xmm[2 * source], immediate), cpu.xmm[2 * source + 1]);
  }

  @Semantics(PSHUFHW)
  public static void pshufhw(CpuState cpu, int destination, int source, int immediate) {
    set(cpu, destination, cpu.xmm[2 * source], words(cpu.xmm[2 * source + 1], immediate));
  }

  @Semantics(PSHUFD)
  public static void pshufd(CpuState cpu, int destination, int source, int immediate) {
    long low = Lanes.dwords(dword(cpu, source, immediate), dword(cpu, source, immediate >> 2));
    long high = Lanes.dwords(dword(cpu, source, immediate >> 4), dword(cpu, source, immediate >> 6));
    set(cpu, destination, low, high);
  }

  @Semantics(SHUFPS)
  public static void shufps(CpuState cpu, int destination, int source, int immediate) {
    long low = Lanes.dwords(dword(cpu, destination, immediate), dword(cpu, destination, immediate >> 2));
    long high = Lanes.dwords(dword(cpu, source, immediate >> 4), dword(cpu, source, immediate >> 6));
    set(cpu, destination, low, high);
  }

  @Semantics(SHUFPD)
  public static void shufpd(CpuState cpu, int destination, int source, int immediate) {
    set(cpu, destination, cpu.xmm[2 * destination + (immediate & 1)], cpu.xmm[2 * source + (immediate >> 1 & 1)]);
  }

  @Semantics(BLENDPS)
  public static void blendps(CpuState cpu, int destination, int source, int immediate) {
    blend(cpu, destination, source, dwordMask(immediate), dwordMask(immediate >> 2));
  }

  @Semantics(BLENDPD)
  public static void blendpd(CpuState cpu, int destination, int source, int immediate) {
    blend(cpu, destination, source, -(immediate & 1L), -(immediate >> 1 & 1L));
  }

  @Semantics(PBLENDW)
  public static void pblendw(CpuState cpu, int destination, int source, int immediate) {
    blend(cpu, destination, source, wordMask(immediate), wordMask(immediate >> 4));
  }

  /** Selected by the signs of the bytes of XMM0. */
  @Semantics(PBLENDVB)
  public static void pblendvb(CpuState cpu, int destination, int source) {
    blend(cpu, destination, source, Lanes.fill(cpu.xmm[0] & Lanes.BYTES, Lanes.BYTES),
        Lanes.fill(cpu.xmm[1] & Lanes.BYTES, Lanes.BYTES));
  }

  /** Selected by the signs of the doublewords of XMM0. */
  @Semantics(BLENDVPS)
  public static void blendvps(CpuState cpu, int destination, int source) {
    blend(cpu, destination, source, Lanes.fill(cpu.xmm[0] & Lanes.DWORDS, Lanes.DWORDS),
        Lanes.fill(cpu.xmm[1] & Lanes.DWORDS, Lanes.DWORDS));
  }

  /** Selected by the signs of the quadwords of XMM0. */
  @Semantics(BLENDVPD)
  public static void blendvpd(CpuState cpu, int destination, int source) {
    blend(cpu, destination, source, cpu.xmm[0] >> 63, cpu.xmm[1] >> 63);
  }

  @Semantics(PEXTRB)
  public static long pextrb(CpuState cpu, int source, int immediate) {
    return cpu.xmm[2 * source + (immediate >> 3 & 1)] >>> 8 * (immediate & 7) & 0xFF;
  }

  @Semantics(PEXTRW)
  public static long pextrw(CpuState cpu, long a, long immediate, int size) {
    return a >>> 16 * (immediate & 3) & 0xFFFF;
  }

  @Semantics(PEXTRW)
  public static long pextrw(CpuState cpu, int source, int immediate) {
    return cpu.xmm[2 * source + (immediate >> 2 & 1)] >>> 16 * (immediate & 3) & 0xFFFF;
  }

  /** PEXTRD and, with REX.W, PEXTRQ. */
  @Semantics(PEXTRD)
  public static void pextrd(CpuState cpu, Instruction instruction) {
    Operand destination = instruction.operand(0);
    int source = ((Operand.Xmm) instruction.operand(1)).index();
    int immediate = (int) ((Operand.Immediate) instruction.operand(2)).value();
    long value = destination.size() == 8 ? cpu.xmm[2 * source + (immediate & 1)]
        : dword(cpu, source, immediate) & 0xFFFF_FFFFL;
    SseOperands.store(cpu, destination, value);
  }

  @Semantics(EXTRACTPS)
  public static long extractps(CpuState cpu, int source, int immediate) {
    return dword(cpu, source, immediate) & 0xFFFF_FFFFL;
  }

  @Semantics(PINSRB)
  public static void pinsrb(CpuState cpu, int destination, long value, int immediate) {
    insert(cpu, 2 * destination + (immediate >> 3 & 1), 0xFF, value, 8 * (immediate & 7));
  }

  @Semantics(PINSRW)
  public static long pinsrw(CpuState cpu, long a, long b, long immediate, int size) {
    int shift = 16 * (int) (immediate & 3);
    return a & ~(0xFFFFL << shift) | (b & 0xFFFF) << shift;
  }

  @Semantics(PINSRW)
  public static void pinsrw(CpuState cpu, int destination, long value, int immediate) {
    insert(cpu, 2 * destination + (immediate >> 2 & 1), 0xFFFF, value, 16 * (immediate & 3));
  }

  /** PINSRD and, with REX.W, PINSRQ. */
  @Semantics(PINSRD)
  public static void pinsrd(CpuState cpu, Instruction instruction) {
    int destination = ((Operand.Xmm) instruction.operand(0)).index();
    Operand source = instruction.operand(1);
    int immediate = (int) ((Operand.Immediate) instruction.operand(2)).value();
    long value = SseOperands.load(cpu, source);
    if (source.size() == 8) {
      cpu.xmm[2 * destination + (immediate & 1)] = value;
    } else {
      insert(cpu, 2 * destination + (immediate >> 1 & 1), 0xFFFF_FFFFL, value, 32 * (immediate & 1));
    }
  }

  /** A doubleword of the source (the only one if it is memory) to bits 4 and 5, then zeros where bits 0 to 3 say. */
  @Semantics(INSERTPS)
  public static void insertps(CpuState cpu, int destination, int source, int immediate) {
    long value = dword(cpu, source, source == CpuState.TEMPORARY_XMM ? 0 : immediate >> 6);
    insert(cpu, 2 * destination + (immediate >> 5 & 1), 0xFFFF_FFFFL, value, immediate << 1 & 32);
    cpu.xmm[2 * destination] &= ~dwordMask(immediate);
    cpu.xmm[2 * destination + 1] &= ~dwordMask(immediate >> 2);
  }

  private static void set(CpuState cpu, int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }

  private static void blend(CpuState cpu, int destination, int source, long lowMask, long highMask) {
    long low = Lanes.blend(lowMask, cpu.xmm[2 * source], cpu.xmm[2 * destination]);
    long high = Lanes.blend(highMask, cpu.xmm[2 * source + 1], cpu.xmm[2 * destination + 1]);
    set(cpu, destination, low, high);
  }

  private static void insert(CpuState cpu, int half, long mask, long value, int shift) {
    cpu.xmm[half] = cpu.xmm[half] & ~(mask << shift) | (value & mask) << shift;
  }

  /** Doubleword {@code index & 3} of a register. */
  private static int dword(CpuState cpu, int register, int index) {
    return (int) (cpu.xmm[2 * register + (index >> 1 & 1)] >>> 32 * (index & 1));
  }

  private static long words(long a, int immediate) {
    return Lanes.words(Lanes.word(a, immediate & 3), Lanes.word(a, immediate >> 2 & 3),
        Lanes.word(a, immediate >> 4 & 3), Lanes.word(a, immediate >> 6 & 3));
  }

  private static long pickBytes(long low, long high, long selectors) {
    long result = 0;
    for (int i = 0; i < 64; i += 8) {
      long selector = selectors >>> i;
      long value = ((selector & 8) == 0 ? low : high) >>> 8 * (selector & 7) & 0xFF;
      result |= (selector & 0x80) != 0 ? 0 : value << i;
    }
    return result;
  }

  /** Bits 0 and 1 of {@code selected} as masks of doublewords. */
  private static long dwordMask(int selected) {
    return Lanes.dwords(-(selected & 1), -(selected >> 1 & 1));
  }

  /** Bits 0 to 3 of {@code selected} as masks of words. */
  private static long wordMask(int selected) {
    return Lanes.words(-(selected & 1), -(selected >> 1 & 1), -(selected >> 2 & 1), -(selected >> 3 & 1));
  }
}
