package dev.hagen.boot;

import dev.hagen.memory.PhysicalMemory;
import java.nio.charset.StandardCharsets;

/** Writes what a boot protocol asks for into guest memory. */
final class BootMemory {
  // Where boot structures go; all below the images, and free again once the guest has read them.
  static final long GDT = 0x8000;
  static final long PAGE_TABLES = 0x9000;
  static final long BOOT_PARAMETERS = 0x1_0000;
  static final long COMMAND_LINE = 0x2_0000;
  static final int MAX_COMMAND_LINE = 0x1_0000;

  private final PhysicalMemory memory;

  BootMemory(PhysicalMemory memory) {
    this.memory = memory;
  }

  void put(long address, long value, int size) {
    memory.write(address, value, size);
  }

  void put(long address, byte[] bytes) {
    memory.copyIn(address, bytes, 0, bytes.length);
  }

  /** A range of a file, checked to lie in RAM. */
  void putFile(ImageFile file, int offset, int length, long address) throws BootException {
    requireRam(file, address, length);
    memory.copyIn(address, file.bytes(), offset, length);
  }

  void requireRam(ImageFile file, long address, long length) throws BootException {
    if (length > 0
        && (address < 0 || memory.ramOffset(address) == PhysicalMemory.NO_RAM || address + length < address
            || memory.ramOffset(address + length - 1) == PhysicalMemory.NO_RAM
            || address < memory.lowRamSize() && address + length > memory.lowRamSize())) {
      throw file.doesNotFit(memory.ramSize());
    }
  }

  void zero(long address, long length) {
    byte[] zeros = new byte[4096];
    for (long at = 0; at < length; at += zeros.length) {
      memory.copyIn(address + at, zeros, 0, (int) Math.min(zeros.length, length - at));
    }
  }

  /** The kernel's command line with its terminating zero; answers its address. */
  long putCommandLine(String text) throws BootException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= MAX_COMMAND_LINE) {
      throw new BootException("The kernel command line is longer than " + (MAX_COMMAND_LINE - 1) + " bytes.");
    }
    put(COMMAND_LINE, bytes);
    put(COMMAND_LINE + bytes.length, 0, 1);
    return COMMAND_LINE;
  }

  long lowRamSize() {
    return memory.lowRamSize();
  }

  PhysicalMemory memory() {
    return memory;
  }
}
