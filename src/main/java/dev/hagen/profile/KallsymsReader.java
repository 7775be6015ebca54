package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads Linux' tables of symbols out of a piece of memory that begins at a page.
 *
 * <p>In this order, each aligned to a word of the kernel: (offsets, base,) number of symbols, names, markers (, sequence),
 * tokens, index of the tokens (, offsets, base). Offsets and base are at the end since 6.4; the sequence, which is the order of
 * the names in three bytes each, is among them in some versions. A marker is the place of every 256th name. A name is a length
 * and so many numbers of tokens, and its first character is the symbol's type.
 */
final class KallsymsReader {
  private static final int TOKENS = 256;
  private static final int LONGEST_NAME = 512;
  /** Linux has some 150,000. */
  private static final int MOST_NAMES = 1_000_000;
  /** Places that look like the number of symbols and are not, before the search is given up. */
  private static final int MOST_ATTEMPTS = 16;
  private static final int MARKER_EVERY = 256;
  /** Lengths from here on, which are negative bytes, take two. */
  private static final int LONG_NAME = 0x80;
  private static final long LOWEST_64 = 0xFFFF_FFFF_8000_0000L;
  private static final long LOWEST_32 = 0x4000_0000L;

  private final ByteBuffer memory;
  /** The same memory. All names are read, a MB or two, and the JVM has not seen this code before: then an array is faster. */
  private final byte[] bytes;
  private final int[] tokens = new int[TOKENS + 1];
  /** The name that is being read, its type first. */
  private final byte[] name = new byte[LONGEST_NAME];

  /** A copy of a piece of memory; nothing else is looked at, and the tokens in it are made to print. */
  KallsymsReader(byte[] window) {
    bytes = window;
    memory = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether there are tokens and their index around the token {@code 0} at {@code digits}. */
  boolean hasTokens(int digits) {
    try {
      return findTokens(digits) >= 0;
    } catch (IndexOutOfBoundsException e) {
      return false;
    }
  }

  /**
   * The functions.
   *
   * @param digits where the token {@code 0} is
   * @return null if these are no such tables
   */
  @Nullable SymbolTable read(int digits) {
    try {
      int index = findTokens(digits);
      return index < 0 ? null : readTables(index + 2 * TOKENS);
    } catch (IndexOutOfBoundsException e) {
      // The tables would reach out of memory.
      return null;
    }
  }

  /** Finds the places of all tokens; answers where their index is, or -1. */
  private int findTokens(int digits) {
    int start = digits;
    for (int left = '0'; left > 0; left--) {
      start--;
      int end = start;
      while (memory.get(start - 1) != 0) {
        start--;
      }
      if (start == end) {
        return -1;
      }
    }
    for (int i = 0; i < TOKENS; i++) {
      tokens[i] = start;
      while (memory.get(start) != 0) {
        start++;
      }
      start++;
    }
    tokens[TOKENS] = start;
    for (int at = start; at < start + 8; at++) {
      if (isIndex(at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isIndex(int at) {
    for (int i = 0; i < TOKENS; i++) {
      if ((memory.getShort(at + 2 * i) & 0xFFFF) != tokens[i] - tokens[0]) {
        return false;
      }
    }
    return true;
  }

  private @Nullable SymbolTable readTables(int behind) {
    int attempts = 0;
    for (int number = (tokens[0] & ~3) - 4; number >= 8 && attempts < MOST_ATTEMPTS; number -= 4) {
      int count = memory.getInt(number);
      if (count <= MARKER_EVERY || count > MOST_NAMES) {
        continue;
      }
      for (int word = 4; word <= 8; word += 4) {
        for (int sequence = 0; sequence <= 3; sequence += 3) {
          int markers = tokens[0] - align(sequence * count, word) - align(4 * markers(count), word);
          if (mayBeNumber(number, markers, word)) {
            attempts++;
            if (areNames(number + word, count, markers)) {
              return readSymbols(number + word, count, word, behind);
            }
          }
        }
      }
    }
    return null;
  }

  private static int markers(int count) {
    return (count + MARKER_EVERY - 1) / MARKER_EVERY;
  }

  /** Whether the number of symbols may be at {@code number}, if the markers begin at {@code markers}. */
  private boolean mayBeNumber(int number, int markers, int word) {
    if (markers < number + 2 * MARKER_EVERY || (markers & word - 1) != 0 || (number & word - 1) != 0
        || memory.getInt(markers) != 0) {
      return false;
    }
    int second = memory.getInt(markers + 4);
    return second >= 2 * MARKER_EVERY && second <= LONGEST_NAME * MARKER_EVERY;
  }

  private boolean areNames(int names, int number, int markers) {
    int at = names;
    for (int i = 0; i < number; i++) {
      if (i % MARKER_EVERY == 0 && memory.getInt(markers + i / MARKER_EVERY * 4) != at - names) {
        return false;
      }
      int next = next(at);
      if (next == textOf(at)) {
        return false;
      }
      at = next;
    }
    return at <= markers && markers - at < 8;
  }

  private int textOf(int at) {
    return bytes[at] >= 0 ? at + 1 : at + 2;
  }

  /** Where the name at {@code at} ends, and the next one begins. */
  private int next(int at) {
    int length = bytes[at];
    return length >= 0 ? at + 1 + length : at + 2 + (length & LONG_NAME - 1 | (bytes[at + 1] & 0xFF) << 7);
  }

  private @Nullable SymbolTable readSymbols(int names, int number, int word, int behind) {
    int offsetsSize = align(4 * number, word);
    int base = names - 2 * word;
    int offsets = base - offsetsSize;
    if (!isBase(base, word)) {
      offsets = align(behind, word);
      base = offsets + offsetsSize;
      if (!isBase(base, word)) {
        return null;
      }
    }
    return functions(names, number, offsets, address(base, word), word);
  }

  private static int align(int at, int word) {
    return at + word - 1 & -word;
  }

  private long address(int at, int word) {
    return word == 8 ? memory.getLong(at) : memory.getInt(at) & 0xFFFF_FFFFL;
  }

  private boolean isBase(int at, int word) {
    long value = address(at, word);
    return (value & 0xFFF) == 0 && Long.compareUnsigned(value, word == 8 ? LOWEST_64 : LOWEST_32) >= 0;
  }

  private SymbolTable functions(int names, int number, int offsets, long base, int word) {
    makePrintable();
    boolean signed = word == 8 && hasNegative(offsets, number);
    List<SymbolTable.Function> functions = new ArrayList<>();
    int at = names;
    for (int i = 0; i < number; i++) {
      int offset = memory.getInt(offsets + 4 * i);
      // Where offsets are signed, those from zero on are addresses of what each processor has its own of.
      if (!signed || offset < 0) {
        long start = signed ? base - 1 - offset : base + (offset & 0xFFFF_FFFFL);
        add(functions, start, at);
      }
      at = next(at);
    }
    return new SymbolTable(functions);
  }

  private void add(List<SymbolTable.Function> functions, long start, int at) {
    byte type = bytes[tokens[bytes[textOf(at)] & 0xFF]];
    if (type == 't' || type == 'T' || type == 'w' || type == 'W') {
      int size = readName(at);
      if (size > 1) {
        functions.add(new SymbolTable.Function(start, 0, new String(name, 1, size - 1, StandardCharsets.ISO_8859_1)));
      }
    }
  }

  private boolean hasNegative(int offsets, int number) {
    for (int i = 0; i < number; i++) {
      if (memory.getInt(offsets + 4 * i) < 0) {
        return true;
      }
    }
    return false;
  }

  /** Reads a name with its type into {@link #name}; answers its size. */
  private int readName(int at) {
    int size = 0;
    int end = next(at);
    for (int i = textOf(at); i < end; i++) {
      int token = bytes[i] & 0xFF;
      int length = Math.min(tokens[token + 1] - 1 - tokens[token], LONGEST_NAME - size);
      System.arraycopy(bytes, tokens[token], name, size, length);
      size += length;
    }
    return size;
  }

  /** Has the tokens print, whatever a guest has written there; in the copy of its memory. */
  private void makePrintable() {
    for (int i = tokens[0]; i < tokens[TOKENS]; i++) {
      byte c = bytes[i];
      if (c != 0 && (c <= ' ' || c > '~' || c == ';')) {
        bytes[i] = '?';
      }
    }
  }
}
