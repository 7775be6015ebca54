package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;

/** Bit tests and scans, counts, CRC32 (SDM vol. 1 5.1.6 and 5.11.2). */
public final class BitOperations {
  /** Remainders of all bytes modulo the Castagnoli polynomial, bits reflected (SDM vol. 2A CRC32). */
  private static final int[] CRC32C = crcTable();
  private static final int CRC32C_POLYNOMIAL_REFLECTED = 0x82F6_3B78;

  private BitOperations() {}

  // Bit tests. A register as bit index reaches beyond a memory operand: bit strings.

  /** CF is the selected bit. */
  @Semantics(Op.BT)
  public static void bt(CpuState cpu, Instruction insn) {
    long index = Operands.read(cpu, insn, 1);
    Operand target = insn.operand(0);
    int size = target.size();
    long value = target instanceof Operand.Memory memory
        ? SegmentedMemory.load(cpu, memory.segment(), bitStringAddress(cpu, insn, memory, index), size)
        : Operands.read(cpu, insn, 0);
    ArithmeticFlags.setCarry(cpu, value >>> bitNumber(index, size) & 1);
  }

  /** CF is the selected bit, which is then set. */
  @Semantics(Op.BTS)
  public static void bts(CpuState cpu, Instruction insn) {
    modify(cpu, insn, 1, 0);
  }

  /** CF is the selected bit, which is then cleared. */
  @Semantics(Op.BTR)
  public static void btr(CpuState cpu, Instruction insn) {
    modify(cpu, insn, 1, 1);
  }

  /** CF is the selected bit, which is then inverted. */
  @Semantics(Op.BTC)
  public static void btc(CpuState cpu, Instruction insn) {
    modify(cpu, insn, 0, 1);
  }

  /** Sets the selected bit if {@code set} is 1, then inverts it if {@code invert} is 1. */
  private static void modify(CpuState cpu, Instruction insn, long set, long invert) {
    long index = Operands.read(cpu, insn, 1);
    Operand target = insn.operand(0);
    int size = target.size();
    int bit = bitNumber(index, size);
    long old;
    if (target instanceof Operand.Memory memory) {
      long address = bitStringAddress(cpu, insn, memory, index);
      old = SegmentedMemory.loadForWrite(cpu, memory.segment(), address, size);
      SegmentedMemory.store(cpu, memory.segment(), address, (old | set << bit) ^ invert << bit, size);
    } else {
      old = Operands.read(cpu, insn, 0);
      Operands.write(cpu, insn, 0, (old | set << bit) ^ invert << bit);
    }
    ArithmeticFlags.setCarry(cpu, old >>> bit & 1);
  }

  private static int bitNumber(long index, int size) {
    return (int) index & (size << 3) - 1;
  }

  /** The effective address of the operand-sized unit that holds the bit: a register index is a signed distance. */
  private static long bitStringAddress(CpuState cpu, Instruction insn, Operand.Memory memory, long index) {
    long address = Operands.effectiveAddress(cpu, memory);
    if (insn.operand(1) instanceof Operand.Immediate) {
      return address;
    }
    int size = memory.size();
    long units = Bits.signExtend(index, size) >> 3 & -size;
    return Bits.zeroExtend(address + units, memory.addressSize());
  }

  // Scans and counts.

  /** The index of the lowest set bit of the source; ZF if there is none, and then nothing is written. */
  @Semantics(Op.BSF)
  public static void bsf(CpuState cpu, Instruction insn) {
    long source = Operands.read(cpu, insn, 1);
    if (source == 0) {
      UndefinedFlags.bitNotFound(cpu);
    } else {
      long index = Long.numberOfTrailingZeros(source);
      Operands.write(cpu, insn, 0, index);
      UndefinedFlags.bitFound(cpu, index);
    }
  }

  /** The index of the highest set bit of the source; ZF if there is none, and then nothing is written. */
  @Semantics(Op.BSR)
  public static void bsr(CpuState cpu, Instruction insn) {
    long source = Operands.read(cpu, insn, 1);
    if (source == 0) {
      UndefinedFlags.bitNotFound(cpu);
    } else {
      long index = 63L - Long.numberOfLeadingZeros(source);
      Operands.write(cpu, insn, 0, index);
      UndefinedFlags.bitFound(cpu, index);
    }
  }

  /** The number of zeros below the lowest set bit. CF: the source was zero; ZF: the result is. */
  @Semantics(Op.TZCNT)
  public static long tzcnt(CpuState cpu, long a, int size) {
    long count = Math.min(Long.numberOfTrailingZeros(a), size << 3);
    UndefinedFlags.zeroCount(cpu, count, a == 0);
    return count;
  }

  /** The number of zeros above the highest set bit. CF: the source was zero; ZF: the result is. */
  @Semantics(Op.LZCNT)
  public static long lzcnt(CpuState cpu, long a, int size) {
    long count = Long.numberOfLeadingZeros(a) - (64L - (size << 3));
    UndefinedFlags.zeroCount(cpu, count, a == 0);
    return count;
  }

  /** The number of set bits. ZF by the source; all other flags are cleared. */
  @Semantics(Op.POPCNT)
  public static long popcnt(CpuState cpu, long a, int size) {
    long count = Long.bitCount(a);
    UndefinedFlags.populationCount(cpu, count);
    return count;
  }

  /** Swaps the bytes of 4 or 8; of 2 bytes see {@link UndefinedFlags}. */
  @Semantics(Op.BSWAP)
  public static long bswap(CpuState cpu, long a, int size) {
    return size == 2 ? 0 : reversed(a, size);
  }

  /** Moves with the bytes swapped. */
  @Semantics(Op.MOVBE)
  public static long movbe(CpuState cpu, long a, int size) {
    return reversed(a, size);
  }

  private static long reversed(long a, int size) {
    return Long.reverseBytes(a) >>> 64 - (size << 3);
  }

  /** Accumulates the source, 1 to 8 bytes, into a CRC-32C in the low half of the destination. */
  @Semantics(Op.CRC32)
  public static void crc32(CpuState cpu, Instruction insn) {
    long source = Operands.read(cpu, insn, 1);
    int crc = (int) Operands.read(cpu, insn, 0);
    for (int i = insn.operand(1).size(); i > 0; i--) {
      crc = crc >>> 8 ^ CRC32C[(crc ^ (int) source) & 0xFF];
      source >>>= 8;
    }
    Operands.write(cpu, insn, 0, crc & 0xFFFF_FFFFL);
  }

  private static int[] crcTable() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int remainder = i;
      for (int bit = 0; bit < 8; bit++) {
        remainder = remainder >>> 1 ^ (CRC32C_POLYNOMIAL_REFLECTED & -(remainder & 1));
      }
      table[i] = remainder;
    }
    return table;
  }
}
