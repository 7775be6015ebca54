package dev.hagen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AddressConverterTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "31744, 31744", "0x7c00, 31744", "0X7C00, 31744", "0xffffffffffffffff, -1"})
  void address_decimalOrHexadecimal_isRead(String text, long address) {
    assertThat(new AddressConverter().convert(text)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x", "7c00h", "-1", "somewhere"})
  void text_thatIsNoAddress_isRefused(String text) {
    assertThatThrownBy(() -> new AddressConverter().convert(text)).isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("is no address");
  }
}
