package dev.hagen.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PVH and Multiboot images, and bare code. */
class ElfImagesTest {
  private static final long INFO = 0x1_0000;
  private static final int LOAD_AT = 0x20_0000;
  private static final byte[] NO_NOTE = {};

  private final CpuState cpu = Images.machine(16 << 20);
  private final PhysicalMemory memory = cpu.memory;

  @AfterEach
  void release() {
    memory.close();
  }

  @Test
  void multibootElf_isEnteredIn32BitProtectedModeWithItsMagic() throws BootException {
    load("Multiboot", Images.elf32(LOAD_AT, Images.multiboot(0, (byte) 0x90), 0x1000, NO_NOTE).array(), "verbose");
    assertThat(cpu.rip).isEqualTo(LOAD_AT + 4);
    assertThat(cpu.gpr[Reg.RAX]).isEqualTo(0x2BAD_B002L);
    assertThat(cpu.gpr[Reg.RBX]).isEqualTo(INFO);
    assertThat(cpu.cr0 & (Control.CR0_PE | Control.CR0_PG)).isEqualTo(Control.CR0_PE);
    assertThat(memory.read(LOAD_AT, 4)).isEqualTo(0x1BAD_B002);
    assertThat(text(memory.read(INFO + 16, 4))).isEqualTo("image verbose");
    assertThat(memory.read(INFO + 4, 4)).as("KiB of low memory").isEqualTo(0x9_FC00 >> 10);
    assertThat(memory.read(INFO + 8, 4)).as("KiB above 1 MiB").isEqualTo(15 << 10);
  }

  @Test
  void multibootElf_bytesBehindTheFilesContents_areZero() throws BootException {
    memory.write(LOAD_AT + 0xFF8, -1, 8);
    load("Multiboot", Images.elf32(LOAD_AT, Images.multiboot(0), 0x1000, NO_NOTE).array(), "");
    assertThat(memory.read(LOAD_AT + 0xFF8, 8)).isZero();
  }

  @Test
  void multibootModules_lieOnPagesBehindTheKernel() throws BootException {
    GuestImage.Module first = new GuestImage.Module(new ImageFile("first", "one".getBytes(StandardCharsets.US_ASCII)),
        "first with arguments");
    GuestImage.Module second = new GuestImage.Module(new ImageFile("second", new byte[5000]), "second");
    load("Multiboot", Images.elf32(LOAD_AT, Images.multiboot(0), 0x1001, NO_NOTE).array(), "", first, second);
    assertThat(memory.read(INFO + 20, 4)).isEqualTo(2);
    long list = memory.read(INFO + 24, 4);
    assertThat(memory.read(list, 4)).isEqualTo(LOAD_AT + 0x2000);
    assertThat(memory.read(list + 4, 4)).isEqualTo(LOAD_AT + 0x2003);
    assertThat(text(memory.read(list + 8, 4))).isEqualTo("first with arguments");
    assertThat(memory.read(list + 16, 4)).isEqualTo(LOAD_AT + 0x3000);
    assertThat(text(memory.read(list + 24, 4))).isEqualTo("second");
    assertThat(text(LOAD_AT + 0x2000).substring(0, 3)).isEqualTo("one");
  }

  @Test
  void multibootWithAddresses_isLoadedByThem() throws BootException {
    final int hasAddresses = 1 << 16;
    byte[] header = Images.multiboot(hasAddresses, new byte[40]);
    ByteBuffer image = Images.buffer(64 + header.length).put(64, header);
    image.putInt(64 + 12, LOAD_AT + 64).putInt(64 + 16, LOAD_AT).putInt(64 + 20, 0).putInt(64 + 24, 0)
        .putInt(64 + 28, LOAD_AT + 32);
    load("Multiboot", image.array(), "");
    assertThat(cpu.rip).isEqualTo(LOAD_AT + 32);
    assertThat(memory.read(LOAD_AT + 64, 4)).isEqualTo(0x1BAD_B002);
  }

  @Test
  void multibootWithUnknownRequirements_isRefused() {
    assertRefused(Images.elf32(LOAD_AT, Images.multiboot(1 << 5), 0x1000, NO_NOTE).array(),
        "image demands Multiboot features that are not offered");
  }

  @Test
  void pvhElf_isEnteredAtItsNotesAddress() throws BootException {
    load("PVH", Images.elf32(LOAD_AT, new byte[64], 0x1000, Images.pvhNote(LOAD_AT + 0x20)).array(), "console=ttyS0");
    assertThat(cpu.rip).isEqualTo(LOAD_AT + 0x20);
    assertThat(cpu.gpr[Reg.RBX]).isEqualTo(INFO);
    assertThat(memory.read(INFO, 4)).isEqualTo(0x336E_C578);
    assertThat(text(memory.read(INFO + 24, 8))).isEqualTo("console=ttyS0");
    assertThat(memory.read(INFO + 32, 8)).isEqualTo(Images.RSDP);
    assertThat(memory.read(INFO + 48, 4)).as("ranges of memory").isEqualTo(4);
  }

  @Test
  void elfWithoutHeaderOrNote_isRefused() {
    assertRefused(Images.elf32(LOAD_AT, new byte[64], 64, NO_NOTE).array(),
        "image is an ELF file with neither a Multiboot header nor a PVH note.");
  }

  @Test
  void elfForAnotherProcessor_isRefused() {
    final short aarch64 = 183;
    assertRefused(Images.elf32(LOAD_AT, new byte[64], 64, NO_NOTE).putShort(18, aarch64).array(),
        "image is an ELF file for another processor than x86.");
  }

  @Test
  void elfThatEndsEarly_isRefused() {
    byte[] whole = Images.elf32(LOAD_AT, Images.multiboot(0, new byte[100]), 0x1000, NO_NOTE).array();
    assertRefused(Arrays.copyOf(whole, whole.length - 50), "image is truncated");
    assertRefused(Arrays.copyOf(Images.elf32(LOAD_AT, new byte[64], 64, Images.pvhNote(0)).array(), 60),
        "image is truncated");
  }

  @Test
  void elfOutsideMemory_isRefused() {
    assertRefused(Images.elf32(17 << 20, Images.multiboot(0), 0x1000, NO_NOTE).array(),
        "image does not fit into 16 MiB");
    assertRefused(Images.elf32(LOAD_AT, Images.multiboot(0), 16 << 20, NO_NOTE).array(),
        "image does not fit into 16 MiB");
    assertRefused(Images.elf32(0xFFFF_F000, Images.multiboot(0), 0x2000, NO_NOTE).array(),
        "image does not fit into 16 MiB");
  }

  @Test
  void garbage_isRefused() {
    assertRefused(new byte[4096], "image is no Linux kernel, PVH or Multiboot image; a flat binary needs");
    assertRefused(new byte[0], "image is no Linux kernel");
    assertRefused(new byte[] {0x7F, 'E', 'L', 'F'}, "image is no Linux kernel");
  }

  @Test
  void flatBinary_belowOneMebibyte_isEnteredInRealMode() throws BootException {
    new FlatImage(Images.file(new byte[] {1, 2, 3}), 0x7C05).load(cpu, Images.extras(""));
    assertThat(cpu.cr0 & Control.CR0_PE).isZero();
    assertThat(cpu.segment[Reg.CS].selector).isEqualTo(0x7C0);
    assertThat(cpu.rip).isEqualTo(5);
    assertThat(memory.read(0x7C05, 2)).isEqualTo(0x201);
  }

  @Test
  void flatBinary_above_isEnteredInProtectedMode() throws BootException {
    new FlatImage(Images.file(new byte[] {1}), LOAD_AT).load(cpu, Images.extras(""));
    assertThat(cpu.cr0 & Control.CR0_PE).isNotZero();
    assertThat(cpu.rip).isEqualTo(LOAD_AT);
  }

  @Test
  void flatBinary_thatIsEmptyOrOutsideMemory_isRefused() {
    assertThatThrownBy(() -> new FlatImage(Images.file(new byte[0]), 0).load(cpu, Images.extras("")))
        .isInstanceOf(BootException.class).hasMessage("image is empty.");
    assertThatThrownBy(() -> new FlatImage(Images.file(new byte[2]), (16 << 20) - 1).load(cpu, Images.extras("")))
        .isInstanceOf(BootException.class).hasMessageStartingWith("image does not fit");
    assertThatThrownBy(() -> new FlatImage(Images.file(new byte[2]), -1).load(cpu, Images.extras("")))
        .isInstanceOf(BootException.class).hasMessageStartingWith("image does not fit");
  }

  private void assertRefused(byte[] image, String message) {
    assertThatThrownBy(() -> GuestImage.recognise(Images.file(image)).load(cpu, Images.extras("")))
        .isInstanceOf(BootException.class).hasMessageStartingWith(message);
  }

  private void load(String format, byte[] bytes, String commandLine, GuestImage.Module... modules)
      throws BootException {
    GuestImage image = GuestImage.recognise(Images.file(bytes));
    assertThat(image.format()).isEqualTo(format);
    image.load(cpu, Images.extras(commandLine, modules));
  }

  private String text(long address) {
    StringBuilder text = new StringBuilder();
    for (long at = address; memory.read(at, 1) != 0; at++) {
      text.append((char) memory.read(at, 1));
    }
    return text.toString();
  }
}
