package dev.hagen.guests;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the bare-metal test guests of {@code guest-images/bare} have to print: one line {@code name:
 * outcome} for each case, comments left out, in the order in which the guest runs them.
 */
public final class RecordedOutcomes {
  private static final Path DIRECTORY = Path.of("guest-images", "bare");
  /** The last line of every guest. */
  public static final String END = "DONE";

  private RecordedOutcomes() {}

  /** Names of all test guests, such as {@code paging64}. */
  public static Stream<String> guests() {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".elf"))
          .map(name -> name.substring(0, name.length() - ".elf".length()))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The Multiboot image of a guest. */
  public static Path image(String guest) {
    return DIRECTORY.resolve(guest + ".elf");
  }

  /** The lines that a guest has to print, {@link #END} included. */
  public static List<String> expected(String guest) throws IOException {
    return lines(guest, "expected");
  }

  /** The lines that a guest printed under {@code qemu} or {@code bochs}, or is {@code expected} to. */
  public static List<String> lines(String guest, String source) throws IOException {
    return Files.readAllLines(DIRECTORY.resolve(guest + "." + source + ".txt")).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  /**
   * The cases in which a guest printed something else than it has to, as {@code expected | actual}.
   * A case that the guest skipped, since the processor announces no such feature, is no difference.
   */
  public static List<String> differences(String guest, List<String> actual) throws IOException {
    Map<String, String> byName =
        actual.stream()
            .collect(toMap(RecordedOutcomes::name, line -> line, (a, b) -> b, LinkedHashMap::new));
    List<String> differences = new ArrayList<>();
    for (String line : expected(guest)) {
      String found = byName.getOrDefault(name(line), "nothing");
      if (!found.equals(line) && !found.contains(": skipped, no ")) {
        differences.add(line + " | " + found);
      }
    }
    return differences;
  }

  /** The name of the case that a line belongs to. */
  public static String name(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? line : line.substring(0, colon);
  }
}
