package dev.hagen.boot;

import java.util.ArrayList;
import java.util.List;

/** Puts modules behind a kernel, each on a page of its own. */
final class ModulePlacement {
  /** A module in memory. */
  record Placed(long address, int size, String arguments) {}

  private ModulePlacement() {}

  static List<Placed> place(BootMemory memory, List<GuestImage.Module> modules, long from, int most)
      throws BootException {
    if (modules.size() > most) {
      throw new BootException("More than " + most + " modules cannot be passed to this image.");
    }
    List<Placed> placed = new ArrayList<>();
    long next = Math.max(from, MemoryMap.MEBIBYTE);
    for (GuestImage.Module module : modules) {
      long address = next + 0xFFF & ~0xFFFL;
      memory.putFile(module.file(), 0, module.file().size(), address);
      placed.add(new Placed(address, module.file().size(), module.arguments()));
      next = address + module.file().size();
    }
    return placed;
  }
}
