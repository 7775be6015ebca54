package dev.hagen.boot;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Small images of every format, made by hand. */
final class Images {
  static final long RSDP = 0xE_0000;
  static final int SETUP_SIZE = 5 * 512;

  private Images() {}

  static ImageFile file(byte[] bytes) {
    return new ImageFile("image", bytes);
  }

  static CpuState machine(long memory) {
    return new CpuState(CpuModel.standard(), new PhysicalMemory(memory), new NoVmm());
  }

  static GuestImage.Extras extras(String commandLine, GuestImage.Module... modules) {
    return new GuestImage.Extras(commandLine, List.of(modules), RSDP);
  }

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A bzImage of four setup sectors and {@code system} bytes, of boot protocol 2.15. */
  static ByteBuffer linux(int system, boolean wide) {
    ByteBuffer image = buffer(SETUP_SIZE + system);
    image.put(0x1F1, (byte) 4);
    image.putInt(0x1F4, system / 16);
    image.putShort(0x1FE, (short) 0xAA55);
    image.put(0x200, (byte) 0xEB).put(0x201, (byte) 0x66);
    image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
    image.putShort(0x206, (short) 0x20F);
    image.put(0x211, (byte) 1);
    image.putInt(0x22C, 0x7FFF_FFFF);
    image.putShort(0x236, (short) (wide ? 1 : 0));
    image.putInt(0x238, 2047);
    image.putInt(0x260, 0x10_0000);
    for (int i = 0; i < system; i++) {
      image.put(SETUP_SIZE + i, (byte) (i * 7));
    }
    return image;
  }

  /** A 32-bit ELF file with one segment of {@code code} and zeros behind it, and perhaps a note. */
  static ByteBuffer elf32(int physical, byte[] code, int memorySize, byte[] note) {
    final int headers = 52 + 2 * 32;
    ByteBuffer elf = buffer(headers + code.length + note.length);
    elf.putInt(0, 0x464C_457F).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
    elf.putShort(16, (short) 2).putShort(18, (short) 3).putInt(20, 1).putInt(24, physical + 4).putInt(28, 52);
    elf.putShort(40, (short) 52).putShort(42, (short) 32).putShort(44, (short) 2);
    segment(elf, 52, 1, headers, physical, code.length, memorySize);
    segment(elf, 84, 4, headers + code.length, 0, note.length, note.length);
    elf.put(headers, code);
    elf.put(headers + code.length, note);
    return elf;
  }

  private static void segment(ByteBuffer elf, int at, int type, int offset, int physical, int size, int memorySize) {
    elf.putInt(at, type).putInt(at + 4, offset).putInt(at + 8, 0xC000_0000 + physical).putInt(at + 12, physical)
        .putInt(at + 16, size).putInt(at + 20, memorySize);
  }

  /** A note that names a PVH entry point. */
  static byte[] pvhNote(int entry) {
    return buffer(20).putInt(4).putInt(4).putInt(18).put("Xen\0".getBytes(StandardCharsets.US_ASCII)).putInt(entry)
        .array();
  }

  /** A Multiboot header followed by {@code code}. */
  static byte[] multiboot(int flags, byte... code) {
    return buffer(12 + code.length).putInt(0x1BAD_B002).putInt(flags).putInt(-(0x1BAD_B002 + flags)).put(code).array();
  }
}
