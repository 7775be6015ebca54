package dev.hagen.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The range of host address space behind {@link HostMemory}: a power of two in size, reserved once without being backed,
 * with a guard behind it.
 *
 * <p>Where 4 GiB are enough, the range lies at a low address: then HotSpot's code confines an access by a move of 32 bits
 * and has the range's start as the displacement of the load or store itself; elsewhere that takes two constants of 64 bits,
 * and often the registers for them.
 */
final class HostRange {
  /** The size of a range that may lie low. */
  private static final int SMALL_BITS = 32;
  /** Starts to try for it: displacements are signed and 32 bits wide. */
  private static final long[] LOW = {0x1000_0000L, 0x2000_0000L, 0x4000_0000L, 0x6000_0000L, 0x7000_0000L};
  /** Other sizes to try, largest first: limits on address space (ulimit -v) may forbid the first ones. */
  private static final int[] LARGE_BITS = {40, 38, 36, 34, 32};
  private static final int GUARD = 1 << 16;
  /** At the start of the range is a page that belongs to no guest. */
  private static final int PAGE = 1 << 12;
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MAP_FIXED_NOREPLACE = 0x10_0000;
  private static final int MADV_HUGEPAGE = 14;
  private static final long FAILED = -1;

  private static final MethodHandle MMAP;
  private static final MethodHandle MUNMAP;
  private static final MethodHandle MADVISE;
  /** Where the range begins. */
  static final long BASE;
  /** Its size minus one. */
  static final long MASK;

  static {
    Linker linker = Linker.nativeLinker();
    MMAP = linker.downcallHandle(linker.defaultLookup().findOrThrow("mmap"),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    MUNMAP = linker.downcallHandle(linker.defaultLookup().findOrThrow("munmap"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    MADVISE = linker.downcallHandle(linker.defaultLookup().findOrThrow("madvise"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    int bits = SMALL_BITS;
    long base = HostMemory.expected() < 1L << SMALL_BITS ? reserveLow() : FAILED;
    for (int i = 0; base == FAILED && i < LARGE_BITS.length; i++) {
      bits = LARGE_BITS[i];
      base = reserve(0, bits, 0);
    }
    if (base == FAILED) {
      throw new ExceptionInInitializerError("cannot reserve address space for guest memory");
    }
    BASE = base;
    MASK = (1L << bits) - 1;
    if (!map(0, PAGE)) {
      throw new ExceptionInInitializerError("no memory for a page");
    }
  }

  private HostRange() {}

  private static long reserveLow() {
    for (long start : LOW) {
      long found = reserve(start, SMALL_BITS, MAP_FIXED_NOREPLACE);
      if (found == start) {
        return found;
      }
      if (found != FAILED) {
        // A kernel that does not know the flag has taken the start for a wish.
        unmap(found, (1L << SMALL_BITS) + GUARD);
      }
    }
    return FAILED;
  }

  private static long reserve(long start, int bits, int flags) {
    return mmap(start, (1L << bits) + GUARD, PROT_NONE, flags);
  }

  /** Backs {@code size} bytes at an offset with zeroes, in large pages if the host likes to; false if it refuses. */
  static boolean map(long offset, long size) {
    if (mmap(BASE + offset, size, PROT_READ_WRITE, MAP_FIXED) == FAILED) {
      return false;
    }
    try {
      int ignored = (int) MADVISE.invokeExact(BASE + offset, size, MADV_HUGEPAGE);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    return true;
  }

  /** Takes the backing away again; the addresses stay reserved. */
  static void unback(long offset, long size) {
    mmap(BASE + offset, size, PROT_NONE, MAP_FIXED);
  }

  private static long mmap(long address, long size, int protection, int flags) {
    try {
      return (long) MMAP.invokeExact(address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1,
          0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void unmap(long address, long size) {
    try {
      int ignored = (int) MUNMAP.invokeExact(address, size);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
