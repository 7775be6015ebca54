package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads where the functions of a program begin and end from the table by which exceptions are unwound ({@code .eh_frame}),
 * which stays when a program is stripped (Linux Standard Base Core 5.0, 10.6). Whoever calls expects
 * {@link IndexOutOfBoundsException} where a file is damaged.
 */
final class UnwindTable {
  /** Encodings of addresses: how wide they are, and what they are relative to. */
  private static final int FORMAT = 0x0F;
  private static final int UNSIGNED_4 = 0x03;
  private static final int UNSIGNED_8 = 0x04;
  private static final int SIGNED_4 = 0x0B;
  private static final int SIGNED_8 = 0x0C;
  private static final int RELATIVE = 0x10;
  private static final int UNKNOWN = -1;

  private final ByteBuffer file;
  private final boolean wide;
  /** How much higher the section lies in memory than in the file. */
  private final long distance;
  /** Encodings by where their common entry is. */
  private final Map<Integer, Integer> encodings = new HashMap<>();

  private UnwindTable(ByteBuffer file, boolean wide, long distance) {
    this.file = file;
    this.wide = wide;
    this.distance = distance;
  }

  /** A piece of code that is unwound in one way, nearly always a function. */
  record Range(long start, long size) {}

  /**
   * The functions.
   *
   * @param file with its position at the section, and its limit behind it
   * @param address of the section in memory
   * @param wide whether the file is of 64 bits
   */
  static List<Range> read(ByteBuffer file, long address, boolean wide) {
    return new UnwindTable(file, wide, address - file.position()).read();
  }

  private List<Range> read() {
    List<Range> ranges = new ArrayList<>();
    while (file.remaining() >= 8) {
      int length = file.getInt();
      int start = file.position();
      // Zero is the end, and all ones announce more than 4 GiB.
      if (length < 4 || length > file.remaining()) {
        break;
      }
      int back = file.getInt(start);
      Range range = back == 0 ? null : range(start + 4, encodingAt(start - back));
      if (range != null) {
        ranges.add(range);
      }
      file.position(start + length);
    }
    return ranges;
  }

  private @Nullable Range range(int at, int encoding) {
    int format = encoding & FORMAT;
    if (encoding == UNKNOWN || (encoding & ~FORMAT & ~RELATIVE) != 0 || size(format) == 0) {
      return null;
    }
    long start = address(at, format) + ((encoding & RELATIVE) == 0 ? 0 : at + distance);
    long size = address(at + size(format), format);
    return size <= 0 ? null : new Range(wide ? start : start & 0xFFFF_FFFFL, size);
  }

  private int size(int format) {
    return switch (format) {
      case 0 -> wide ? 8 : 4;
      case UNSIGNED_4, SIGNED_4 -> 4;
      case UNSIGNED_8, SIGNED_8 -> 8;
      default -> 0;
    };
  }

  private long address(int at, int format) {
    if (size(format) == 8) {
      return file.getLong(at);
    }
    return format == SIGNED_4 ? file.getInt(at) : file.getInt(at) & 0xFFFF_FFFFL;
  }

  private int encodingAt(int common) {
    // Behind its length and the zero that tells it from others.
    return encodings.computeIfAbsent(common, at -> encoding(at + 8));
  }

  /** How addresses are encoded in the entries of a common entry whose version is at {@code at}. */
  private int encoding(int at) {
    boolean isOld = file.get(at) == 1;
    StringBuilder augmentation = new StringBuilder();
    int next = at + 1;
    for (int c = file.get(next++); c != 0; c = file.get(next++)) {
      augmentation.append((char) c);
    }
    if (augmentation.isEmpty()) {
      return 0;
    }
    if (augmentation.charAt(0) != 'z') {
      return UNKNOWN;
    }
    // Two factors, the register of the return address, and the length of what follows.
    next = behindNumber(behindNumber(next));
    next = behindNumber(isOld ? next + 1 : behindNumber(next));
    return encoding(augmentation, next);
  }

  private int encoding(CharSequence augmentation, int from) {
    int next = from;
    for (int i = 1; i < augmentation.length(); i++) {
      switch (augmentation.charAt(i)) {
        case 'R' -> {
          return file.get(next) & 0xFF;
        }
        case 'L' -> next++;
        case 'P' -> next += 1 + size(file.get(next) & FORMAT);
        case 'S', 'B' -> { }
        default -> {
          return UNKNOWN;
        }
      }
    }
    return 0;
  }

  private int behindNumber(int from) {
    int at = from;
    while (file.get(at) < 0) {
      at++;
    }
    return at + 1;
  }
}
