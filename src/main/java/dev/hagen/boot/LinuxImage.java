package dev.hagen.boot;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Reg;
import java.util.List;

/**
 * A Linux kernel as a bzImage, entered by the 64-bit boot protocol if it has one, else by the 32-bit one
 * (Documentation/arch/x86/boot.rst).
 */
final class LinuxImage implements GuestImage {
  private static final int SETUP_SECTORS = 0x1F1;
  private static final int SYSTEM_SIZE = 0x1F4;
  private static final int VIDEO_MODE = 0x1FA;
  private static final int BOOT_FLAG = 0x1FE;
  private static final int JUMP_OFFSET = 0x201;
  private static final int MAGIC = 0x202;
  private static final int VERSION = 0x206;
  private static final int LOADER_TYPE = 0x210;
  private static final int LOAD_FLAGS = 0x211;
  private static final int RAMDISK_ADDRESS = 0x218;
  private static final int RAMDISK_SIZE = 0x21C;
  private static final int HEAP_END = 0x224;
  private static final int COMMAND_LINE_POINTER = 0x228;
  private static final int RAMDISK_MAX = 0x22C;
  private static final int EXTENDED_LOAD_FLAGS = 0x236;
  private static final int COMMAND_LINE_SIZE = 0x238;
  private static final int KERNEL_ALIGNMENT = 0x230;
  private static final int PREFERRED_ADDRESS = 0x258;
  private static final int INIT_SIZE = 0x260;

  private static final int PARAMETERS_SIZE = 0x1000;
  private static final int RSDP = 0x070;
  private static final int MAP_ENTRIES = 0x1E8;
  private static final int MAP = 0x2D0;
  private static final int MAP_ENTRY = 20;

  private static final int HDRS = 0x5372_6448;
  private static final int LOADED_HIGH = 1;
  private static final int CAN_USE_HEAP = 0x80;
  private static final int HAS_64_BIT_ENTRY = 1;
  private static final int UNKNOWN_LOADER = 0xFF;
  private static final int NORMAL_VIDEO_MODE = 0xFFFF;
  private static final int ENTRY_64 = 0x200;
  private static final int MIN_VERSION = 0x206;
  private static final int VERSION_WITH_INIT_SIZE = 0x20A;
  private static final int VERSION_WITH_EXTENDED_FLAGS = 0x20C;
  private static final int SECTOR = 512;

  private final ImageFile file;

  LinuxImage(ImageFile file) {
    this.file = file;
  }

  static boolean isOne(ImageFile file) {
    return file.has(0, MAGIC + 4) && file.shortAt(BOOT_FLAG) == 0xAA55 && file.intAt(MAGIC) == HDRS;
  }

  @Override
  public String format() {
    return "Linux";
  }

  /**
   * The decompressor: it is entered where the image is loaded, and moves itself to the end of the room that the kernel needs to
   * start, which begins at an aligned address of the kernel's choice.
   */
  @Override
  public List<Stage> stages() {
    if (!file.has(0, INIT_SIZE + 4) || file.shortAt(VERSION) < VERSION_WITH_INIT_SIZE) {
      return List.of();
    }
    long alignment = Math.max(1, file.unsignedIntAt(KERNEL_ALIGNMENT));
    long aligned = (MemoryMap.MEBIBYTE + alignment - 1) / alignment * alignment;
    long end = Math.max(aligned, file.longAt(PREFERRED_ADDRESS)) + file.unsignedIntAt(INIT_SIZE);
    return List.of(new Stage("bzImage decompressor", MemoryMap.MEBIBYTE, end - MemoryMap.MEBIBYTE));
  }

  @Override
  public void load(CpuState cpu, Extras extras) throws BootException {
    if (!file.has(0, INIT_SIZE + 4)) {
      throw file.truncated();
    }
    int version = file.shortAt(VERSION);
    if (version < MIN_VERSION || (file.byteAt(LOAD_FLAGS) & LOADED_HIGH) == 0) {
      throw new BootException(file.name() + " is a Linux kernel older than 2.6.22, whose boot protocol is not known.");
    }
    int sectors = file.byteAt(SETUP_SECTORS) == 0 ? 4 : file.byteAt(SETUP_SECTORS);
    int setupSize = (sectors + 1) * SECTOR;
    long systemSize = file.unsignedIntAt(SYSTEM_SIZE) * 16;
    // The size is rounded up to paragraphs.
    if (!file.has(setupSize, systemSize - 15)) {
      throw file.truncated();
    }
    BootMemory memory = new BootMemory(cpu.memory);
    memory.requireRam(file, MemoryMap.MEBIBYTE, Math.max(systemSize, file.unsignedIntAt(INIT_SIZE)));
    memory.putFile(file, setupSize, file.size() - setupSize, MemoryMap.MEBIBYTE);
    writeParameters(memory, extras);

    boolean wide = version >= VERSION_WITH_EXTENDED_FLAGS
        && (file.shortAt(EXTENDED_LOAD_FLAGS) & HAS_64_BIT_ENTRY) != 0;
    if (wide) {
      EntryState.longMode(cpu, memory, MemoryMap.MEBIBYTE + ENTRY_64);
    } else {
      EntryState.protectedMode(cpu, memory, MemoryMap.MEBIBYTE);
    }
    cpu.gpr[Reg.RSI] = BootMemory.BOOT_PARAMETERS;
  }

  private void writeParameters(BootMemory memory, Extras extras) throws BootException {
    long parameters = BootMemory.BOOT_PARAMETERS;
    memory.zero(parameters, PARAMETERS_SIZE);
    int headerEnd = MAGIC + file.byteAt(JUMP_OFFSET);
    memory.putFile(file, SETUP_SECTORS, headerEnd - SETUP_SECTORS, parameters + SETUP_SECTORS);
    memory.put(parameters + VIDEO_MODE, NORMAL_VIDEO_MODE, 2);
    memory.put(parameters + LOADER_TYPE, UNKNOWN_LOADER, 1);
    memory.put(parameters + LOAD_FLAGS, file.byteAt(LOAD_FLAGS) | CAN_USE_HEAP, 1);
    memory.put(parameters + HEAP_END, 0xFE00, 2);
    long maximum = file.unsignedIntAt(COMMAND_LINE_SIZE);
    if (extras.commandLine().length() > maximum) {
      throw new BootException("The kernel command line is longer than the " + maximum + " bytes that " + file.name()
          + " takes.");
    }
    memory.put(parameters + COMMAND_LINE_POINTER, memory.putCommandLine(extras.commandLine()), 4);
    memory.put(parameters + RSDP, extras.rsdp(), 8);
    writeMap(memory, parameters);
    if (!extras.modules().isEmpty()) {
      writeRamDisk(memory, parameters, extras.modules().getFirst().file());
    }
  }

  private static void writeMap(BootMemory memory, long parameters) {
    List<MemoryMap.Range> ranges = MemoryMap.of(memory.memory());
    memory.put(parameters + MAP_ENTRIES, ranges.size(), 1);
    long at = parameters + MAP;
    for (MemoryMap.Range range : ranges) {
      memory.put(at, range.base(), 8);
      memory.put(at + 8, range.length(), 8);
      memory.put(at + 16, range.type(), 4);
      at += MAP_ENTRY;
    }
  }

  /** The RAM disk goes as high as the kernel allows, so that the kernel has room to unpack itself. */
  private void writeRamDisk(BootMemory memory, long parameters, ImageFile disk) throws BootException {
    long end = Math.min(memory.lowRamSize(), file.unsignedIntAt(RAMDISK_MAX) + 1);
    long address = end - disk.size() & ~0xFFFL;
    long kernelEnd = MemoryMap.MEBIBYTE + file.unsignedIntAt(INIT_SIZE);
    if (address < kernelEnd) {
      throw disk.doesNotFit(memory.memory().ramSize());
    }
    memory.putFile(disk, 0, disk.size(), address);
    memory.put(parameters + RAMDISK_ADDRESS, address, 4);
    memory.put(parameters + RAMDISK_SIZE, disk.size(), 4);
  }
}
