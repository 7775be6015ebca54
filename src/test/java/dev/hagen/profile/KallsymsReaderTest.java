package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KallsymsReaderTest {
  private static final long BASE_64 = 0xFFFF_FFFF_9A00_0000L;
  private static final long BASE_32 = 0xC880_0000L;
  /** Not a multiple of what anything is aligned to. */
  private static final int COUNT = 1003;

  private static void assertComplete(KallsymsImage image, long base) {
    SymbolTable symbols = new KallsymsReader(image.bytes()).read(image.digits);
    assertThat(symbols).isNotNull();
    assertThat(symbols.size()).isEqualTo(COUNT);
    assertThat(symbols.at(base)).isEqualTo("f0");
    assertThat(symbols.at(base + 7 * KallsymsImage.SPACING)).isEqualTo("f7" + "_".repeat(200));
    assertThat(symbols.at(base + (COUNT - 1) * KallsymsImage.SPACING + 3)).isEqualTo("f1002+0x3");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tablesOf64Bits_offsetsInFront_areRead(boolean sequence) {
    assertComplete(KallsymsImage.old(8, COUNT, BASE_64, sequence), BASE_64);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tablesOf32Bits_offsetsInFront_areRead(boolean sequence) {
    assertComplete(KallsymsImage.old(4, COUNT, BASE_32, sequence), BASE_32);
  }

  @ParameterizedTest
  @CsvSource({"8, -1711276032", "4, 3363831808"})
  void tables_offsetsAtTheEnd_areRead(int word, long base) {
    assertComplete(KallsymsImage.recent(word, COUNT, base), base);
  }

  @Test
  void tables_baseInUserSpace_areNone() {
    KallsymsImage image = KallsymsImage.old(8, COUNT, 0x40_0000, false);
    assertThat(new KallsymsReader(image.bytes()).read(image.digits)).isNull();
  }

  @Test
  void tables_cutOffAnywhere_areNone() {
    KallsymsImage image = KallsymsImage.old(8, COUNT, BASE_64, true);
    byte[] cut = java.util.Arrays.copyOf(image.bytes(), image.digits + 100);
    assertThat(new KallsymsReader(cut).read(image.digits)).isNull();
  }

  @Test
  void digitsWithNothingAround_areNone() {
    byte[] zero = new byte[1 << 16];
    byte[] ones = new byte[1 << 16];
    java.util.Arrays.fill(ones, (byte) 1);
    assertThat(new KallsymsReader(zero).read(1 << 15)).isNull();
    assertThat(new KallsymsReader(ones).read(1 << 15)).isNull();
  }

  /** Whatever a guest writes, an answer comes and no error. */
  @Test
  void tables_spoiltAtRandom_areNoneOrTables() {
    Random random = new Random(4);
    int read = 0;
    for (int i = 0; i < 300; i++) {
      KallsymsImage image = KallsymsImage.old(8, COUNT, BASE_64, false);
      byte[] bytes = image.bytes();
      for (int n = 0; n < 3; n++) {
        bytes[0x1000 + random.nextInt(image.digits)] = (byte) random.nextInt();
      }
      SymbolTable symbols = new KallsymsReader(bytes).read(image.digits);
      read += symbols == null ? 0 : 1;
    }
    // What is spoilt lies in the offsets at times, where anything may be.
    assertThat(read).isBetween(1, 299);
  }
}
