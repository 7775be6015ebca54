package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.testing.CpioArchive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class RamDiskFilesTest {
  private static final byte[] ONE = new CpioArchive().directory("bin").file("bin/tool", ElfSymbols.file(true)).bytes();
  private static final byte[] OTHER = new CpioArchive().file("init", new byte[] {'#', '!'}).file("odd", ElfSymbols.file(false)).bytes();

  private static byte[] join(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    return out.toByteArray();
  }

  private static byte[] zip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void archives_compressedOrNot_oneBehindTheOther_areRead() throws IOException {
    RamDiskFiles.Found found = RamDiskFiles.read(join(ONE, new byte[512], zip(OTHER), zip(ONE)));
    assertThat(found.programs().size()).isEqualTo(3);
    assertThat(found.isComplete()).isTrue();
  }

  @Test
  void otherCompression_isSaid() throws IOException {
    byte[] zstandard = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    RamDiskFiles.Found found = RamDiskFiles.read(join(ONE, zstandard));
    assertThat(found.programs().size()).isEqualTo(1);
    assertThat(found.isComplete()).isFalse();
  }

  @Test
  void disk_cutOffAnywhere_isReadAsFarAsItGoes() {
    for (int length = 0; length < ONE.length; length++) {
      assertThat(RamDiskFiles.read(Arrays.copyOf(ONE, length)).programs().size()).isLessThanOrEqualTo(1);
    }
  }
}
