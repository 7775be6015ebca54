package dev.hagen.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * The guest-physical address map of one machine: RAM, read-only memory and device registers.
 *
 * <p>RAM lies below {@link #LOW_LIMIT} and, as far as there is more, from 4 GiB on; the hole between belongs to
 * devices. RAM pages are numbered through (page 0 is the first 4 KiB of RAM), and for each of them one {@code long} says
 * which of its 64-byte lines hold decoded or translated code: a write into such a line, by whomever, is reported to the
 * {@link CodeListener}. A write into a page that is traced, since page tables lie in it, is told to the
 * {@link TableListener}.
 *
 * <p>Addresses without memory or device read as ones and ignore writes.
 */
public final class PhysicalMemory implements AutoCloseable {
  /** Where RAM below 4 GiB ends at the latest: 3 GiB. */
  public static final long LOW_LIMIT = 0xC000_0000L;
  /** Where RAM that does not fit below {@link #LOW_LIMIT} goes on: 4 GiB. */
  public static final long HIGH_BASE = 0x1_0000_0000L;
  /** Answer of {@link #ramOffset} for an address that is not RAM. */
  public static final long NO_RAM = -1;

  /** 2 MiB, the host's large pages: so much it clears at once. */
  private static final int LARGE_SHIFT = 21;

  private record Window(long base, long size, MmioRegion region) {}

  private final long ramSize;
  private final long ramBase;
  private final long lowSize;
  private final long[] codeLines;
  private final boolean[] traced;
  /** The large pages that {@link #willWrite} has heard of. */
  private final boolean[] reached;
  private final List<Window> windows = new ArrayList<>();
  private CodeListener codeListener = (page, lines) -> {};
  private TableListener tableListener = (page, offset, length) -> {};

  /**
   * A map with {@code ramSize} bytes of zeroed RAM.
   *
   * @param ramSize a positive multiple of 4 KiB
   * @throws OutOfMemoryError if the host has no room
   */
  public PhysicalMemory(long ramSize) {
    if (ramSize <= 0 || (ramSize & 0xFFF) != 0) {
      throw new IllegalArgumentException("RAM size must be a positive multiple of 4096: " + ramSize);
    }
    this.ramSize = ramSize;
    this.lowSize = Math.min(ramSize, LOW_LIMIT);
    this.ramBase = HostMemory.allocate(ramSize);
    this.codeLines = new long[Math.toIntExact(ramSize >>> 12)];
    this.traced = new boolean[codeLines.length];
    this.reached = new boolean[(int) (ramSize - 1 >>> LARGE_SHIFT) + 1];
  }

  /** Bytes of RAM. */
  public long ramSize() {
    return ramSize;
  }

  /** Bytes of RAM below 4 GiB. */
  public long lowRamSize() {
    return lowSize;
  }

  /** The offset in {@link HostMemory} of guest-physical {@code address}, or {@link #NO_RAM}. */
  public long ramOffset(long address) {
    if (Long.compareUnsigned(address, lowSize) < 0) {
      return ramBase + address;
    }
    long high = address - HIGH_BASE;
    if (high >= 0 && high < ramSize - lowSize) {
      return ramBase + lowSize + high;
    }
    return NO_RAM;
  }

  /**
   * Notes that the guest is about to write RAM page {@code page}. Where it does so in another of the host's large pages for the first
   * time, the host clears the next one meanwhile, instead of when that is written: most of what is written first is written in turn.
   */
  public void willWrite(int page) {
    int part = page >>> LARGE_SHIFT - 12;
    if (!reached[part]) {
      reached[part] = true;
      clearAhead((long) part + 1 << LARGE_SHIFT);
    }
  }

  private void clearAhead(long start) {
    if (start < ramSize && !reached[(int) (start >>> LARGE_SHIFT)]) {
      HostMemory.populate(ramBase + start, Math.min(1L << LARGE_SHIFT, ramSize - start));
    }
  }

  /** The number of the RAM page that holds host offset {@code offset}. */
  public int ramPage(long offset) {
    return (int) ((offset - ramBase) >>> 12);
  }

  /** The guest-physical address of RAM page {@code page}. */
  public long physicalAddress(int page) {
    long address = (long) page << 12;
    return address < lowSize ? address : address - lowSize + HIGH_BASE;
  }

  /** Reads 1, 2, 4 or 8 bytes that do not cross a page, zero-extended. */
  public long read(long address, int size) {
    long offset = ramOffset(address);
    if (offset != NO_RAM) {
      return HostMemory.get(offset, size);
    }
    Window window = find(address);
    return window == null ? -1L >>> (64 - (size << 3)) : window.region.read(address - window.base, size);
  }

  /** Writes 1, 2, 4 or 8 bytes that do not cross a page. */
  public void write(long address, long value, int size) {
    long offset = ramOffset(address);
    if (offset != NO_RAM) {
      announce(offset, size);
      HostMemory.put(offset, value, size);
      written(offset, size);
      return;
    }
    Window window = find(address);
    if (window != null) {
      window.region.write(address - window.base, value, size);
    }
  }

  /** Tells the table listener if a traced page is about to be written at host offset {@code offset}; within one page. */
  private void announce(long offset, int length) {
    int page = ramPage(offset);
    if (traced[page]) {
      tableListener.tableWrite(page, offset, length);
    }
  }

  /** Tells the code listener if code lines were written at host offset {@code offset}; within one page. */
  public void written(long offset, int length) {
    int page = ramPage(offset);
    long touched = touchedLines(page, offset, length);
    if (touched != 0) {
      codeListener.codeWritten(page, touched);
    }
  }

  /** Those code lines of a page that {@code length} bytes lie on, which begin in it as {@code offset} says and end there too. */
  private long touchedLines(int page, long offset, long length) {
    long lines = codeLines[page];
    int first = (int) offset >>> 6 & 63;
    int last = (int) (offset + length - 1) >>> 6 & 63;
    return lines & (-1L << first) & (-1L >>> (63 - last));
  }

  /**
   * Whether some of {@code length} bytes of a RAM page lie on code lines.
   *
   * @param address an address whose low twelve bits say where in the page they begin; they end there too
   */
  public boolean holdsCode(int page, long address, long length) {
    return touchedLines(page, address, length) != 0;
  }

  /** Copies into guest memory, as a device with DMA does; addresses that are not RAM are skipped. */
  public void copyIn(long address, byte[] source, int index, int length) {
    while (length > 0) {
      int part = (int) Math.min(length, 0x1000 - (address & 0xFFF));
      long offset = ramOffset(address);
      if (offset != NO_RAM) {
        announce(offset, part);
        HostMemory.copyIn(source, index, offset, part);
        written(offset, part);
      }
      address += part;
      index += part;
      length -= part;
    }
  }

  /** Copies out of guest memory, as a device with DMA does; addresses that are not RAM read as ones. */
  public void copyOut(long address, byte[] target, int index, int length) {
    while (length > 0) {
      int part = (int) Math.min(length, 0x1000 - (address & 0xFFF));
      long offset = ramOffset(address);
      if (offset != NO_RAM) {
        HostMemory.copyOut(offset, target, index, part);
      } else {
        java.util.Arrays.fill(target, index, index + part, (byte) -1);
      }
      address += part;
      index += part;
      length -= part;
    }
  }

  /**
   * The guest-physical address of the first byte of RAM, from {@code address} on, that is not the same in a map of the same
   * size; {@link #NO_RAM} if there is none.
   */
  public long mismatch(PhysicalMemory other, long address) {
    long index = address < lowSize ? address : Math.max(address - HIGH_BASE, 0) + lowSize;
    long found = index < ramSize ? HostMemory.mismatch(ramBase + index, other.ramBase + index, ramSize - index) : -1;
    if (found < 0) {
      return NO_RAM;
    }
    long at = index + found;
    return at < lowSize ? at : at - lowSize + HIGH_BASE;
  }

  /**
   * Puts a device at {@code base}. Later ones win where they overlap, and RAM wins over all.
   *
   * @param size in bytes
   */
  public void map(long base, long size, MmioRegion region) {
    windows.addFirst(new Window(base, size, region));
  }

  /** Takes a device out of the map. */
  public void unmap(MmioRegion region) {
    windows.removeIf(window -> window.region == region);
  }

  private @org.jspecify.annotations.Nullable Window find(long address) {
    for (Window window : windows) {
      if (Long.compareUnsigned(address - window.base, window.size) < 0) {
        return window;
      }
    }
    return null;
  }

  /** Who hears of writes into code lines; one listener, set when the machine is wired. */
  public void setCodeListener(CodeListener listener) {
    codeListener = listener;
  }

  /** Who hears of writes to traced pages; one listener, set when the machine is wired. */
  public void setTableListener(TableListener listener) {
    tableListener = listener;
  }

  /** Whether writes to a RAM page are told to the table listener. */
  public boolean isTraced(int page) {
    return traced[page];
  }

  /** Lets writes to a RAM page be told to the table listener from now on, or no more. */
  public void setTraced(int page, boolean on) {
    traced[page] = on;
  }

  /** Whether writes to a RAM page must be noticed: it holds code, or is traced. */
  public boolean isWatched(int page) {
    return codeLines[page] != 0 || traced[page];
  }

  /** The 64-byte lines of RAM page {@code page} that hold code. */
  public long codeLines(int page) {
    return codeLines[page];
  }

  /** Adds code lines of a RAM page. */
  public void addCodeLines(int page, long lines) {
    codeLines[page] |= lines;
  }

  /** Forgets code lines of a RAM page. */
  public void removeCodeLines(int page, long lines) {
    codeLines[page] &= ~lines;
  }

  @Override
  public void close() {
    HostMemory.release(ramBase, ramSize);
  }
}
