package dev.hagen.boot;

import dev.hagen.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/** The map of guest-physical memory that firmware tells an operating system (ACPI 15, "E820"). */
public final class MemoryMap {
  /** Address range types. */
  public static final int USABLE = 1;
  public static final int RESERVED = 2;
  /** Where conventional memory ends: one KiB below 640 KiB, for the extended BIOS data area. */
  public static final long CONVENTIONAL_END = 0x9_FC00;
  /** Where the ACPI tables lie. */
  public static final long FIRMWARE_BASE = 0xE_0000;
  public static final long MEBIBYTE = 0x10_0000;

  /** A range of addresses. */
  public record Range(long base, long length, int type) {}

  private MemoryMap() {}

  /** The ranges of a machine's memory, ascending. */
  public static List<Range> of(PhysicalMemory memory) {
    List<Range> ranges = new ArrayList<>();
    ranges.add(new Range(0, CONVENTIONAL_END, USABLE));
    ranges.add(new Range(CONVENTIONAL_END, 0xA_0000 - CONVENTIONAL_END, RESERVED));
    ranges.add(new Range(FIRMWARE_BASE, MEBIBYTE - FIRMWARE_BASE, RESERVED));
    ranges.add(new Range(MEBIBYTE, memory.lowRamSize() - MEBIBYTE, USABLE));
    if (memory.ramSize() > memory.lowRamSize()) {
      ranges.add(new Range(PhysicalMemory.HIGH_BASE, memory.ramSize() - memory.lowRamSize(), USABLE));
    }
    return ranges;
  }
}
