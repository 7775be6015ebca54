package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;

/** The GDT and the LDT as selectors reach them (SDM vol. 3A 3.5.1). */
final class DescriptorTable {
  private static final int TABLE_INDICATOR = 4;
  /** Answer of {@link #find} for a selector outside its table. */
  static final long OUTSIDE = -1;

  private DescriptorTable() {}

  /** Index and table of a selector without its RPL: what error codes hold. */
  static int errorCode(int selector) {
    return selector & 0xFFFC;
  }

  static boolean isNull(int selector) {
    return (selector & 0xFFFC) == 0;
  }

  static boolean isLocal(int selector) {
    return (selector & TABLE_INDICATOR) != 0;
  }

  /** Whether {@code length} bytes at the selector's place lie in its table. */
  static boolean contains(CpuState cpu, int selector, int length) {
    int last = (selector & 0xFFF8) + length - 1;
    if (isLocal(selector)) {
      return cpu.ldtr.isUsable() && last <= cpu.ldtr.limit;
    }
    return last <= cpu.gdtrLimit;
  }

  /** The linear address of a descriptor; the caller knows that it lies in its table. */
  static long address(CpuState cpu, int selector) {
    long base = isLocal(selector) ? cpu.ldtr.base : cpu.gdtrBase;
    return wrap(cpu, base + (selector & 0xFFF8));
  }

  /** Outside long mode linear addresses have 32 bits. */
  static long wrap(CpuState cpu, long linear) {
    return cpu.isLongMode() ? linear : linear & 0xFFFF_FFFFL;
  }

  /**
   * The descriptor of {@code selector}.
   *
   * @param external 1 if error codes shall have the EXT bit
   * @throws dev.hagen.cpu.GuestException {@code vector} with the selector if it lies outside its table
   */
  static long read(CpuState cpu, int selector, int vector, int external) {
    if (!contains(cpu, selector, 8)) {
      throw cpu.raise(vector, errorCode(selector) | external);
    }
    return LinearMemory.loadSystem(cpu, address(cpu, selector), 8);
  }

  /** Likewise with #GP and no EXT bit. */
  static long read(CpuState cpu, int selector) {
    return read(cpu, selector, Vector.GP, 0);
  }

  /**
   * The second half of a 16-byte system descriptor of long mode; the first has been read.
   *
   * @throws dev.hagen.cpu.GuestException #GP with the selector if it lies outside the table or its type is not 0
   */
  static long readUpper(CpuState cpu, int selector, int vector, int external) {
    if (!contains(cpu, selector, 16)) {
      throw cpu.raise(vector, errorCode(selector) | external);
    }
    long upper = LinearMemory.loadSystem(cpu, address(cpu, selector) + 8, 8);
    if ((upper >>> 40 & 0x1F) != 0) {
      throw cpu.raise(vector, errorCode(selector) | external);
    }
    return upper;
  }

  /** Sets the accessed bit of a code or data descriptor unless it is set; answers the descriptor as it is then. */
  static long touch(CpuState cpu, int selector, long raw) {
    long accessed = 1L << 40;
    if ((raw & accessed) == 0) {
      LinearMemory.storeSystem(cpu, address(cpu, selector) + 5, raw >>> 40 | SegmentRegister.ACCESSED, 1);
    }
    return raw | accessed;
  }

  /** Sets or clears the busy bit of a TSS descriptor in the GDT. */
  static void setBusy(CpuState cpu, int selector, boolean busy) {
    long at = address(cpu, selector) + 5;
    long access = LinearMemory.loadSystem(cpu, at, 1);
    LinearMemory.storeSystem(cpu, at, busy ? access | Descriptor.BUSY : access & ~Descriptor.BUSY, 1);
  }

  /** The base of an LDT or TSS in long mode. */
  static long longBase(CpuState cpu, int selector, long raw, long upper) {
    long base = Descriptor.base(raw) | upper << 32;
    if (!Bits.isCanonical(base)) {
      throw cpu.generalProtection(errorCode(selector));
    }
    return base;
  }
}
