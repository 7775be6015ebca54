package dev.hagen.cpu;

import java.util.Arrays;

/** A set of pages that remembers every page added, and may claim to hold a few others (a Bloom filter). */
public final class PageFilter {
  /** A kernel executes some thousand pages, a process some hundred. */
  private static final int BITS = 1 << 15;

  private final long[] bits = new long[BITS / 64];
  private boolean isEmpty = true;

  /** Adds the page of a linear address. */
  public void add(long linear) {
    long hash = hash(linear);
    set((int) hash & BITS - 1);
    set((int) (hash >>> 32) & BITS - 1);
    isEmpty = false;
  }

  /** Whether the page of a linear address may have been added; false is certain. */
  public boolean mayContain(long linear) {
    long hash = hash(linear);
    return isSet((int) hash & BITS - 1) && isSet((int) (hash >>> 32) & BITS - 1);
  }

  public boolean isEmpty() {
    return isEmpty;
  }

  public void clear() {
    if (!isEmpty) {
      Arrays.fill(bits, 0);
      isEmpty = true;
    }
  }

  private void set(int bit) {
    bits[bit >> 6] |= 1L << bit;
  }

  private boolean isSet(int bit) {
    return (bits[bit >> 6] >>> bit & 1) != 0;
  }

  private static long hash(long linear) {
    long product = (linear >>> 12) * 0x9E37_79B9_7F4A_7C15L;
    return product ^ product >>> 29;
  }
}
