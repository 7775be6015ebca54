package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.profile.SymbolTable.Function;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramsTest {
  private static final SymbolTable SYMBOLS = new SymbolTable(List.of(new Function(0x1000, 4, "work")));

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void elf_pagesOfCodeAndBuildIdentifier_areRead(boolean wide) {
    byte[] code = {(byte) 0x90, (byte) 0xC3};
    Program program = Program.read("bin/tool", ElfProgram.file(wide, code));
    assertThat(program).isNotNull();
    assertThat(program.name()).isEqualTo("tool");
    assertThat(program.pages()).containsExactly(Map.entry(CodePage.of(code, 0), ElfProgram.START));
    assertThat(program.buildId()).isEqualTo("0a0b0c0d");
  }

  @Test
  void elf_cutOffAnywhere_isNoneOrAProgram() {
    byte[] file = ElfProgram.file(true, new byte[] {1});
    for (int length = 0; length < file.length; length++) {
      assertThat(Programs.NONE.with("tool", java.util.Arrays.copyOf(file, length)).size()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void strippedProgram_takesSymbolsFromTheFileWithItsBuildIdentifier() {
    Program stripped = new Program("tool", SymbolTable.EMPTY, SymbolTable.EMPTY, Map.of(5L, 0x1000L), "ab");
    Program symbols = new Program("tool.debug", SYMBOLS, SymbolTable.EMPTY, Map.of(), "ab");
    Programs.Page page = Programs.of(List.of(stripped, symbols)).find(5);
    assertThat(page).isNotNull();
    assertThat(page.program().name()).isEqualTo("tool");
    assertThat(page.program().symbols().at(0x1002)).isEqualTo("work+0x2");
  }

  @Test
  void pageOfSeveralPrograms_isOfOneWithSymbols() {
    Program stripped = new Program("a", SymbolTable.EMPTY, SymbolTable.EMPTY, Map.of(5L, 0x1000L), "");
    Program named = new Program("b", SYMBOLS, SymbolTable.EMPTY, Map.of(5L, 0x2000L), "");
    assertThat(Programs.of(List.of(stripped)).with(Programs.of(List.of(named))).find(5))
        .isEqualTo(new Programs.Page(named, 0x2000));
  }

  @Test
  void pages_thatDifferInOneByte_areDifferent() {
    byte[] page = new byte[CodePage.SIZE];
    long empty = CodePage.of(page, 0);
    page[CodePage.SIZE - 1] = 1;
    assertThat(CodePage.of(page, 0)).isNotEqualTo(empty);
    assertThat(empty).isNotEqualTo(CodePage.NONE);
  }
}
