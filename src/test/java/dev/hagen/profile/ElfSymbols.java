package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A small ELF file with the function {@code main} of 16 bytes at 401000h, an object, and a function from elsewhere. */
final class ElfSymbols {
  private final ByteBuffer out = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
  private final boolean wide;

  private ElfSymbols(boolean wide) {
    this.wide = wide;
  }

  static byte[] file(boolean wide) {
    ElfSymbols file = new ElfSymbols(wide);
    file.out.put(new byte[] {0x7F, 'E', 'L', 'F', (byte) (wide ? 2 : 1), 1, 1});
    file.out.putShort(18, (short) (wide ? 62 : 3)).position(64);
    int strings = file.out.position();
    file.out.put("\0main\0object\0".getBytes(StandardCharsets.US_ASCII)).position(80);
    int symbols = file.out.position();
    file.symbol(1, 2, 1, 0x40_1000);
    file.symbol(6, 1, 1, 0x40_2000);
    file.symbol(1, 2, 0, 0x40_3000);
    int size = file.out.position() - symbols;
    int headers = file.out.position();
    file.section(3, strings, 13, 0);
    file.section(2, symbols, size, 0);
    file.header(headers);
    return java.util.Arrays.copyOf(file.out.array(), file.out.position());
  }

  private void header(int headers) {
    if (wide) {
      out.putLong(40, headers).putShort(58, (short) 64).putShort(60, (short) 2);
    } else {
      out.putInt(32, headers).putShort(46, (short) 40).putShort(48, (short) 2);
    }
  }

  private void symbol(int name, int type, int section, long value) {
    out.putInt(name);
    if (wide) {
      out.put((byte) type).put((byte) 0).putShort((short) section).putLong(value).putLong(16);
    } else {
      out.putInt((int) value).putInt(16).put((byte) type).put((byte) 0).putShort((short) section);
    }
  }

  private void section(int type, int offset, int size, int link) {
    out.putInt(0).putInt(type);
    if (wide) {
      out.putLong(0).putLong(0).putLong(offset).putLong(size).putInt(link).putInt(0).putLong(0).putLong(0);
    } else {
      out.putInt(0).putInt(0).putInt(offset).putInt(size).putInt(link).putInt(0).putInt(0).putInt(0);
    }
  }
}
