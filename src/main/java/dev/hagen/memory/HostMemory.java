package dev.hagen.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import jdk.internal.misc.Unsafe;

/**
 * One range of host address space that holds the memory of every guest of this process, and the only class that
 * touches raw memory.
 *
 * <p>The range is a power of two in size and reserved without being backed. Every access goes to {@code BASE + (offset
 * & MASK)}, so that whatever a unit, a device or a defect computes, nothing outside the range is reached; a guard page
 * behind it catches an access that starts on its last bytes. Offsets are what TLB addends and {@link PhysicalMemory}
 * deal in. Translation units may do the same arithmetic in their own code.
 */
public final class HostMemory {
  private static final Unsafe UNSAFE = Unsafe.getUnsafe();
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int GUARD = 1 << 16;
  /** The sizes to try, largest first: limits on address space (ulimit -v) may forbid the first ones. */
  private static final int[] RESERVATION_BITS = {40, 38, 36, 34, 32};

  private static final MethodHandle MMAP;
  private static final long BASE;
  private static final long MASK;

  static {
    Linker linker = Linker.nativeLinker();
    MMAP = linker.downcallHandle(linker.defaultLookup().findOrThrow("mmap"),
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    long base = -1;
    long size = 0;
    for (int bits : RESERVATION_BITS) {
      size = 1L << bits;
      base = mmap(0, size + GUARD, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
      if (base != -1) {
        break;
      }
    }
    if (base == -1) {
      throw new ExceptionInInitializerError("cannot reserve address space for guest memory");
    }
    BASE = base;
    MASK = size - 1;
  }

  /** Where the first element of a {@code long[]} is, for code that reads it raw. */
  public static final long ELEMENTS = Unsafe.ARRAY_LONG_BASE_OFFSET;

  /** The first offset not yet handed out, and the ranges given back. Guarded by the class. */
  private static long next = 1 << 16;

  private HostMemory() {}

  /** The start of the range, for translation units that access {@code base() + (offset & mask())} themselves. */
  public static long base() {
    return BASE;
  }

  /** The size of the range minus one. */
  public static long mask() {
    return MASK;
  }

  /** Where a field is in objects of a class. */
  public static long offset(Class<?> owner, String field) {
    return UNSAFE.objectFieldOffset(owner, field);
  }

  /** What a table's element for {@link #first} lies at, for units that read it themselves. */
  public static long pairMask() {
    return PAIR_MASK;
  }

  private static long mmap(long address, long size, int protection, int flags) {
    try {
      return (long) MMAP.invokeExact(address, size, protection, flags, -1, 0L);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Hands out {@code size} zeroed bytes (a multiple of 4 KiB) at an offset that is a multiple of 2 MiB.
   *
   * @throws OutOfMemoryError if the range or the host has no room left
   */
  public static synchronized long allocate(long size) {
    long offset = (next + 0x1F_FFFF) & ~0x1F_FFFFL;
    if (size > MASK + 1 - offset || map(offset, size) == -1) {
      throw new OutOfMemoryError("no room for " + (size >> 20) + " MiB of guest memory");
    }
    next = offset + size;
    return offset;
  }

  private static long map(long offset, long size) {
    return mmap(BASE + offset, size, PROT_READ_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED);
  }

  /** Gives the pages of an allocation back to the host; the offsets stay reserved and are not handed out again. */
  public static synchronized void release(long offset, long size) {
    mmap(BASE + offset, size, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED);
  }

  public static byte getByte(long offset) {
    return UNSAFE.getByte(BASE + (offset & MASK));
  }

  public static short getShort(long offset) {
    return UNSAFE.getShort(BASE + (offset & MASK));
  }

  public static int getInt(long offset) {
    return UNSAFE.getInt(BASE + (offset & MASK));
  }

  public static long getLong(long offset) {
    return UNSAFE.getLong(BASE + (offset & MASK));
  }

  public static void putByte(long offset, byte value) {
    UNSAFE.putByte(BASE + (offset & MASK), value);
  }

  public static void putShort(long offset, short value) {
    UNSAFE.putShort(BASE + (offset & MASK), value);
  }

  public static void putInt(long offset, int value) {
    UNSAFE.putInt(BASE + (offset & MASK), value);
  }

  public static void putLong(long offset, long value) {
    UNSAFE.putLong(BASE + (offset & MASK), value);
  }

  /** Pairs of longs in a table that {@link #first} and {@link #second} read, at least; a power of two. */
  public static final int PAIRS = 16384;
  private static final long PAIR_MASK = (PAIRS - 1) << 4;

  /**
   * The first long of a pair. There is no check: the mask confines the access to the table.
   *
   * @param table at least {@link #PAIRS} pairs long
   * @param at sixteen times the number of the pair; what is above or between is ignored
   */
  public static long first(long[] table, long at) {
    // HotSpot must know that this is no access outside the heap.
    return UNSAFE.getLong(java.util.Objects.requireNonNull(table), Unsafe.ARRAY_LONG_BASE_OFFSET + (at & PAIR_MASK));
  }

  /** The second long of a pair, likewise. */
  public static long second(long[] table, long at) {
    return UNSAFE.getLong(java.util.Objects.requireNonNull(table),
        Unsafe.ARRAY_LONG_BASE_OFFSET + Long.BYTES + (at & PAIR_MASK));
  }

  /** {@code size} bytes (1, 2, 4 or 8), zero-extended. */
  public static long get(long offset, int size) {
    return switch (size) {
      case 1 -> getByte(offset) & 0xFF;
      case 2 -> getShort(offset) & 0xFFFF;
      case 4 -> getInt(offset) & 0xFFFF_FFFFL;
      default -> getLong(offset);
    };
  }

  /** Stores the low {@code size} bytes (1, 2, 4 or 8) of {@code value}. */
  public static void put(long offset, long value, int size) {
    switch (size) {
      case 1 -> putByte(offset, (byte) value);
      case 2 -> putShort(offset, (short) value);
      case 4 -> putInt(offset, (int) value);
      default -> putLong(offset, value);
    }
  }

  /** Atomic compare-and-set of a naturally aligned int. */
  public static boolean compareAndSetInt(long offset, int expected, int value) {
    return UNSAFE.compareAndSetInt(null, BASE + (offset & MASK), expected, value);
  }

  /** Atomic compare-and-set of a naturally aligned long. */
  public static boolean compareAndSetLong(long offset, long expected, long value) {
    return UNSAFE.compareAndSetLong(null, BASE + (offset & MASK), expected, value);
  }

  /** Copies {@code length} bytes; the ranges may overlap. */
  public static void copy(long from, long to, long length) {
    UNSAFE.copyMemory(BASE + checked(from, length), BASE + checked(to, length), length);
  }

  /** Copies {@code length} bytes from an array. */
  public static void copyIn(byte[] source, int index, long to, int length) {
    java.util.Objects.checkFromIndexSize(index, length, source.length);
    UNSAFE.copyMemory(source, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) index, null, BASE + checked(to, length), length);
  }

  /** Copies {@code length} bytes into an array. */
  public static void copyOut(long from, byte[] target, int index, int length) {
    java.util.Objects.checkFromIndexSize(index, length, target.length);
    UNSAFE.copyMemory(null, BASE + checked(from, length), target, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) index, length);
  }

  /** How many bytes of two ranges of {@code length} bytes are equal before the first one that is not; -1 if all are. */
  public static long mismatch(long one, long other, long length) {
    MemorySegment first = MemorySegment.ofAddress(BASE + checked(one, length)).reinterpret(length);
    MemorySegment second = MemorySegment.ofAddress(BASE + checked(other, length)).reinterpret(length);
    return first.mismatch(second);
  }

  /** Fills {@code length} bytes with {@code value}. */
  public static void fill(long offset, long length, byte value) {
    UNSAFE.setMemory(BASE + checked(offset, length), length, value);
  }

  private static long checked(long offset, long length) {
    return java.util.Objects.checkFromIndexSize(offset, length, MASK + 1);
  }
}
