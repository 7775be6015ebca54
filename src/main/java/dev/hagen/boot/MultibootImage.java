package dev.hagen.boot;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Reg;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An image with a Multiboot 1 header (Multiboot specification 0.6.96): ELF, or flat with addresses in its header. */
final class MultibootImage implements GuestImage {
  private static final int HEADER_MAGIC = 0x1BAD_B002;
  private static final int LOADER_MAGIC = 0x2BAD_B002;
  private static final int SEARCHED = 8192;
  private static final int UNKNOWN_REQUIREMENTS = 0xFFF8;
  private static final int WANTS_VIDEO = 1 << 2;
  private static final int HAS_ADDRESSES = 1 << 16;

  private static final long INFO = BootMemory.BOOT_PARAMETERS;
  private static final long NAME = INFO + 0x80;
  private static final long MODULES = INFO + 0x100;
  private static final long MAP = INFO + 0x800;
  private static final long ARGUMENTS = INFO + 0x1000;
  private static final int MODULE_ENTRY = 16;
  private static final int MAP_ENTRY = 24;
  private static final int MAX_MODULES = (int) (MAP - MODULES) / MODULE_ENTRY;
  private static final int INFO_MEMORY = 1;
  private static final int INFO_COMMAND_LINE = 1 << 2;
  private static final int INFO_MODULES = 1 << 3;
  private static final int INFO_MAP = 1 << 6;
  private static final int INFO_LOADER_NAME = 1 << 9;

  private final ImageFile file;
  private final int header;

  MultibootImage(ImageFile file) {
    this.file = file;
    this.header = find(file);
  }

  static boolean isOne(ImageFile file) {
    return find(file) >= 0;
  }

  private static int find(ImageFile file) {
    int end = Math.min(file.size(), SEARCHED) - 12;
    for (int at = 0; at <= end; at += 4) {
      if (file.intAt(at) == HEADER_MAGIC && file.intAt(at) + file.intAt(at + 4) + file.intAt(at + 8) == 0) {
        return at;
      }
    }
    return -1;
  }

  @Override
  public String format() {
    return "Multiboot";
  }

  @Override
  public void load(CpuState cpu, Extras extras) throws BootException {
    int flags = file.intAt(header + 4);
    if ((flags & (UNKNOWN_REQUIREMENTS | WANTS_VIDEO)) != 0) {
      throw new BootException(file.name() + " demands Multiboot features that are not offered (flags "
          + Integer.toHexString(flags) + "h).");
    }
    BootMemory memory = new BootMemory(cpu.memory);
    long entry;
    long end;
    if ((flags & HAS_ADDRESSES) != 0) {
      end = loadFlat(memory);
      entry = file.unsignedIntAt(header + 28);
    } else {
      ElfFile elf = elf();
      end = elf.load(memory);
      entry = elf.entry();
    }
    writeInfo(memory, extras, end);
    EntryState.protectedMode(cpu, memory, entry);
    cpu.gpr[Reg.RAX] = LOADER_MAGIC;
    cpu.gpr[Reg.RBX] = INFO;
  }

  private ElfFile elf() throws BootException {
    if (!ElfFile.isOne(file)) {
      throw new BootException(file.name() + " has a Multiboot header without addresses, but is no ELF file.");
    }
    return new ElfFile(file);
  }

  /** Loads by the addresses in the header; answers the end. */
  private long loadFlat(BootMemory memory) throws BootException {
    if (!file.has(header, 32)) {
      throw file.truncated();
    }
    long headerAddress = file.unsignedIntAt(header + 12);
    long loadAddress = file.unsignedIntAt(header + 16);
    long loadEnd = file.unsignedIntAt(header + 20);
    long zeroEnd = file.unsignedIntAt(header + 24);
    long offset = header - (headerAddress - loadAddress);
    long length = loadEnd == 0 ? file.size() - offset : loadEnd - loadAddress;
    if (!file.has(offset, length)) {
      throw file.truncated();
    }
    memory.putFile(file, (int) offset, (int) length, loadAddress);
    long end = loadAddress + length;
    if (zeroEnd > end) {
      memory.requireRam(file, end, zeroEnd - end);
      memory.zero(end, zeroEnd - end);
      return zeroEnd;
    }
    return end;
  }

  private void writeInfo(BootMemory memory, Extras extras, long end) throws BootException {
    List<ModulePlacement.Placed> modules = ModulePlacement.place(memory, extras.modules(), end, MAX_MODULES);
    memory.zero(INFO, 0x1000);
    memory.put(INFO, INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES | INFO_MAP | INFO_LOADER_NAME, 4);
    memory.put(INFO + 4, MemoryMap.CONVENTIONAL_END >> 10, 4);
    memory.put(INFO + 8, memory.lowRamSize() - MemoryMap.MEBIBYTE >> 10, 4);
    // By convention the kernel's own name comes first.
    memory.put(INFO + 16, memory.putCommandLine((file.name() + " " + extras.commandLine()).strip()), 4);
    memory.put(INFO + 20, modules.size(), 4);
    memory.put(INFO + 24, MODULES, 4);
    memory.put(NAME, "Hagen\0".getBytes(StandardCharsets.US_ASCII));
    memory.put(INFO + 64, NAME, 4);
    writeModules(memory, modules);
    List<MemoryMap.Range> ranges = MemoryMap.of(memory.memory());
    memory.put(INFO + 44, (long) ranges.size() * MAP_ENTRY, 4);
    memory.put(INFO + 48, MAP, 4);
    long at = MAP;
    for (MemoryMap.Range range : ranges) {
      memory.put(at, MAP_ENTRY - 4, 4);
      memory.put(at + 4, range.base(), 8);
      memory.put(at + 12, range.length(), 8);
      memory.put(at + 20, range.type(), 4);
      at += MAP_ENTRY;
    }
  }

  private static void writeModules(BootMemory memory, List<ModulePlacement.Placed> modules) throws BootException {
    long arguments = ARGUMENTS;
    for (int i = 0; i < modules.size(); i++) {
      ModulePlacement.Placed module = modules.get(i);
      byte[] text = (module.arguments() + "\0").getBytes(StandardCharsets.UTF_8);
      if (arguments + text.length > BootMemory.COMMAND_LINE) {
        throw new BootException("The modules' arguments are too long.");
      }
      memory.put(arguments, text);
      long at = MODULES + (long) i * MODULE_ENTRY;
      memory.put(at, module.address(), 4);
      memory.put(at + 4, module.address() + module.size(), 4);
      memory.put(at + 8, arguments, 4);
      arguments += text.length;
    }
  }
}
