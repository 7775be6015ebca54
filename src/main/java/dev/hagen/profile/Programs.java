package dev.hagen.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Programs that a guest may run, found by the pages of their code: at whatever address, under whatever name, in whatever process.
 */
public final class Programs {
  /** No program is known. */
  public static final Programs NONE = new Programs(List.of());

  /**
   * A page of a program.
   *
   * @param address in the program's file
   */
  record Page(Program program, long address) {}

  private final List<Program> programs;
  private final Map<Long, Page> pages = new HashMap<>();

  /**
   * Programs of which those with symbols come first. One that has been stripped gets the symbols of a file with the same build
   * identifier.
   */
  private Programs(List<Program> all) {
    List<Program> complete = new ArrayList<>(all.size());
    for (Program program : all) {
      Program named = program;
      for (Program other : all) {
        boolean same = !program.buildId().isEmpty() && program.buildId().equals(other.buildId());
        if (named.isStripped() && same && !other.isStripped()) {
          named = program.withSymbolsOf(other);
        }
      }
      complete.add(named);
    }
    programs = List.copyOf(complete);
    programs.stream().filter(program -> !program.isStripped()).forEach(this::index);
    programs.forEach(this::index);
  }

  private void index(Program program) {
    program.pages().forEach((page, address) -> pages.putIfAbsent(page, new Page(program, address)));
  }

  /** These and one more; the same ones if {@code bytes} are no ELF file. */
  public Programs with(String path, byte[] bytes) {
    Program program = Program.read(path, bytes);
    return program == null ? this : with(new Programs(List.of(program)));
  }

  /** These and those of {@code other}, which are second choice. */
  public Programs with(Programs other) {
    Set<Program> both = new LinkedHashSet<>(programs);
    both.addAll(other.programs);
    return new Programs(List.copyOf(both));
  }

  /** Programs in any order. */
  static Programs of(List<Program> all) {
    return new Programs(all);
  }

  /** Build identifiers of the programs that have been stripped and of which no other file has the symbols. */
  public Set<String> stripped() {
    return programs.stream().filter(program -> program.isStripped() && !program.buildId().isEmpty())
        .map(Program::buildId).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** How many programs are known. */
  public int size() {
    return programs.size();
  }

  /** The page of a program that a page of memory holds, or null. */
  @Nullable Page find(long page) {
    return pages.get(page);
  }
}
