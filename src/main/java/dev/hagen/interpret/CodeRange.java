package dev.hagen.interpret;

import dev.hagen.memory.PhysicalMemory;

/** Something made from guest code: it ceases to be right when one of the bytes that it was made from is written. */
public abstract class CodeRange {
  /** No longer what memory holds. */
  private boolean retired;

  /** Whether the code has been overwritten or forgotten. */
  public final boolean isRetired() {
    return retired;
  }

  void retire() {
    retired = true;
  }

  /** The 64-byte lines of RAM page {@code page} that the code was read from, one bit each. */
  abstract long linesOn(int page, PhysicalMemory memory);

  /** The lines of {@code length} bytes from {@code physical} on, which lie in one page. */
  static long lines(long physical, int length) {
    int first = (int) physical >>> 6 & 63;
    int last = (int) (physical + length - 1) >>> 6 & 63;
    return -1L << first & -1L >>> 63 - last;
  }
}
