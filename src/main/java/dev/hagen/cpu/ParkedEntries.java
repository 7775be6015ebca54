package dev.hagen.cpu;

import java.util.Arrays;

/**
 * What supervisors have used of an address space that is not the current one, taken out of the TLB until it is entered
 * again: the pages that are not global.
 */
public final class ParkedEntries {
  private static final int FIRST_CAPACITY = 64;

  /** The linear address of each page, with the kind of access in its low bits. */
  private long[] places = new long[FIRST_CAPACITY];
  private long[] offsets = new long[FIRST_CAPACITY];
  private int[] pages = new int[FIRST_CAPACITY];
  private int count;

  /** Moves what is not global out of a set. */
  public void take(TlbSet set) {
    for (int kind = TlbSet.READ; kind <= TlbSet.EXECUTE; kind++) {
      set.array(kind).moveLocal(this, kind);
    }
  }

  void add(long linear, int kind, long offset, int page) {
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      pages = Arrays.copyOf(pages, 2 * count);
    }
    places[count] = linear | kind;
    offsets[count] = offset;
    pages[count++] = page;
  }

  /** How many entries there are. */
  public int count() {
    return count;
  }

  /** The linear address of the page of entry {@code index}. */
  public long linear(int index) {
    return places[index] & TlbArray.PAGE_MASK;
  }

  /** The kind of access that entry {@code index} is for, see {@link TlbSet}. */
  public int kind(int index) {
    return (int) places[index] & 0xFFF;
  }

  /** Where the page of entry {@code index} begins in host memory. */
  public long offset(int index) {
    return offsets[index];
  }

  /** The RAM page of entry {@code index}. */
  public int page(int index) {
    return pages[index];
  }

  /** Forgets the pages in the 2 to the power of {@code sizeBits} bytes (at least 12) around {@code linear}. */
  public void drop(long linear, int sizeBits) {
    for (int i = count - 1; i >= 0; i--) {
      if ((places[i] ^ linear) >>> sizeBits == 0) {
        count--;
        places[i] = places[count];
        offsets[i] = offsets[count];
        pages[i] = pages[count];
      }
    }
  }

  public void clear() {
    count = 0;
  }
}
