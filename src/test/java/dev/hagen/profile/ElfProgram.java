package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A small ELF file with one page of code and a build identifier, and no symbols. */
final class ElfProgram {
  /** Where the code is, in the file's addresses. */
  static final long START = 0x40_1000;
  private static final int CODE = 0x1000;
  private static final int SEGMENTS = 0x100;
  private static final int NOTE = 0x200;
  private static final int SECTIONS = 0x300;

  private ElfProgram() {}

  static byte[] file(boolean wide, byte[] code) {
    ByteBuffer out = ByteBuffer.allocate(CODE + code.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[] {0x7F, 'E', 'L', 'F', (byte) (wide ? 2 : 1), 1, 1});
    if (wide) {
      out.putLong(32, SEGMENTS).putLong(40, SECTIONS).putShort(54, (short) 56).putShort(56, (short) 1)
          .putShort(58, (short) 64).putShort(60, (short) 1);
      out.position(SEGMENTS).putInt(1).putInt(5).putLong(CODE).putLong(START).putLong(START).putLong(code.length)
          .putLong(code.length).putLong(0x1000);
      out.position(SECTIONS).putInt(0).putInt(7).putLong(0).putLong(0).putLong(NOTE).putLong(20);
    } else {
      out.putInt(28, SEGMENTS).putInt(32, SECTIONS).putShort(42, (short) 32).putShort(44, (short) 1)
          .putShort(46, (short) 40).putShort(48, (short) 1);
      out.position(SEGMENTS).putInt(1).putInt(CODE).putInt((int) START).putInt((int) START).putInt(code.length)
          .putInt(code.length).putInt(5).putInt(0x1000);
      out.position(SECTIONS).putInt(0).putInt(7).putInt(0).putInt(0).putInt(NOTE).putInt(20);
    }
    out.position(NOTE).putInt(4).putInt(4).putInt(3).put("GNU\0".getBytes(StandardCharsets.US_ASCII))
        .put(new byte[] {10, 11, 12, 13});
    out.position(CODE).put(code);
    return out.array();
  }
}
