package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Guest memory by segment and effective address: segment checks, then {@link LinearMemory}. */
public final class SegmentedMemory {
  private SegmentedMemory() {}

  /**
   * The linear address of {@code length} bytes at {@code offset} in segment register {@code segment} for reading.
   *
   * @throws dev.hagen.cpu.GuestException #GP(0), or #SS(0) for SS, if the segment forbids it or the address is not
   *     canonical
   */
  public static long linearForLoad(CpuState cpu, int segment, long offset, int length) {
    return linear(cpu, segment, offset, length, false);
  }

  /** Likewise for writing. */
  public static long linearForStore(CpuState cpu, int segment, long offset, int length) {
    return linear(cpu, segment, offset, length, true);
  }

  private static long linear(CpuState cpu, int segment, long offset, int length, boolean write) {
    SegmentRegister register = cpu.segment[segment];
    if (ExecutionContext.codeSize(cpu.context) == 8) {
      long linear = segment >= Reg.FS ? offset + register.base : offset;
      if (!Bits.isCanonical(linear) || !Bits.isCanonical(linear + length - 1)) {
        throw violation(cpu, segment);
      }
      return linear;
    }
    if (ExecutionContext.isFlat(cpu.context) && segment < Reg.FS && segment != Reg.CS) {
      if (offset + length > 1L << 32) {
        throw violation(cpu, segment);
      }
      return offset;
    }
    boolean typed = (cpu.context & ExecutionContext.REAL_SEGMENTS) == 0;
    if (typed && !allows(register, write) || !contains(register, offset, length)) {
      throw violation(cpu, segment);
    }
    return register.base + offset & 0xFFFF_FFFFL;
  }

  /** Whether the type allows the access: usable, readable or writable (SDM vol. 3A 5.5). */
  private static boolean allows(SegmentRegister register, boolean write) {
    int attributes = register.attributes;
    if ((attributes & SegmentRegister.P) == 0) {
      return false;
    }
    boolean code = (attributes & SegmentRegister.CODE) != 0;
    boolean flag = (attributes & SegmentRegister.WRITABLE_OR_READABLE) != 0;
    return write ? !code && flag : !code || flag;
  }

  /** Whether all {@code length} bytes from {@code offset} on lie within the limit (SDM vol. 3A 5.3). */
  private static boolean contains(SegmentRegister register, long offset, int length) {
    long last = offset + length - 1;
    int attributes = register.attributes;
    boolean expandDown = (attributes & (SegmentRegister.CODE | SegmentRegister.EXPAND_DOWN_OR_CONFORMING))
        == SegmentRegister.EXPAND_DOWN_OR_CONFORMING;
    if (expandDown) {
      long top = (attributes & SegmentRegister.DB) != 0 ? 0xFFFF_FFFFL : 0xFFFF;
      return offset > register.limit && last <= top;
    }
    return last <= register.limit;
  }

  private static RuntimeException violation(CpuState cpu, int segment) {
    return cpu.raise(segment == Reg.SS ? Vector.SS : Vector.GP, 0);
  }

  public static long load(CpuState cpu, int segment, long offset, int size) {
    return LinearMemory.load(cpu, linearForLoad(cpu, segment, offset, size), size);
  }

  public static void store(CpuState cpu, int segment, long offset, long value, int size) {
    LinearMemory.store(cpu, linearForStore(cpu, segment, offset, size), value, size);
  }

  /** Loads as the first half of a read-modify-write. */
  public static long loadForWrite(CpuState cpu, int segment, long offset, int size) {
    return LinearMemory.loadForWrite(cpu, linearForStore(cpu, segment, offset, size), size);
  }
}
