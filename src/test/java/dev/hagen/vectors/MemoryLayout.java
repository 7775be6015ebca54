package dev.hagen.vectors;

import java.util.List;

/**
 * The memory that a recorded instruction sees. It is the same for every case but for the bytes that
 * {@link VectorCase#memoryBefore()} lists: everything lies in one window of 64 KiB, which 16-bit
 * segments with base {@link #WINDOW} reach, and in one page below it for 16-bit addresses in flat
 * segments. What no {@link Region} covers is unmapped. All addresses are linear.
 */
public final class MemoryLayout {
  /** Base of the 16-bit segments CS, DS, ES and SS. */
  public static final int WINDOW = 0x20000;

  /** Two pages of code, filled with {@code int3}; the page before and the page behind are unmapped. */
  public static final int CODE = 0x21000;

  public static final int CODE_SIZE = 0x2000;

  /** Where the instruction lies unless its RIP says otherwise. */
  public static final int START = CODE + 0x800;

  /** Four pages of data; the page before is unmapped, {@link #READ_ONLY} follows directly. */
  public static final int SCRATCH = 0x24000;

  public static final int SCRATCH_SIZE = 0x4000;

  /** One page; the page behind it is unmapped. */
  public static final int READ_ONLY = 0x28000;

  public static final int READ_ONLY_SIZE = 0x1000;

  /** Two pages; the pages before and behind are unmapped. */
  public static final int STACK = 0x2A000;

  public static final int STACK_SIZE = 0x2000;

  /** The default of RSP. */
  public static final int STACK_POINTER = STACK + 0x1000;

  /** One page that 16-bit addresses reach in segments with base 0. */
  public static final int LOW = 0x7000;

  public static final int LOW_SIZE = 0x1000;

  /** The byte that fills the code pages. It ends a case: executing it, or faulting on its fetch. */
  public static final byte INT3 = (byte) 0xCC;

  /** What user code may do with a region. All of them are present and user-accessible. */
  public enum Permissions {
    EXECUTE_READ,
    READ_WRITE,
    READ
  }

  /** Mapped memory. Only {@link Permissions#EXECUTE_READ} regions are executable (no NX bit). */
  public record Region(int address, int size, Permissions permissions) {
    public boolean contains(long linear) {
      return linear >= address && linear < address + size;
    }
  }

  /** All mapped memory, by ascending address. */
  public static final List<Region> REGIONS =
      List.of(
          new Region(LOW, LOW_SIZE, Permissions.READ_WRITE),
          new Region(CODE, CODE_SIZE, Permissions.EXECUTE_READ),
          new Region(SCRATCH, SCRATCH_SIZE, Permissions.READ_WRITE),
          new Region(READ_ONLY, READ_ONLY_SIZE, Permissions.READ),
          new Region(STACK, STACK_SIZE, Permissions.READ_WRITE));

  private MemoryLayout() {}

  /** The byte at a linear address of a region before each case; unmapped memory has none. */
  public static byte background(int linear) {
    if (linear >= CODE && linear < CODE + CODE_SIZE) {
      return INT3;
    }
    return (byte) (mix(linear & ~7) >>> (linear & 7) * 8);
  }

  /** The whole region before each case, the instruction and the case's own bytes left out. */
  public static byte[] background(Region region) {
    byte[] bytes = new byte[region.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = background(region.address() + i);
    }
    return bytes;
  }

  /** The finalizer of SplitMix64, from which all pseudo-random content derives. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
