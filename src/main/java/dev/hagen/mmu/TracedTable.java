package dev.hagen.mmu;

import java.util.Arrays;

/**
 * A page of RAM that is in use as a page table: where it is used, and by which address spaces.
 *
 * <p>A <em>place</em> is the first linear address that the table translates, with the number of address bits that one of its
 * entries covers in the low bits. A table has one place as a rule, the root of a recursive structure one for each level.
 */
final class TracedTable {
  /** The low bits of a place. */
  private static final int SHIFT_MASK = 0x3F;
  private static final int MOST_PLACES = 8;

  /** The number of the RAM page. */
  final int page;
  /** Where it is among all. */
  int number;
  /** Stores since something was last translated through it. */
  int stores;
  private long[] places = new long[1];
  /** For each place a bit for each address space. */
  private int[] spaces = new int[1];
  private int count;
  private boolean overflown;

  TracedTable(int page) {
    this.page = page;
  }

  /** A place. */
  static long place(long linear, int shift) {
    return linear | shift;
  }

  /** An address space uses the table at a place. */
  void add(long place, int slot) {
    int index = find(place);
    if (index < 0) {
      if (count == MOST_PLACES) {
        overflown = true;
        return;
      }
      if (count == places.length) {
        places = Arrays.copyOf(places, 2 * count);
        spaces = Arrays.copyOf(spaces, 2 * count);
      }
      index = count++;
      places[index] = place;
      spaces[index] = 0;
    }
    spaces[index] |= 1 << slot;
  }

  private int find(long place) {
    for (int i = 0; i < count; i++) {
      if (places[i] == place) {
        return i;
      }
    }
    return -1;
  }

  /** Address spaces use the table at a place no more. */
  void remove(long place, int mask) {
    int index = find(place);
    if (index >= 0) {
      removeAt(index, mask);
    }
  }

  /** Address spaces use the table no more. */
  void remove(int mask) {
    for (int i = count - 1; i >= 0; i--) {
      removeAt(i, mask);
    }
  }

  private void removeAt(int index, int mask) {
    spaces[index] &= ~mask;
    if (spaces[index] == 0) {
      count--;
      places[index] = places[count];
      spaces[index] = spaces[count];
    }
  }

  /** Whether it is not known to be used. */
  boolean isUnused() {
    return count == 0 && !overflown;
  }

  /** Whether it has been used at so many places that not all of them are known. */
  boolean isOverflown() {
    return overflown;
  }

  /** How many places are known. */
  int count() {
    return count;
  }

  /** The first linear address that it translates at place {@code index}. */
  long linear(int index) {
    return places[index] & ~SHIFT_MASK;
  }

  /** How many bits of a linear address an entry covers at place {@code index}. */
  int shift(int index) {
    return (int) places[index] & SHIFT_MASK;
  }

  /** The address spaces that use it at place {@code index}, as bits. */
  int spaces(int index) {
    return spaces[index];
  }
}
