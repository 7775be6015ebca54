package dev.hagen.cpu;

import java.util.Arrays;

/**
 * The guest's large pages of which the TLB may hold pieces: what is not here has none. A direct-mapped table; where two
 * pages meet in a slot it claims to hold every page that belongs there.
 */
public final class LargePages {
  /** Binary logarithms of the sizes of large pages: 2 MiB, 4 MiB, 1 GiB. */
  public static final int[] SIZES = {21, 22, 30};

  private static final int SLOTS = 4096;
  private static final long NONE = 0;
  private static final long SEVERAL = -1;

  private final long[] slots = new long[SLOTS];

  /** Adds the page of 2 to the power of {@code sizeBits} bytes around {@code linear}. */
  public void add(long linear, int sizeBits) {
    long key = key(linear, sizeBits);
    int slot = slot(key);
    if (slots[slot] != key) {
      slots[slot] = slots[slot] == NONE ? key : SEVERAL;
    }
  }

  /** Whether pieces of the page may be in the TLB; false is certain. */
  public boolean mayContain(long linear, int sizeBits) {
    long key = key(linear, sizeBits);
    long found = slots[slot(key)];
    return found == key || found == SEVERAL;
  }

  /** No pieces of the page are in the TLB any more. */
  public void remove(long linear, int sizeBits) {
    long key = key(linear, sizeBits);
    int slot = slot(key);
    if (slots[slot] == key) {
      slots[slot] = NONE;
    }
  }

  public void clear() {
    Arrays.fill(slots, NONE);
  }

  /** Never {@link #NONE}, because of the size, nor {@link #SEVERAL}. */
  private static long key(long linear, int sizeBits) {
    return linear >>> sizeBits << 6 | sizeBits;
  }

  private static int slot(long key) {
    return (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 52);
  }
}
