package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/**
 * A stack on which a far transfer works before it has happened: pushes and pops move a private pointer, and no register
 * changes until the transfer can no longer fault.
 */
final class StackCursor {
  private final CpuState cpu;
  private final SegmentRegister segment;
  /** Bytes of the pointer: 2, 4 or 8. */
  private final int width;
  /** Accesses have supervisor rights although CPL is still 3. */
  private final boolean supervisor;
  /** The error code of the #SS for an access outside the segment. */
  private final int errorCode;
  private long pointer;

  /** What is computed for it is to be there before: else HotSpot clears the object first, and the loads after that wait. */
  private StackCursor(CpuState cpu, SegmentRegister segment, int width, boolean supervisor, int errorCode,
      long pointer) {
    this.cpu = cpu;
    this.segment = segment;
    this.width = width;
    this.supervisor = supervisor;
    this.errorCode = errorCode;
    this.pointer = pointer;
  }

  /** The stack in use. */
  static StackCursor current(CpuState cpu, int errorCode) {
    SegmentRegister segment = cpu.segment[Reg.SS];
    int width = cpu.stackSize();
    return new StackCursor(cpu, segment, width, false, errorCode, Bits.zeroExtend(cpu.gpr[Reg.RSP], width));
  }

  /** A stack of 16- or 32-bit protected mode for privilege {@code cpl}, described by {@code segment}. */
  static StackCursor legacy(CpuState cpu, SegmentRegister segment, long pointer, int cpl, int errorCode) {
    int width = segment.has(SegmentRegister.DB) ? 4 : 2;
    boolean supervisor = cpl < 3 && cpu.cpl == 3;
    return new StackCursor(cpu, segment, width, supervisor, errorCode, Bits.zeroExtend(pointer, width));
  }

  /** A stack of 64-bit mode for privilege {@code cpl}. */
  static StackCursor flat(CpuState cpu, long pointer, int cpl, int errorCode) {
    SegmentRegister segment = cpu.segment[Reg.SS];
    boolean supervisor = cpl < 3 && cpu.cpl == 3;
    return new StackCursor(cpu, segment, 8, supervisor, errorCode, pointer);
  }

  long pointer() {
    return pointer;
  }

  int width() {
    return width;
  }

  /** Pushes the low {@code size} bytes of {@code value}. */
  void push(long value, int size) {
    long top = Bits.zeroExtend(pointer - size, width);
    long linear = linear(top, size);
    if (supervisor) {
      LinearMemory.storeSystem(cpu, linear, value, size);
    } else {
      LinearMemory.store(cpu, linear, value, size);
    }
    pointer = top;
  }

  /** Pops {@code size} bytes, zero-extended. */
  long pop(int size) {
    long value = peek(0, size);
    pointer = Bits.zeroExtend(pointer + size, width);
    return value;
  }

  /** The {@code size} bytes at distance {@code distance} above the pointer, zero-extended; the pointer stays. */
  long peek(long distance, int size) {
    long linear = linear(Bits.zeroExtend(pointer + distance, width), size);
    return supervisor ? LinearMemory.loadSystem(cpu, linear, size) : LinearMemory.load(cpu, linear, size);
  }

  /** Skips {@code bytes}. */
  void skip(long bytes) {
    pointer = Bits.zeroExtend(pointer + bytes, width);
  }

  /** Puts the pointer into RSP, in the bytes that the stack's width says. */
  void commit() {
    cpu.setRegister(Reg.RSP, pointer, width);
  }

  private long linear(long offset, int size) {
    if (width == 8) {
      if (!Bits.isCanonical(offset) || !Bits.isCanonical(offset + size - 1)) {
        throw cpu.raise(Vector.SS, errorCode);
      }
      return offset;
    }
    if (!isInside(offset, size)) {
      throw cpu.raise(Vector.SS, errorCode);
    }
    return segment.base + offset & 0xFFFF_FFFFL;
  }

  private boolean isInside(long offset, int size) {
    long last = offset + size - 1;
    boolean down = segment.has(SegmentRegister.EXPAND_DOWN_OR_CONFORMING) && !segment.isCode();
    if (down) {
      long highest = segment.has(SegmentRegister.DB) ? 0xFFFF_FFFFL : 0xFFFF;
      return offset > segment.limit && last <= highest;
    }
    return last <= segment.limit;
  }
}
