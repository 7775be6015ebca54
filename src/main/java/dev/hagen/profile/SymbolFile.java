package dev.hagen.profile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads functions from files: the symbol tables of x86 ELF files, and what {@code nm} prints, as in {@code System.map}
 * ({@code ffffffff81000000 T _text}). Addresses are those in the file.
 */
public final class SymbolFile {
  private SymbolFile() {}

  /** Whether a file is one for programs, and not text. */
  public static boolean isElf(byte[] bytes) {
    return ElfReader.isElf(bytes);
  }

  /**
   * The functions that a file names.
   *
   * @throws IllegalArgumentException if it is no such file, is damaged, or names none; the message goes on after the file's name
   */
  public static SymbolTable read(byte[] bytes) {
    SymbolTable table;
    if (ElfReader.isElf(bytes)) {
      try {
        table = new ElfReader(bytes).functions();
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
}
