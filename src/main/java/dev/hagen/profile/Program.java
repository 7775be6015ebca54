package dev.hagen.profile;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program or library that a guest may run.
 *
 * @param name of the file, without directories
 * @param symbols its functions, at the addresses in the file; empty if it has been stripped
 * @param nameless where functions are of which no name need be known: each is called after the program and its address
 * @param pages addresses in the file of the pages with its code, by {@link CodePage}
 * @param buildId the number that it shares with a file of its symbols; empty if it has none
 */
record Program(String name, SymbolTable symbols, SymbolTable nameless, Map<Long, Long> pages, String buildId) {
  Program {
    pages = Map.copyOf(pages);
  }

  /** Reads an ELF file; null if it is none, or is damaged. */
  static @Nullable Program read(String path, byte[] bytes) {
    if (!ElfReader.isElf(bytes)) {
      return null;
    }
    try {
      ElfReader elf = new ElfReader(bytes);
      String name = path.substring(path.lastIndexOf('/') + 1);
      return new Program(name, elf.functions(), nameless(name, elf.extents()), elf.pages(), elf.buildId());
    } catch (IndexOutOfBoundsException e) {
      return null;
    }
  }

  private static SymbolTable nameless(String program, List<UnwindTable.Range> extents) {
    return new SymbolTable(extents.stream().map(range ->
        new SymbolTable.Function(range.start(), range.size(), program + "@0x" + Long.toHexString(range.start()))).toList());
  }

  /** Whether only a file with the same build identifier can name its functions. */
  boolean isStripped() {
    return symbols.size() == 0;
  }

  /** The same program with the functions of {@code other}. */
  Program withSymbolsOf(Program other) {
    return new Program(name, other.symbols, nameless, pages, buildId);
  }
}
