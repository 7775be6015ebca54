package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({"512, 0x20000000", "512M, 0x20000000", "2g, 0x80000000", "4096K, 0x400000", "2, 0x200000",
      "256G, 0x4000000000"})
  void size_withOrWithoutSuffix_isInBytes(String text, String bytes) {
    assertThat(new MemorySize().convert(text)).isEqualTo(Long.decode(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "much", "1.5G", "0x200", "12MB", "9999999999999999999"})
  void text_thatIsNoSize_isRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> new MemorySize().convert(text)).isInstanceOf(TypeConversionException.class)
        .hasMessage("'" + text + "' is no memory size; write for example 512, 512M or 2G.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1", "1023K", "257G", "1T", "2049K", "9007199254740993G"})
  void size_thatNoMachineHas_isRefusedWithTheRange(String text) {
    assertThatThrownBy(() -> new MemorySize().convert(text)).isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("2M to 256G in steps of 4K");
  }
}
