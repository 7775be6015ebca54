package dev.hagen.cpu;

import dev.hagen.memory.HostMemory;
import java.util.Arrays;

/**
 * Translations of linear addresses for one kind of access at one privilege: a direct-mapped array that holds pages of
 * plain RAM only.
 *
 * <p>An entry is a pair of longs, the tag and the page's offset in host memory, confined to that when it is put here:
 * whatever a unit makes of it with the low bits of an address lies in the guest's memory or the guard behind it. The tag
 * is the linear address of the page, {@link #EMPTY}, or the page with {@link #SLOW} in it: then only the slow path
 * may use the entry. Translation units and the fast paths read {@link #entries} themselves, through the static methods.
 *
 * <p>Its reach is {@link #ENTRIES} pages, as much as a program with a working set of 64 MiB wants. Entries in use are noted
 * in lists, global pages apart from others, so that forgetting them costs no more than filling them did.
 */
public final class TlbArray {
  public static final int ENTRIES = HostMemory.PAIRS;
  /** A tag that no address matches. */
  public static final long EMPTY = -1;
  /** In a tag: the page holds code or page tables, so that writes to it must be noticed. */
  public static final long SLOW = 1;
  public static final long PAGE_MASK = ~0xFFFL;
  /** How far a linear address is shifted to the right to be the place of its pair, for {@link HostMemory#first}. */
  public static final int PAIR_SHIFT = 8;

  /** Marks of an entry: its page is global; it is in one list; it is in the other. */
  private static final int GLOBAL = 1;
  private static final int IN_LOCAL = 2;
  private static final int IN_GLOBAL = 4;

  /** The pairs. Its length is what {@link HostMemory#first} and {@link HostMemory#second} demand. */
  public final long[] entries = new long[2 * ENTRIES];
  /** The RAM page of each entry. */
  private final int[] pages = new int[ENTRIES];
  private final byte[] marks = new byte[ENTRIES];
  /** The page of a device that was translated last, where it is in physical memory, and whether it is global. */
  private long devicePage = EMPTY;
  private long deviceAddress;
  private boolean deviceIsGlobal;
  /** Entries that were filled with a page that is not global. */
  private final EntryList local = new EntryList(IN_LOCAL);
  /** Entries that were filled with one that is. */
  private final EntryList global = new EntryList(IN_GLOBAL);

  TlbArray() {
    Arrays.fill(entries, EMPTY);
  }

  // For whoever reads pairs.

  /** The tag of the entry for {@code linear}. */
  public static long tag(long[] entries, long linear) {
    return HostMemory.first(entries, linear >>> PAIR_SHIFT);
  }

  /** The offset in host memory of {@code linear}, whose page the entry for it is of. */
  public static long place(long[] entries, long linear) {
    return HostMemory.second(entries, linear >>> PAIR_SHIFT) + (linear & ~PAGE_MASK);
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
    return pages[index(linear)];
  }

  /**
   * Remembers a translation.
   *
   * @param offset of the page in host memory
   * @param page the number of the RAM page
   * @param slow for the slow path alone
   */
  public void fill(long linear, long offset, int page, boolean isGlobal, boolean slow) {
    int index = index(linear);
    long tag = linear & PAGE_MASK;
    entries[2 * index] = slow ? tag | SLOW : tag;
    entries[2 * index + 1] = HostMemory.confine(offset);
    pages[index] = page;
    marks[index] = (byte) (isGlobal ? marks[index] | GLOBAL : marks[index] & ~GLOBAL);
    (isGlobal ? global : local).add(index);
  }

  /** Remembers that the page of {@code linear} is the one at a physical address, which is no RAM: for the slow path alone. */
  public void setDevice(long linear, long physical, boolean isGlobal) {
    devicePage = linear & PAGE_MASK;
    deviceAddress = physical & PAGE_MASK;
    deviceIsGlobal = isGlobal;
  }

  /** Whether there is a device's page that was translated last, and it is not global. */
  public boolean hasLocalDevice() {
    return devicePage != EMPTY && !deviceIsGlobal;
  }

  /** The linear address of the device's page that was translated last. */
  public long devicePage() {
    return devicePage;
  }

  /** Whether the page of {@code linear} is the device's that was translated last. */
  public boolean hasDevice(long linear) {
    return devicePage == (linear & PAGE_MASK);
  }

  /** The physical address of {@code linear}, in the device's page that was translated last. */
  public long deviceAddress(long linear) {
    return deviceAddress | linear & ~PAGE_MASK;
  }

  /** Leaves RAM page {@code page} to the slow path. */
  public void slowDown(int page) {
    local.slowDown(page);
    global.slowDown(page);
  }

  /** The same if it is known to be nowhere else than at {@code linear}. */
  public void slowDown(int page, long linear) {
    int index = index(linear);
    if (contains(linear) && pages[index] == page) {
      entries[2 * index] |= SLOW;
    }
  }

  /** Whether the page of {@code linear} is here, and is RAM page {@code page}. */
  public boolean contains(long linear, int page) {
    return contains(linear) && pages[index(linear)] == page;
  }

  /** Opens the page of {@code linear}, which is here, to the fast path again. */
  public void speedUp(long linear) {
    entries[2 * index(linear)] &= ~SLOW;
  }

  /** Forgets the page of {@code linear}. */
  public void drop(long linear) {
    devicePage = EMPTY;
    if (contains(linear)) {
      entries[2 * index(linear)] = EMPTY;
    }
  }

  /** Forgets the page of {@code linear} if it is global. */
  public void dropGlobal(long linear) {
    devicePage = EMPTY;
    if (contains(linear) && (marks[index(linear)] & GLOBAL) != 0) {
      entries[2 * index(linear)] = EMPTY;
    }
  }

  /** Forgets all pieces of the guest's page of 2 to the power of {@code sizeBits} bytes around {@code linear}. */
  public void dropLarge(long linear, int sizeBits) {
    devicePage = EMPTY;
    int first = index(linear & -1L << sizeBits);
    int pieces = Math.min(ENTRIES, 1 << sizeBits - 12);
    for (int i = 0; i < pieces; i++) {
      int index = first + i & ENTRIES - 1;
      if ((entries[2 * index] ^ linear) >>> sizeBits == 0) {
        entries[2 * index] = EMPTY;
      }
    }
  }

  /** Forgets the pages that are not global of the 2 to the power of {@code sizeBits} bytes around {@code linear}. */
  public void dropLocal(long linear, int sizeBits) {
    devicePage = EMPTY;
    if (sizeBits - 12 < 14 && 1 << sizeBits - 12 < local.count) {
      dropLarge(linear, sizeBits);
    } else {
      local.drop(linear, sizeBits);
    }
  }

  /** Moves all pages that are not global to {@code parked}. */
  void moveLocal(ParkedEntries parked, int kind) {
    for (int i = 0; i < local.count; i++) {
      int index = local.indices[i];
      long tag = entries[2 * index] & ~SLOW;
      if ((marks[index] & GLOBAL) == 0 && entries[2 * index] != EMPTY) {
        parked.add(tag, kind, entries[2 * index + 1], pages[index]);
      }
    }
    dropLocal();
  }

  /** Whether nothing is where the page of {@code linear} would be. */
  public boolean isFree(long linear) {
    return entries[2 * index(linear)] == EMPTY;
  }

  /** Forgets all pages that are not global. */
  public void dropLocal() {
    devicePage = EMPTY;
    local.drop(GLOBAL);
  }

  /** Forgets everything. */
  public void clear() {
    devicePage = EMPTY;
    local.drop(0);
    global.drop(0);
  }

  /** Numbers of entries that may be in use, each once. */
  private final class EntryList {
    private final short[] indices = new short[ENTRIES];
    private final int mark;
    private int count;

    EntryList(int mark) {
      this.mark = mark;
    }

    void add(int index) {
      if ((marks[index] & mark) == 0) {
        marks[index] |= (byte) mark;
        indices[count++] = (short) index;
      }
    }

    void slowDown(int page) {
      for (int i = 0; i < count; i++) {
        int index = indices[i];
        if (pages[index] == page && entries[2 * index] != EMPTY) {
          entries[2 * index] |= SLOW;
        }
      }
    }

    /** Takes entries of a range of linear addresses out of the list, and empties them; those that are empty go too. */
    void drop(long linear, int sizeBits) {
      for (int i = count - 1; i >= 0; i--) {
        int index = indices[i];
        if ((entries[2 * index] ^ linear) >>> sizeBits == 0 && (marks[index] & GLOBAL) == 0) {
          entries[2 * index] = EMPTY;
        }
        if (entries[2 * index] == EMPTY) {
          marks[index] &= (byte) ~mark;
          indices[i] = indices[--count];
        }
      }
    }

    /** Empties the list, and its entries but those with a mark of {@code kept}. */
    void drop(int kept) {
      for (int i = 0; i < count; i++) {
        int index = indices[i];
        if ((marks[index] & kept) == 0) {
          entries[2 * index] = EMPTY;
        }
        marks[index] &= (byte) ~mark;
      }
      count = 0;
    }
  }

  // For tests.

  /** The linear address of the page in entry {@code index} if the fast path may use it, else {@link #EMPTY}. */
  public long fastPage(int index) {
    return (entries[2 * index] & SLOW) == 0 ? entries[2 * index] : EMPTY;
  }

  /** Whether entry {@code index} is in use for a page that is not global. */
  public boolean isLocal(int index) {
    return entries[2 * index] != EMPTY && (marks[index] & GLOBAL) == 0;
  }

  /** The linear address of the page in entry {@code index}, which is in use. */
  public long linearAt(int index) {
    return entries[2 * index] & PAGE_MASK;
  }

  /** The RAM page of entry {@code index}. */
  public int pageAt(int index) {
    return pages[index];
  }
}
