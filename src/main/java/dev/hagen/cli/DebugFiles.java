package dev.hagen.cli;

import dev.hagen.profile.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Directories with the symbols of stripped programs, each in a file that is called after the program's build identifier, as
 * debuggers look for them ({@code .build-id/ab/cdef.debug}).
 */
final class DebugFiles {
  /** Where distributions install them. */
  private static final Path INSTALLED = Path.of("/usr/lib/debug");

  private final List<Path> directories = new ArrayList<>();

  /** Takes a directory, which counts more than those where distributions install files. */
  void add(Path directory) {
    directories.add(directory);
  }

  /** The programs with the symbols that are there for them. */
  Programs complete(Programs programs) {
    List<Path> places = new ArrayList<>(directories);
    places.add(INSTALLED);
    Programs all = programs;
    for (String id : programs.stripped()) {
      for (Path place : places) {
        Path file = place.resolve(".build-id").resolve(id.substring(0, 2)).resolve(id.substring(2) + ".debug");
        if (Files.isReadable(file)) {
          all = all.with(file.toString(), Main.readFile(file));
          break;
        }
      }
    }
    return all;
  }
}
