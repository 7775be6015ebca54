package dev.hagen.profile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads functions from files: the symbol tables of x86 ELF files, and what {@code nm} prints, as in {@code System.map}
 * ({@code ffffffff81000000 T _text}). Addresses are those in the file.
 */
public final class SymbolFile {
  private static final int MAGIC = 0x464C_457F;
  private static final int CLASS_64 = 2;
  private static final int SYMTAB = 2;
  private static final int DYNSYM = 11;
  private static final int FUNC = 2;

  private final ByteBuffer file;
  private final boolean wide;
  private final List<SymbolTable.Function> functions = new ArrayList<>();

  private SymbolFile(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    wide = file.get(4) == CLASS_64;
  }

  /**
   * The functions that a file names.
   *
   * @throws IllegalArgumentException if it is no such file, is damaged, or names none; the message goes on after the file's name
   */
  public static SymbolTable read(byte[] bytes) {
    SymbolTable table;
    if (bytes.length >= 52 && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0) == MAGIC) {
      try {
        table = new SymbolFile(bytes).readElf();
      } catch (IndexOutOfBoundsException e) {
        throw new IllegalArgumentException("is a damaged ELF file", e);
      }
      if (table.size() == 0) {
        throw new IllegalArgumentException("has no symbols; it has been stripped");
      }
      return table;
    }
    table = readLines(bytes);
    if (table.size() == 0) {
      throw new IllegalArgumentException("is neither an ELF file nor a System.map");
    }
    return table;
  }

  private static SymbolTable readLines(byte[] bytes) {
    List<SymbolTable.Function> functions = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.ISO_8859_1).lines().toList()) {
      String[] parts = line.strip().split("\\s+");
      if (parts.length >= 3 && parts[1].matches("[tTwW]")) {
        try {
          functions.add(new SymbolTable.Function(Long.parseUnsignedLong(parts[0], 16), 0, parts[2]));
        } catch (NumberFormatException e) {
          return SymbolTable.EMPTY;
        }
      }
    }
    return new SymbolTable(functions);
  }

  private SymbolTable readElf() {
    long headers = word(wide ? 40 : 32);
    int entry = file.getShort(wide ? 58 : 46) & 0xFFFF;
    int count = file.getShort(wide ? 60 : 48) & 0xFFFF;
    for (int type : new int[] {SYMTAB, DYNSYM}) {
      for (int i = 0; i < count; i++) {
        int header = index(headers + (long) i * entry);
        if (file.getInt(header + 4) == type) {
          readSymbols(header, index(headers + (long) file.getInt(header + (wide ? 40 : 24)) * entry));
        }
      }
    }
    return new SymbolTable(functions);
  }

  private void readSymbols(int header, int stringHeader) {
    int at = index(word(header + (wide ? 24 : 16)));
    long size = word(header + (wide ? 32 : 20));
    int strings = index(word(stringHeader + (wide ? 24 : 16)));
    int entry = wide ? 24 : 16;
    for (long end = at + size; at + entry <= end; at += entry) {
      int info = file.get(at + (wide ? 4 : 12));
      int section = file.getShort(at + (wide ? 6 : 14));
      if ((info & 0xF) == FUNC && section != 0) {
        functions.add(new SymbolTable.Function(word(at + (wide ? 8 : 4)), word(at + (wide ? 16 : 8)),
            name(index((long) strings + file.getInt(at)))));
      }
    }
  }

  private long word(int at) {
    return wide ? file.getLong(at) : file.getInt(at) & 0xFFFF_FFFFL;
  }

  private int index(long at) {
    if (at < 0 || at >= file.capacity()) {
      throw new IndexOutOfBoundsException(String.valueOf(at));
    }
    return (int) at;
  }

  private String name(int at) {
    int end = at;
    while (file.get(end) != 0) {
      end++;
    }
    return new String(file.array(), at, end - at, StandardCharsets.UTF_8);
  }
}
