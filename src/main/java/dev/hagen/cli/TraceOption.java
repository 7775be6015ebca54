package dev.hagen.cli;

import dev.hagen.profile.tune.TraceRecorder;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads {@code --trace-units FILE[,max=SIZE]}.
 *
 * @param room bytes of events that are kept
 */
record TraceOption(Path file, long room) {
  private static final String MAX = ",max=";

  static TraceOption parse(String text) {
    int comma = text.lastIndexOf(MAX);
    String name = comma < 0 ? text : text.substring(0, comma);
    long room = comma < 0 ? TraceRecorder.STANDARD_ROOM : room(text.substring(comma + MAX.length()));
    try {
      if (!name.isEmpty()) {
        return new TraceOption(Path.of(name), room);
      }
    } catch (InvalidPathException e) {
      throw new UserError("--trace-units: '" + name + "' is no name of a file.");
    }
    throw new UserError("--trace-units takes the name of a file, and ,max=SIZE behind it if you like.");
  }

  private static long room(String text) {
    long room;
    try {
      room = MemorySize.parse(text);
    } catch (TypeConversionException e) {
      throw new UserError("--trace-units: " + e.getMessage());
    }
    if (room < TraceRecorder.LEAST_ROOM || room > TraceRecorder.MOST_ROOM) {
      throw new UserError("--trace-units: max is 256K to 256M, not " + text + ".");
    }
    return room;
  }
}
