package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Units of code that does not run. */
class BareCodeTest {
  /** add eax,[rdi]; jz +1; nop; add rdi,8; cmp rdi,rdx; jne to the start; ret. */
  private static final byte[] LOOP = HexFormat.ofDelimiter(" ").parseHex("03 07 74 01 90 48 83 c7 08 48 39 d7 75 f2 c3");

  @ParameterizedTest
  @CsvSource({"64,0", "64,ffffffff81000ffa", "64,7fffffffeff5", "32,fffffff0", "32,8000"})
  void unit_followsBranchesBothWays(int bits, String base) {
    long address = Long.parseUnsignedLong(base, 16);
    try (BareCode code = new BareCode(LOOP, address, bits)) {
      List<String> lines = code.unit(address).lines().toList();
      assertThat(lines.getFirst()).startsWith("unit at " + base + ", " + bits + "-bit, CPL 0: ");
      assertThat(lines).anyMatch(line -> line.endsWith(" ret")).anyMatch(line -> line.endsWith("  nop"))
          .contains("  block at " + base, "  block at " + Long.toHexString(address + 5));
    }
  }

  @Test
  void unit_mayBeginAnywhere() {
    try (BareCode code = new BareCode(LOOP, 0x1000, 64)) {
      assertThat(code.unit(0x100E)).startsWith("unit at 100e, 64-bit, CPL 0: 1 blocks, 1 instructions");
    }
  }

  @Test
  void code_beyondTheAddressSpace_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new BareCode(LOOP, 0xFFFF_FFFFL, 32))
        .withMessage("No 32-bit code can lie from 0xffffffff to 0x10000000d");
    assertThatIllegalArgumentException().isThrownBy(() -> new BareCode(LOOP, 0x7FFF_FFFF_FFFFL, 64));
  }
}
