package dev.hagen.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
  private static final ExecutorService POPULATOR = Executors.newSingleThreadExecutor(
      task -> Thread.ofPlatform().daemon().name("hagen-populate").unstarted(task));
  /** How many bytes the process has said that it needs. */
  private static volatile long expected = Long.MAX_VALUE;

  /** Where the first element of a {@code long[]} is, for code that reads it raw. */
  public static final long ELEMENTS = Unsafe.ARRAY_LONG_BASE_OFFSET;
  /** Where the first element of an {@code int[]} is. */
  public static final long INT_ELEMENTS = Unsafe.ARRAY_INT_BASE_OFFSET;

  /** The first offset not yet handed out, and the ranges given back. Guarded by the class. */
  private static long next = 1 << 16;

  private HostMemory() {}

  /**
   * Says how many bytes this process will ask {@link #allocate} for altogether. With less than 4 GiB, said before memory is
   * used for the first time, accesses take fewer instructions; said later it is ignored.
   */
  public static void expect(long bytes) {
    expected = bytes;
  }

  /** Has the JVM make ready what the first use of memory takes longest for; what is {@linkplain #expect expected} may still be said. */
  public static void prepare() {
    MappingCalls.prepare();
  }

  /** What was said by {@link #expect}. */
  static long expected() {
    return expected;
  }

  /** The start of the range, for translation units that access {@code base()} plus a confined offset themselves. */
  public static long base() {
    return HostRange.BASE;
  }

  /** The size of the range minus one: what confines an offset. */
  public static long mask() {
    return HostRange.MASK;
  }

  /** An offset that lies in the range whatever it was, and is the same if it did. */
  public static long confine(long offset) {
    return offset & HostRange.MASK;
  }

  /** Where a field is in objects of a class. */
  public static long offset(Class<?> owner, String field) {
    return UNSAFE.objectFieldOffset(owner, field);
  }

  /** What a table's element for {@link #first} lies at, for units that read it themselves. */
  public static long pairMask() {
    return PAIR_MASK;
  }

  /**
   * Hands out {@code size} zeroed bytes (a multiple of 4 KiB) at an offset that is a multiple of 2 MiB.
   *
   * @throws OutOfMemoryError if the range or the host has no room left
   */
  public static synchronized long allocate(long size) {
    long offset = (next + 0x1F_FFFF) & ~0x1F_FFFFL;
    if (size > HostRange.MASK + 1 - offset || !HostRange.map(offset, size)) {
      throw new OutOfMemoryError("no room for " + (size >> 20) + " MiB of guest memory");
    }
    next = offset + size;
    return offset;
  }

  /** Has the host back part of an allocation (multiples of 4 KiB) on a thread of its own, without waiting for it. */
  static void populate(long offset, long size) {
    POPULATOR.execute(() -> HostRange.populate(offset, size));
  }

  /** Gives the pages of an allocation back to the host; the offsets stay reserved and are not handed out again. */
  public static synchronized void release(long offset, long size) {
    HostRange.unback(offset, size);
  }

  public static byte getByte(long offset) {
    return UNSAFE.getByte(HostRange.BASE + (offset & HostRange.MASK));
  }

  public static short getShort(long offset) {
    return UNSAFE.getShort(HostRange.BASE + (offset & HostRange.MASK));
  }

  public static int getInt(long offset) {
    return UNSAFE.getInt(HostRange.BASE + (offset & HostRange.MASK));
  }

  public static long getLong(long offset) {
    return UNSAFE.getLong(HostRange.BASE + (offset & HostRange.MASK));
  }

  public static void putByte(long offset, byte value) {
    UNSAFE.putByte(HostRange.BASE + (offset & HostRange.MASK), value);
  }

  public static void putShort(long offset, short value) {
    UNSAFE.putShort(HostRange.BASE + (offset & HostRange.MASK), value);
  }

  public static void putInt(long offset, int value) {
    UNSAFE.putInt(HostRange.BASE + (offset & HostRange.MASK), value);
  }

  public static void putLong(long offset, long value) {
    UNSAFE.putLong(HostRange.BASE + (offset & HostRange.MASK), value);
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
    return UNSAFE.compareAndSetInt(null, HostRange.BASE + (offset & HostRange.MASK), expected, value);
  }

  /** Atomic compare-and-set of a naturally aligned long. */
  public static boolean compareAndSetLong(long offset, long expected, long value) {
    return UNSAFE.compareAndSetLong(null, HostRange.BASE + (offset & HostRange.MASK), expected, value);
  }

  /** Copies {@code length} bytes; the ranges may overlap. */
  public static void copy(long from, long to, long length) {
    UNSAFE.copyMemory(HostRange.BASE + checked(from, length), HostRange.BASE + checked(to, length), length);
  }

  /** Copies {@code length} bytes from an array. */
  public static void copyIn(byte[] source, int index, long to, int length) {
    java.util.Objects.checkFromIndexSize(index, length, source.length);
    UNSAFE.copyMemory(source, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) index, null, HostRange.BASE + checked(to, length), length);
  }

  /** Copies {@code length} bytes into an array. */
  public static void copyOut(long from, byte[] target, int index, int length) {
    java.util.Objects.checkFromIndexSize(index, length, target.length);
    UNSAFE.copyMemory(null, HostRange.BASE + checked(from, length), target, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) index, length);
  }

  /** How many bytes of two ranges of {@code length} bytes are equal before the first one that is not; -1 if all are. */
  public static long mismatch(long one, long other, long length) {
    MemorySegment first = MemorySegment.ofAddress(HostRange.BASE + checked(one, length)).reinterpret(length);
    MemorySegment second = MemorySegment.ofAddress(HostRange.BASE + checked(other, length)).reinterpret(length);
    return first.mismatch(second);
  }

  /** Fills {@code length} bytes with {@code value}. */
  public static void fill(long offset, long length, byte value) {
    UNSAFE.setMemory(HostRange.BASE + checked(offset, length), length, value);
  }

  private static long checked(long offset, long length) {
    return java.util.Objects.checkFromIndexSize(offset, length, HostRange.MASK + 1);
  }
}
