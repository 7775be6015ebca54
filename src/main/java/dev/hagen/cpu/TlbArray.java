package dev.hagen.cpu;

import dev.hagen.memory.HostMemory;
import java.util.Arrays;

/**
 * Translations of linear addresses for one kind of access at one privilege: a direct-mapped array that holds pages of
 * plain RAM only.
 *
 * <p>An entry is a pair of longs, the tag and the addend that turns a linear address into an offset in host memory. The
 * tag is the linear address of the page, {@link #EMPTY}, or the page with {@link #SLOW} in it: then only the slow path
 * may use the entry. Translation units and the fast paths read {@link #entries} themselves, through the static methods.
 *
 * <p>Entries of pages that are not global are noted in a list, so that forgetting them costs no more than filling them
 * did.
 */
public final class TlbArray {
  public static final int ENTRIES = HostMemory.PAIRS;
  /** A tag that no address matches. */
  public static final long EMPTY = -1;
  /** In a tag: the page holds code, so that writes to it must be noticed. */
  public static final long SLOW = 1;
  public static final long PAGE_MASK = ~0xFFFL;
  /** How far a linear address is shifted to the right to be the place of its pair, for {@link HostMemory#first}. */
  public static final int PAIR_SHIFT = 8;

  /** What is known of an entry beside the pair: bits 0 to 31 are the RAM page. */
  private static final long GLOBAL = 1L << 63;
  private static final long LISTED = 1L << 62;

  /** The pairs. Its length is what {@link HostMemory#first} and {@link HostMemory#second} demand. */
  public final long[] entries = new long[2 * ENTRIES];
  private final long[] info = new long[ENTRIES];
  private final short[] listed = new short[ENTRIES];
  private int listedCount;

  TlbArray() {
    Arrays.fill(entries, EMPTY);
  }

  // For whoever reads pairs.

  /** The tag of the entry for {@code linear}. */
  public static long tag(long[] entries, long linear) {
    return HostMemory.first(entries, linear >>> PAIR_SHIFT);
  }

  /** The addend of the entry for {@code linear}. */
  public static long addend(long[] entries, long linear) {
    return HostMemory.second(entries, linear >>> PAIR_SHIFT);
  }

  /** Whether an entry's tag says that {@code size} bytes from {@code linear} on lie in its page. */
  public static boolean hits(long tag, long linear, int size) {
    return tag == (linear + size - 1 & PAGE_MASK);
  }

  // For the slow path.

  private static int index(long linear) {
    return (int) (linear >>> 12) & ENTRIES - 1;
  }

  /** Whether the page of {@code linear} is here, be it for the slow path alone. */
  public boolean contains(long linear) {
    return (entries[2 * index(linear)] & ~SLOW) == (linear & PAGE_MASK);
  }

  /** Whether the entry for {@code linear}, which is here, is for the slow path alone. */
  public boolean isSlow(long linear) {
    return (entries[2 * index(linear)] & SLOW) != 0;
  }

  /** The RAM page of an address that is here. */
  public int page(long linear) {
    return (int) info[index(linear)];
  }

  /**
   * Remembers a translation.
   *
   * @param offset of the page in host memory
   * @param page the number of the RAM page
   * @param slow for the slow path alone
   */
  public void fill(long linear, long offset, int page, boolean global, boolean slow) {
    int index = index(linear);
    long tag = linear & PAGE_MASK;
    entries[2 * index] = slow ? tag | SLOW : tag;
    entries[2 * index + 1] = offset - tag;
    long known = page | info[index] & LISTED;
    if (global) {
      known |= GLOBAL;
    } else if ((known & LISTED) == 0) {
      known |= LISTED;
      listed[listedCount++] = (short) index;
    }
    info[index] = known;
  }

  /** Leaves RAM page {@code page} to the slow path. */
  public void slowDown(int page) {
    for (int index = 0; index < ENTRIES; index++) {
      if ((int) info[index] == page && entries[2 * index] != EMPTY) {
        entries[2 * index] |= SLOW;
      }
    }
  }

  /** Opens the page of {@code linear}, which is here, to the fast path again. */
  public void speedUp(long linear) {
    entries[2 * index(linear)] &= ~SLOW;
  }

  /** Forgets the page of {@code linear}. */
  public void drop(long linear) {
    if (contains(linear)) {
      entries[2 * index(linear)] = EMPTY;
    }
  }

  /** Forgets the page of {@code linear} if it is global. */
  public void dropGlobal(long linear) {
    if (contains(linear) && info[index(linear)] < 0) {
      entries[2 * index(linear)] = EMPTY;
    }
  }

  /** Forgets all pieces of the guest's page of 2 to the power of {@code sizeBits} bytes around {@code linear}. */
  public void dropLarge(long linear, int sizeBits) {
    int first = index(linear & -1L << sizeBits);
    int pieces = Math.min(ENTRIES, 1 << sizeBits - 12);
    for (int i = 0; i < pieces; i++) {
      int index = first + i & ENTRIES - 1;
      if ((entries[2 * index] ^ linear) >>> sizeBits == 0) {
        entries[2 * index] = EMPTY;
      }
    }
  }

  /** Forgets all pages that are not global. */
  public void dropLocal() {
    for (int i = 0; i < listedCount; i++) {
      int index = listed[i];
      if (info[index] >= 0) {
        entries[2 * index] = EMPTY;
      }
      info[index] &= ~LISTED;
    }
    listedCount = 0;
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(entries, EMPTY);
    Arrays.fill(info, 0);
    listedCount = 0;
  }

  // For tests.

  /** The linear address of the page in entry {@code index} if the fast path may use it, else {@link #EMPTY}. */
  public long fastPage(int index) {
    return (entries[2 * index] & SLOW) == 0 ? entries[2 * index] : EMPTY;
  }

  /** The RAM page of entry {@code index}. */
  public int pageAt(int index) {
    return (int) info[index];
  }
}
