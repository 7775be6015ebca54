package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.GuestImage.Stage;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.profile.SymbolTable.Function;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void modules_functions_areFoundInTheirTables(int word) {
    // The list's head, one module, its table of two symbols and their names; no paging.
    memory.write(0x1000, 0x2000 + word, word);
    int list = 0x2000 + word;
    memory.write(list, 0x1000, word);
    text(list + 2 * word, "nf_some");
    int table = list + 2 * word + 0x100;
    memory.write(table, 0x4000, word);
    memory.write(table + word, 2, 4);
    memory.write(table + 2 * word, 0x5000, word);
    int symbol = 0x4000 + (word == 8 ? 24 : 16);
    memory.write(symbol, 1, 4);
    memory.write(symbol + (word == 8 ? 4 : 12), 2, 1);
    memory.write(symbol + (word == 8 ? 8 : 4), 0xC000, word);
    text(0x5001, "hook");
    SymbolTable found = KernelModules.find(cpu, new Kallsyms(SymbolTable.EMPTY, Map.of("modules", 0x1000L), word));
    assertThat(found.at(0xC004)).isEqualTo("hook [nf_some]+0x4");
    assertThat(found.size()).isEqualTo(1);
  }

  private void text(long at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      memory.write(at + i, bytes[i], 1);
    }
  }

  @Test
  void modules_listThatEndsNowhere_isFollowedOnce() {
    memory.write(0x1000, 0x2000, 8);
    memory.write(0x2000, 0x3000, 8);
    memory.write(0x3000, 0x2000, 8);
    assertThat(KernelModules.find(cpu, new Kallsyms(SymbolTable.EMPTY, Map.of("modules", 0x1000L), 8)).size()).isZero();
  }

  @Test
  void sharedObjectOfTheKernel_isFoundInMemory() {
    assertThat(SharedObject.find(memory).size()).isZero();
    byte[] object = ElfSymbols.file(true);
    object[16] = 3;
    String names = new String(object, StandardCharsets.ISO_8859_1).replace("\0main\0object\0", "\0__vdso_time\0");
    byte[] named = names.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < named.length; i++) {
      memory.write(0x3000 + i, named[i], 1);
    }
    assertThat(SharedObject.find(memory).size()).isEqualTo(1);
  }
}
