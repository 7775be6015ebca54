package dev.hagen.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Reg;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinuxImageTest {
  private static final long PARAMETERS = 0x1_0000;
  private static final int SYSTEM = 64 * 1024;

  private final CpuState cpu = Images.machine(64 << 20);
  private final PhysicalMemory memory = cpu.memory;

  @AfterEach
  void release() {
    memory.close();
  }

  @Test
  void kernelWith64BitEntry_isEnteredInLongMode() throws BootException {
    load(Images.linux(SYSTEM, true), "");
    assertThat(cpu.is64Bit()).isTrue();
    assertThat(cpu.rip).isEqualTo(0x10_0200);
    assertThat(cpu.gpr[Reg.RSI]).isEqualTo(PARAMETERS);
    assertThat(cpu.flags() & 1 << 9).as("IF").isZero();
  }

  @Test
  void kernelWithout64BitEntry_isEnteredIn32BitProtectedMode() throws BootException {
    load(Images.linux(SYSTEM, false), "");
    assertThat(cpu.is64Bit()).isFalse();
    assertThat(cpu.cr0 & (Control.CR0_PE | Control.CR0_PG)).isEqualTo(Control.CR0_PE);
    assertThat(cpu.rip).isEqualTo(0x10_0000);
    assertThat(cpu.segment[Reg.CS].selector).isEqualTo(0x10);
    assertThat(cpu.segment[Reg.DS].selector).isEqualTo(0x18);
    assertThat(cpu.gpr[Reg.RSI]).isEqualTo(PARAMETERS);
    assertThat(cpu.gpr[Reg.RBX] | cpu.gpr[Reg.RBP] | cpu.gpr[Reg.RDI]).isZero();
  }

  @Test
  void system_isLoadedAtOneMebibyte() throws BootException {
    load(Images.linux(SYSTEM, true), "");
    assertThat(memory.read(0x10_0001, 1)).isEqualTo(7);
    assertThat(memory.read(0x10_0000 + SYSTEM - 1, 1)).isEqualTo((SYSTEM - 1) * 7 & 0xFF);
  }

  @Test
  void header_isInTheParametersAndSaysWhoLoaded() throws BootException {
    load(Images.linux(SYSTEM, true), "");
    assertThat(memory.read(PARAMETERS + 0x202, 4)).isEqualTo(0x5372_6448);
    assertThat(memory.read(PARAMETERS + 0x210, 1)).as("type of loader").isEqualTo(0xFF);
    assertThat(memory.read(PARAMETERS + 0x070, 8)).as("ACPI root pointer").isEqualTo(Images.RSDP);
  }

  @Test
  void commandLine_endsWithZero() throws BootException {
    load(Images.linux(SYSTEM, true), "console=ttyS0 quiet");
    long at = memory.read(PARAMETERS + 0x228, 4);
    byte[] text = new byte[20];
    memory.copyOut(at, text, 0, text.length);
    assertThat(new String(text, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("console=ttyS0 quiet\0");
  }

  @Test
  void commandLine_tooLongForTheKernel_isRefused() {
    assertThatThrownBy(() -> load(Images.linux(SYSTEM, true), "x".repeat(2048))).isInstanceOf(BootException.class)
        .hasMessage("The kernel command line is longer than the 2047 bytes that image takes.");
  }

  @Test
  void memoryMap_hasTheRamAndTheHoleBelowOneMebibyte() throws BootException {
    load(Images.linux(SYSTEM, true), "");
    assertThat(memory.read(PARAMETERS + 0x1E8, 1)).as("entries").isEqualTo(4);
    assertThat(range(0)).containsExactly(0, 0x9_FC00, 1);
    assertThat(range(1)).containsExactly(0x9_FC00, 0x400, 2);
    assertThat(range(2)).containsExactly(0xE_0000, 0x2_0000, 2);
    assertThat(range(3)).containsExactly(0x10_0000, 0x3F0_0000, 1);
  }

  @Test
  void ramDisk_endsWhereTheLowMemoryDoes() throws BootException {
    byte[] disk = new byte[10_000];
    Arrays.fill(disk, (byte) 0x5A);
    load(Images.linux(SYSTEM, true), "", new GuestImage.Module(new ImageFile("disk", disk), ""));
    long at = memory.read(PARAMETERS + 0x218, 4);
    assertThat(memory.read(PARAMETERS + 0x21C, 4)).isEqualTo(disk.length);
    assertThat(at).isEqualTo((64 << 20) - 3 * 4096);
    assertThat(memory.read(at + disk.length - 1, 1)).isEqualTo(0x5A);
  }

  @Test
  void ramDisk_staysBelowTheKernelsLimit() throws BootException {
    ByteBuffer image = Images.linux(SYSTEM, true).putInt(0x22C, 0x1FF_FFFF);
    load(image, "", new GuestImage.Module(new ImageFile("disk", new byte[100]), ""));
    assertThat(memory.read(PARAMETERS + 0x218, 4)).isEqualTo(0x1FF_F000);
  }

  @Test
  void ramDisk_largerThanTheRoom_isRefusedByName() {
    GuestImage.Module disk = new GuestImage.Module(new ImageFile("disk", new byte[63 << 20]), "");
    assertThatThrownBy(() -> load(Images.linux(SYSTEM, true), "", disk)).isInstanceOf(BootException.class)
        .hasMessage("disk does not fit into 64 MiB of guest memory; give more with -m.");
  }

  @Test
  void truncatedKernel_isRefusedByName() {
    byte[] whole = Images.linux(SYSTEM, true).array();
    assertRefused(Arrays.copyOf(whole, whole.length - 100), "image is truncated");
    assertRefused(Arrays.copyOf(whole, 0x210), "image is truncated");
  }

  @Test
  void kernelThatNeedsMoreMemory_isRefusedByName() {
    assertRefused(Images.linux(SYSTEM, true).putInt(0x260, 64 << 20).array(), "image does not fit into 64 MiB");
  }

  @Test
  void kernelOfAnOldProtocol_isRefusedByName() {
    assertRefused(Images.linux(SYSTEM, true).putShort(0x206, (short) 0x203).array(),
        "image is a Linux kernel older than 2.6.22");
  }

  private void assertRefused(byte[] image, String message) {
    assertThatThrownBy(() -> load(ByteBuffer.wrap(image), "")).isInstanceOf(BootException.class)
        .hasMessageStartingWith(message);
  }

  private long[] range(int index) {
    long at = PARAMETERS + 0x2D0 + 20L * index;
    return new long[] {memory.read(at, 8), memory.read(at + 8, 8), memory.read(at + 16, 4)};
  }

  private void load(ByteBuffer image, String commandLine, GuestImage.Module... modules) throws BootException {
    GuestImage kernel = GuestImage.recognise(Images.file(image.array()));
    assertThat(kernel.format()).isEqualTo("Linux");
    kernel.load(cpu, Images.extras(commandLine, modules));
  }
}
