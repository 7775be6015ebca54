package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolFileTest {
  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] guest(String name) throws IOException {
    try (InputStream in = SymbolFileTest.class.getResourceAsStream("/dev/hagen/guest/" + name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  @Test
  void systemMap_functions_areRead() {
    SymbolTable table = SymbolFile.read(text("""
        0000000000000000 A fixed_percpu_data
        ffffffff81000000 T startup_64
        ffffffff81000040 t secondary
        ffffffff82000000 D data
        """));
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.at(0xFFFF_FFFF_8100_0044L)).isEqualTo("secondary+0x4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "zz T f", "1000 D d"})
  void text_withoutFunctions_isRefused(String content) {
    assertThatThrownBy(() -> SymbolFile.read(text(content))).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("is neither an ELF file nor a System.map");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void elf_functions_areRead(boolean wide) {
    SymbolTable table = SymbolFile.read(ElfSymbols.file(wide));
    assertThat(table.at(0x40_1000)).isEqualTo("main");
    assertThat(table.at(0x40_100F)).isEqualTo("main+0xf");
    assertThat(table.at(0x40_1010)).isEmpty();
    assertThat(table.size()).isEqualTo(1);
  }

  static IntStream lengths() {
    // Of the last section header only the first 44 bytes matter.
    return IntStream.range(52, ElfSymbols.file(true).length - 20);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void elf_cutOffAnywhere_isRefused(int length) {
    byte[] part = Arrays.copyOf(ElfSymbols.file(true), length);
    assertThatThrownBy(() -> SymbolFile.read(part)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("is a damaged ELF file");
  }

  @Test
  void elf_stripped_isRefused() throws IOException {
    byte[] nano = guest("nano64.elf");
    assertThatThrownBy(() -> SymbolFile.read(nano)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("has no symbols; it has been stripped");
  }
}
