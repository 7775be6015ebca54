package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Linux' tables of symbols, as the kernel's build writes them: functions {@code f0}, {@code f1} …, 16 bytes each. */
final class KallsymsImage {
  static final int SPACING = 16;

  /** Where the tables are in memory. */
  private final ByteBuffer out;
  private final int word;
  private final int count;
  int digits;

  private KallsymsImage(int size, int word, int count) {
    this.out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).position(0x1000);
    this.word = word;
    this.count = count;
  }

  byte[] bytes() {
    return out.array();
  }

  /** As Linux 6.1 has them: {@code word} bytes in a word, offsets in front; with the sequence of some of its versions or not. */
  static KallsymsImage old(int word, int count, long base, boolean sequence) {
    KallsymsImage image = new KallsymsImage(1 << 20, word, count);
    image.offsets(word == 8);
    image.base(base);
    image.names();
    if (sequence) {
      image.skip(3 * count);
    }
    image.tokens();
    return image;
  }

  /** As Linux has them since 6.4, offsets at the end. */
  static KallsymsImage recent(int word, int count, long base) {
    KallsymsImage image = new KallsymsImage(1 << 20, word, count);
    image.names();
    image.tokens();
    image.offsets(false);
    image.base(base);
    return image;
  }

  private void skip(int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.put((byte) 0xEE);
    }
    align();
  }

  private void align() {
    while (out.position() % word != 0) {
      out.put((byte) 0);
    }
  }

  private void offsets(boolean negative) {
    for (int i = 0; i < count; i++) {
      out.putInt(negative ? -1 - i * SPACING : i * SPACING);
    }
    align();
  }

  private void base(long base) {
    if (word == 8) {
      out.putLong(base);
    } else {
      out.putInt((int) base);
    }
  }

  private void names() {
    out.putInt(count);
    align();
    List<Integer> markers = new ArrayList<>();
    int start = out.position();
    for (int i = 0; i < count; i++) {
      if (i % 256 == 0) {
        markers.add(out.position() - start);
      }
      // One of them is long enough for a length of two bytes.
      String name = "Tf" + i + (i == 7 ? "_".repeat(200) : "");
      if (name.length() >= 0x80) {
        out.put((byte) (name.length() & 0x7F | 0x80)).put((byte) (name.length() >> 7));
      } else {
        out.put((byte) name.length());
      }
      out.put(name.getBytes(StandardCharsets.ISO_8859_1));
    }
    align();
    markers.forEach(out::putInt);
    align();
  }

  private void tokens() {
    int start = out.position();
    List<Integer> index = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      index.add(out.position() - start);
      if (i == '0') {
        digits = out.position();
      }
      out.put(i > 32 && i < 127 ? new byte[] {(byte) i} : ("token" + i).getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
    }
    align();
    index.forEach(place -> out.putShort((short) (int) place));
    align();
  }
}
