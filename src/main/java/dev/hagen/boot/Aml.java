package dev.hagen.boot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Encodes ACPI machine language (ACPI 6.5 chapter 20) and resource templates (6.4). Each method answers the bytes of one
 * object; objects are put together by nesting calls.
 */
final class Aml {
  private static final int NAME = 0x08;
  private static final int BYTE = 0x0A;
  private static final int WORD = 0x0B;
  private static final int DWORD = 0x0C;
  private static final int STRING = 0x0D;
  private static final int SCOPE = 0x10;
  private static final int BUFFER = 0x11;
  private static final int PACKAGE = 0x12;
  private static final int EXTENDED = 0x5B;
  private static final int DEVICE = 0x82;
  private static final int ROOT = '\\';

  private Aml() {}

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] littleEndian(long value, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    return bytes;
  }

  /** A name of up to four characters, padded; a leading backslash is the root. */
  private static byte[] nameString(String name) {
    boolean root = name.startsWith("\\");
    String segment = root ? name.substring(1) : name;
    byte[] text = (segment + "____").substring(0, 4).getBytes(StandardCharsets.US_ASCII);
    return root ? join(bytes(ROOT), text) : text;
  }

  /** Contents with the length of the package in front, which counts itself (20.2.4). */
  private static byte[] sized(byte[] contents) {
    int length = contents.length + 1;
    if (length < 0x40) {
      return join(bytes(length), contents);
    }
    length++;
    if (length < 0x1000) {
      return join(bytes(0x40 | length & 0xF, length >> 4), contents);
    }
    length++;
    return join(bytes(0x80 | length & 0xF, length >> 4, length >> 12), contents);
  }

  static byte[] scope(String name, byte[]... contents) {
    return join(bytes(SCOPE), sized(join(nameString(name), join(contents))));
  }

  static byte[] device(String name, byte[]... contents) {
    return join(bytes(EXTENDED, DEVICE), sized(join(nameString(name), join(contents))));
  }

  static byte[] name(String name, byte[] object) {
    return join(bytes(NAME), nameString(name), object);
  }

  static byte[] integer(long value) {
    if (value == 0 || value == 1) {
      return bytes((int) value);
    }
    if (value < 0x100) {
      return join(bytes(BYTE), littleEndian(value, 1));
    }
    return value < 0x1_0000 ? join(bytes(WORD), littleEndian(value, 2)) : join(bytes(DWORD), littleEndian(value, 4));
  }

  static byte[] string(String text) {
    return join(bytes(STRING), text.getBytes(StandardCharsets.US_ASCII), bytes(0));
  }

  /** A plug-and-play identifier such as PNP0501, compressed to an integer (ACPI 6.1.5). */
  static byte[] eisaId(String id) {
    int first = id.charAt(0) - '@' << 10 | id.charAt(1) - '@' << 5 | id.charAt(2) - '@';
    int second = Integer.parseInt(id.substring(3), 16);
    return join(bytes(DWORD), bytes(first >> 8, first, second >> 8, second));
  }

  static byte[] packageOf(byte[]... elements) {
    return join(bytes(PACKAGE), sized(join(bytes(elements.length), join(elements))));
  }

  /** A buffer of resource descriptors with their end tag. */
  static byte[] resources(byte[]... descriptors) {
    byte[] template = join(join(descriptors), bytes(0x79, 0));
    return join(bytes(BUFFER), sized(join(integer(template.length), template)));
  }

  /** Ports that a device decodes with all 16 bits (6.4.2.5). */
  static byte[] ports(int base, int count) {
    return join(bytes(0x47, 1), littleEndian(base, 2), littleEndian(base, 2), bytes(1, count));
  }

  /** An edge-triggered, active-high ISA interrupt (6.4.2.1). */
  static byte[] irq(int number) {
    return join(bytes(0x22), littleEndian(1L << number, 2));
  }

  /** A range of bus numbers that a bridge produces (6.4.3.5.3). */
  static byte[] busNumbers(int first, int last) {
    return wordSpace(2, 0, first, last);
  }

  /** A range of ports that a bridge passes on. */
  static byte[] portWindow(int first, int last) {
    return wordSpace(1, 3, first, last);
  }

  private static byte[] wordSpace(int type, int specific, int first, int last) {
    return join(bytes(0x88, 13, 0, type, 0x0C, specific), littleEndian(0, 2), littleEndian(first, 2),
        littleEndian(last, 2), littleEndian(0, 2), littleEndian(last - first + 1L, 2));
  }

  /** A range of memory that a bridge passes on; {@code cacheable} is what its attribute says. */
  static byte[] memoryWindow(long first, long last, boolean cacheable) {
    return join(bytes(0x87, 23, 0, 0, 0x0C, cacheable ? 3 : 1), littleEndian(0, 4), littleEndian(first, 4),
        littleEndian(last, 4), littleEndian(0, 4), littleEndian(last - first + 1, 4));
  }

  /** Memory at a fixed place (6.4.3.4). */
  static byte[] fixedMemory(long base, long length) {
    return join(bytes(0x86, 9, 0, 1), littleEndian(base, 4), littleEndian(length, 4));
  }
}
