package dev.hagen.boot;

import dev.hagen.cpu.CpuState;

/**
 * Bare code: loaded at an address of the user's choice and entered there, below 1 MiB in real-address mode, above in
 * 32-bit protected mode with flat segments.
 */
public final class FlatImage implements GuestImage {
  private final ImageFile file;
  private final long address;

  /** {@code address} is where the first byte goes and where execution begins. */
  public FlatImage(ImageFile file, long address) {
    this.file = file;
    this.address = address;
  }

  @Override
  public String format() {
    return "flat binary";
  }

  @Override
  public void load(CpuState cpu, Extras extras) throws BootException {
    if (file.size() == 0) {
      throw new BootException(file.name() + " is empty.");
    }
    BootMemory memory = new BootMemory(cpu.memory);
    memory.requireRam(file, address, file.size());
    if (address < MemoryMap.MEBIBYTE) {
      EntryState.realMode(cpu, address);
    } else {
      EntryState.protectedMode(cpu, memory, address);
    }
    memory.putFile(file, 0, file.size(), address);
  }
}
