package dev.hagen.boot;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Reg;
import java.util.List;

/** An ELF image with a PVH entry point (Xen, docs/misc/pvh.pandoc and public/arch-x86/hvm/start_info.h). */
final class PvhImage implements GuestImage {
  private static final int NOTE_PHYS32_ENTRY = 18;
  private static final int MAGIC = 0x336E_C578;
  private static final long START_INFO = BootMemory.BOOT_PARAMETERS;
  private static final long MODULES = START_INFO + 0x100;
  private static final long MAP = START_INFO + 0x800;
  private static final int MODULE_ENTRY = 32;
  private static final int MAP_ENTRY = 24;
  private static final int MAX_MODULES = (int) (MAP - MODULES) / MODULE_ENTRY;

  private final ElfFile elf;

  PvhImage(ElfFile elf) {
    this.elf = elf;
  }

  /** The physical address of the entry point, or 0 if the file has none. */
  static long entry(ElfFile elf) {
    for (ElfFile.Note note : elf.notes()) {
      if (note.name().equals("Xen") && note.type() == NOTE_PHYS32_ENTRY) {
        return note.value();
      }
    }
    return 0;
  }

  @Override
  public String format() {
    return "PVH";
  }

  @Override
  public void load(CpuState cpu, Extras extras) throws BootException {
    BootMemory memory = new BootMemory(cpu.memory);
    long end = elf.load(memory);
    List<ModulePlacement.Placed> modules = ModulePlacement.place(memory, extras.modules(), end, MAX_MODULES);
    memory.zero(START_INFO, 0x1000);
    memory.put(START_INFO, MAGIC, 4);
    memory.put(START_INFO + 4, 1, 4);
    memory.put(START_INFO + 12, modules.size(), 4);
    memory.put(START_INFO + 16, modules.isEmpty() ? 0 : MODULES, 8);
    memory.put(START_INFO + 24, memory.putCommandLine(extras.commandLine()), 8);
    memory.put(START_INFO + 32, extras.rsdp(), 8);
    List<MemoryMap.Range> ranges = MemoryMap.of(cpu.memory);
    memory.put(START_INFO + 40, MAP, 8);
    memory.put(START_INFO + 48, ranges.size(), 4);
    for (int i = 0; i < modules.size(); i++) {
      memory.put(MODULES + (long) i * MODULE_ENTRY, modules.get(i).address(), 8);
      memory.put(MODULES + (long) i * MODULE_ENTRY + 8, modules.get(i).size(), 8);
    }
    for (int i = 0; i < ranges.size(); i++) {
      MemoryMap.Range range = ranges.get(i);
      memory.put(MAP + (long) i * MAP_ENTRY, range.base(), 8);
      memory.put(MAP + (long) i * MAP_ENTRY + 8, range.length(), 8);
      memory.put(MAP + (long) i * MAP_ENTRY + 16, range.type(), 4);
    }
    EntryState.protectedMode(cpu, memory, entry(elf));
    cpu.gpr[Reg.RBX] = START_INFO;
  }
}
