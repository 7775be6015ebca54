package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.GuestImage.Stage;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.profile.SymbolTable.Function;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestCodeTest {
  private static final long KERNEL = 0xFFFF_FFFF_8100_0000L;
  private static final long PHYSICAL = 0x100_0000;
  private static final SymbolTable SYMBOLS =
      new SymbolTable(List.of(new Function(KERNEL, 0, "start"), new Function(KERNEL + 0x1000, 0, "end")));
  private static final GuestCode CODE = GuestCode.of(SymbolTable.EMPTY, SYMBOLS, SymbolTable.EMPTY, KERNEL - PHYSICAL,
      Programs.NONE, List.of(new Stage("unpacker", 0x10_0000, 0x400_0000)));

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void kernel_beforeItMapsItselfHigh_hasItsFunctions() {
    assertThat(CODE.name(PHYSICAL + 0x10, CodePage.NONE)).isEqualTo("start+0x10");
    assertThat(CODE.function(KERNEL + 0x10, CodePage.NONE)).isEqualTo("start");
  }

  @Test
  void stageOfTheImage_isNamedOutsideOfTheKernelOnly() {
    assertThat(CODE.name(0x10_0000, CodePage.NONE)).isEqualTo("[unpacker]+0x100000");
    assertThat(CODE.function(0x40F_FFFF, CodePage.NONE)).isEqualTo("[unpacker]");
    assertThat(CODE.function(0x410_0000, CodePage.NONE)).isEqualTo("[before the kernel]");
  }

  @Test
  void userCodeAtTheAddressesOfAStage_isNotOfTheStage() {
    assertThat(CODE.function(0x40_1000, 7)).isEqualTo("[user]");
    assertThat(CODE.name(0x40_1000, 7)).isEqualTo("0x401000");
  }

  /** Modules lie above the kernel, so for 64 bits this one is mapped at the top of the address space. */
  @ParameterizedTest
  @CsvSource({"4, 0", "8, -1073741824"})
  void modules_functions_areFoundInTheirTables(int word, long base) {
    map(base);
    // The list's head; a module with its place in the list and its name, and behind that its table of two symbols.
    long list = base + 0x2000 + word;
    memory.write(0x1000, list, word);
    memory.write(0x1000 + word, list, word);
    memory.write(0x2000 + word, base + 0x1000, word);
    memory.write(0x2000 + 2 * word, base + 0x1000, word);
    text(0x2000 + 3 * word, "nf_some");
    int size = word == 8 ? 24 : 16;
    memory.write(0x2200, base + 0x4000, word);
    memory.write(0x2200 + word, 2, 4);
    memory.write(0x2200 + 2 * word, base + 0x4000 + 2 * size, word);
    memory.write(0x4000 + size, 1, 4);
    memory.write(0x4000 + size + (word == 8 ? 4 : 12), 2, 1);
    memory.write(0x4000 + size + (word == 8 ? 8 : 4), base + 0xC000, word);
    text(0x4000 + 2 * size + 1, "hook");
    SymbolTable found = KernelModules.find(cpu, word == 8 ? base - 0x1000 : 0, 1);
    assertThat(found.at(base + 0xC004)).isEqualTo("hook [nf_some]+0x4");
    assertThat(found.size()).isEqualTo(1);
    // Without its neighbours it is no module.
    memory.write(0x1000, 0, word);
    assertThat(KernelModules.find(cpu, word == 8 ? base - 0x1000 : 0, 1).size()).isZero();
  }

  /** Maps the first 64 KiB at a multiple of a GiB at the top of the address space; 0: leaves paging off. */
  private void map(long base) {
    if (base == 0) {
      return;
    }
    cpu.cr3 = 0x2_0000;
    memory.write(0x2_0000 + (base >>> 39 & 511) * 8, 0x2_1000 | PageEntry.P, 8);
    memory.write(0x2_1000 + (base >>> 30 & 511) * 8, 0x2_2000 | PageEntry.P, 8);
    memory.write(0x2_2000, 0x2_3000 | PageEntry.P, 8);
    for (int page = 0; page < 16; page++) {
      memory.write(0x2_3000 + page * 8, page << 12 | PageEntry.P, 8);
    }
    cpu.cr0 |= Control.CR0_PG | Control.CR0_PE;
    cpu.cr4 |= Control.CR4_PAE;
    cpu.efer |= Control.EFER_LMA;
  }

  private void text(long at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      memory.write(at + i, bytes[i], 1);
    }
  }

  @Test
  void sharedObjectOfTheKernel_isFoundInMemory() {
    assertThat(SharedObject.find(memory, 0, Long.MAX_VALUE).size()).isZero();
    byte[] object = ElfSymbols.file(true);
    object[16] = 3;
    String names = new String(object, StandardCharsets.ISO_8859_1).replace("\0main\0object\0", "\0__vdso_time\0");
    byte[] named = names.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < named.length; i++) {
      memory.write(0x3000 + i, named[i], 1);
    }
    assertThat(SharedObject.find(memory, 0, Long.MAX_VALUE).size()).isEqualTo(1);
  }
}
