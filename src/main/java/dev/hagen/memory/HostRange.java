package dev.hagen.memory;

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

  /** Where the range begins. */
  static final long BASE;
  /** Its size minus one. */
  static final long MASK;

  static {
    int bits = SMALL_BITS;
    long base = HostMemory.expected() < 1L << SMALL_BITS ? reserveLow() : MappingCalls.FAILED;
    for (int i = 0; base == MappingCalls.FAILED && i < LARGE_BITS.length; i++) {
      bits = LARGE_BITS[i];
      base = reserve(0, bits, 0);
    }
    if (base == MappingCalls.FAILED) {
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
      long found = reserve(start, SMALL_BITS, MappingCalls.MAP_FIXED_NOREPLACE);
      if (found == start) {
        return found;
      }
      if (found != MappingCalls.FAILED) {
        // A kernel that does not know the flag has taken the start for a wish.
        MappingCalls.munmap(found, (1L << SMALL_BITS) + GUARD);
      }
    }
    return MappingCalls.FAILED;
  }

  private static long reserve(long start, int bits, int flags) {
    return MappingCalls.mmap(start, (1L << bits) + GUARD, MappingCalls.PROT_NONE, flags);
  }

  /** Backs {@code size} bytes at an offset with zeroes, in large pages if the host likes to; false if it refuses. */
  static boolean map(long offset, long size) {
    if (MappingCalls.mmap(BASE + offset, size, MappingCalls.PROT_READ_WRITE, MappingCalls.MAP_FIXED) == MappingCalls.FAILED) {
      return false;
    }
    MappingCalls.madvise(BASE + offset, size, MappingCalls.MADV_HUGEPAGE);
    return true;
  }

  /** Backs a mapped range now, as if it were written; hosts older than Linux 5.14 do nothing. */
  static void populate(long offset, long size) {
    MappingCalls.madvise(BASE + offset, size, MappingCalls.MADV_POPULATE_WRITE);
  }

  /** Takes the backing away again; the addresses stay reserved. */
  static void unback(long offset, long size) {
    MappingCalls.mmap(BASE + offset, size, MappingCalls.PROT_NONE, MappingCalls.MAP_FIXED);
  }
}
