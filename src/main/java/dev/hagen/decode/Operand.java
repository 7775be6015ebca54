package dev.hagen.decode;

/** An explicit operand of a decoded instruction. */
public sealed interface Operand {
  /** Bytes that the operation reads or writes; for an immediate the size after extension. */
  int size();

  /** A general register; {@code highByte}: bits 8 to 15 of register {@code index} (AH, CH, DH, BH: index 0 to 3). */
  record Register(int index, int size, boolean highByte) implements Operand {}

  /**
   * Memory. The effective address is {@code base + (index << scale) + displacement}, cut to {@code addressSize} bytes.
   * Base and index are register numbers or {@link dev.hagen.x86.Reg#NONE}; {@code ripRelative} adds the address of the
   * next instruction. {@code segment} is the segment in force, override included. {@code size} 0: the operation does
   * not load or store a value there (LEA, INVLPG, NOP, PREFETCH) or does so itself (state images). A far pointer in
   * memory has the size of selector and offset together, the operand of BOUND that of both bounds, that of LGDT 6 or
   * 10.
   */
  record Memory(int segment, int base, int index, int scale, long displacement, boolean ripRelative, int addressSize,
      int size) implements Operand {}

  /**
   * A constant, sign- or zero-extended to {@code size} bytes as the instruction demands, and from there zero-extended
   * like a register's value: the immediate of {@code add eax, -1} is FFFF_FFFFh in each of its encodings.
   */
  record Immediate(long value, int size) implements Operand {}

  /**
   * The target of a near branch as a distance from the next instruction, sign-extended. The new instruction pointer is
   * cut to {@code size} bytes.
   */
  record Relative(long displacement, int size) implements Operand {}

  /** A far pointer in the instruction: {@code size} is that of the offset, 2 or 4. */
  record FarPointer(int selector, long offset, int size) implements Operand {}

  /** A segment register. */
  record Segment(int index) implements Operand {
    @Override
    public int size() {
      return 2;
    }
  }

  /** A control or debug register. */
  record Control(int index, boolean debug, int size) implements Operand {}

  /** An x87 register, counted from the top of the stack. */
  record Stack(int index) implements Operand {
    @Override
    public int size() {
      return 10;
    }
  }

  /** An MMX register. */
  record Mmx(int index) implements Operand {
    @Override
    public int size() {
      return 8;
    }
  }

  /**
   * An XMM register of which the operation uses the low {@code size} bytes (16: all). As a destination smaller than
   * 16 bytes it keeps its other bytes, or clears them if {@code zeroUpper}.
   */
  record Xmm(int index, int size, boolean zeroUpper) implements Operand {}
}
