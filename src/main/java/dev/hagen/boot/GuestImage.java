package dev.hagen.boot;

import dev.hagen.cpu.CpuState;
import java.util.List;

/** An image whose format is known and that can be put into a machine. */
public sealed interface GuestImage permits LinuxImage, PvhImage, MultibootImage, FlatImage {
  /** What else goes into the machine. */
  record Extras(String commandLine, List<Module> modules, long rsdp) {
    /** The first module is the initial RAM disk. */
    public Extras {
      modules = List.copyOf(modules);
    }
  }

  /** A file beside the kernel, with arguments of its own (Multiboot). */
  record Module(ImageFile file, String arguments) {}

  /**
   * Code that an image brings along to start itself, without symbols: guest-physical addresses where it may run, which are its
   * linear ones too.
   *
   * @param name for people
   * @param size in bytes
   */
  record Stage(String name, long start, long size) {}

  /** The image's stages, in the order in which they are looked at. */
  default List<Stage> stages() {
    return List.of();
  }

  /** The format's name, for logs. */
  String format();

  /**
   * Puts the image into memory and the processor into the state in which the boot protocol enters it.
   *
   * @throws BootException if it does not fit
   */
  void load(CpuState cpu, Extras extras) throws BootException;

  /** Recognises the format of an image. */
  static GuestImage recognise(ImageFile file) throws BootException {
    if (LinuxImage.isOne(file)) {
      return new LinuxImage(file);
    }
    if (MultibootImage.isOne(file)) {
      return new MultibootImage(file);
    }
    if (ElfFile.isOne(file)) {
      ElfFile elf = new ElfFile(file);
      if (PvhImage.entry(elf) != 0) {
        return new PvhImage(elf);
      }
      throw new BootException(file.name() + " is an ELF file with neither a Multiboot header nor a PVH note.");
    }
    throw new BootException(file.name() + " is no Linux kernel, PVH or Multiboot image;"
        + " a flat binary needs --load-address.");
  }
}
