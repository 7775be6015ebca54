package dev.hagen.cpu;

import dev.hagen.memory.HostMemory;

/**
 * What a software TLB is made of: one array for each kind of access (read, write, execute) and privilege (supervisor,
 * user, and supervisor with EFLAGS.AC set under SMAP).
 *
 * <p>An array is direct-mapped. It begins with {@link #ENTRIES} pairs of longs: the tag (the linear address of the page,
 * or {@link #EMPTY}) and the addend that turns a linear address into an offset in host memory. Behind them follows for
 * each entry one long that only the slow path looks at.
 */
public final class TlbLayout {
  /** Entries of an array. */
  public static final int ENTRIES = HostMemory.PAIRS;
  public static final int READ = 0;
  public static final int WRITE = 1;
  public static final int EXECUTE = 2;
  public static final int SUPERVISOR = 0;
  public static final int USER = 1;
  public static final int SUPERVISOR_AC = 2;
  /** The privilege whose arrays are never filled: with alignment checks or data breakpoints on, nothing is fast. */
  public static final int CHECKED = 3;
  /** How many arrays there are. */
  public static final int ARRAYS = 3 * 4;
  /** A tag that no address matches. */
  public static final long EMPTY = -1;
  public static final long PAGE_MASK = ~0xFFFL;

  private static final int LENGTH = 3 * ENTRIES;

  private TlbLayout() {}

  /** The number of the array for a kind of access at a privilege. */
  public static int array(int kind, int privilege) {
    return kind << 2 | privilege;
  }

  /** An array without entries. It is as long as {@link HostMemory#first} and {@link HostMemory#second} demand. */
  static long[] newArray() {
    long[] array = new long[LENGTH];
    clear(array);
    return array;
  }

  /** Removes all entries. */
  public static void clear(long[] array) {
    java.util.Arrays.fill(array, 0, 2 * ENTRIES, EMPTY);
  }

  /** The number of the entry for {@code linear}. */
  public static int entry(long linear) {
    return (int) (linear >>> 12) & ENTRIES - 1;
  }

  /** The tag of the entry for {@code linear}. */
  public static long tag(long[] array, long linear) {
    return HostMemory.first(array, linear >>> 8);
  }

  /** The addend of the entry for {@code linear}. */
  public static long addend(long[] array, long linear) {
    return HostMemory.second(array, linear >>> 8);
  }

  /** Whether an entry's tag says that {@code size} bytes from {@code linear} on lie in its page. */
  public static boolean hits(long tag, long linear, int size) {
    return tag == (linear + size - 1 & PAGE_MASK);
  }

  /** Fills an entry. */
  public static void set(long[] array, int entry, long tag, long addend, long info) {
    array[2 * entry] = tag;
    array[2 * entry + 1] = addend;
    array[2 * ENTRIES + entry] = info;
  }

  /** Empties an entry. */
  public static void drop(long[] array, int entry) {
    array[2 * entry] = EMPTY;
  }

  /** What the slow path knows of an entry. */
  public static long info(long[] array, int entry) {
    return array[2 * ENTRIES + entry];
  }
}
