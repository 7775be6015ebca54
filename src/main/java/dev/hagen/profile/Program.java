package dev.hagen.profile;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program or library that a guest may run.
 *
 * @param name of the file, without directories
 * @param symbols its functions, at the addresses in the file; empty if it has been stripped
 * @param pages addresses in the file of the pages with its code, by {@link CodePage}
 * @param buildId the number that it shares with a file of its symbols; empty if it has none
 */
record Program(String name, SymbolTable symbols, Map<Long, Long> pages, String buildId) {
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
      return new Program(path.substring(path.lastIndexOf('/') + 1), elf.functions(), elf.pages(), elf.buildId());
    } catch (IndexOutOfBoundsException e) {
      return null;
    }
  }

  /** The same program with the functions of {@code other}. */
  Program withSymbolsOf(Program other) {
    return new Program(name, other.symbols, pages, buildId);
  }
}
