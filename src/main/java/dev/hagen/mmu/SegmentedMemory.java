package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;

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
    throw new AssertionError();
  }

  /** Likewise for writing. */
  public static long linearForStore(CpuState cpu, int segment, long offset, int length) {
    throw new AssertionError();
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
