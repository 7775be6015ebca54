package dev.hagen.cli;

import java.nio.file.Path;

/** Where a serial line of the guest goes on the host. */
sealed interface SerialTarget {
  /** Standard input and output; {@code escapes}: Ctrl-a is for Hagen. */
  record Stdio(boolean escapes) implements SerialTarget {}

  /** A file that is written. */
  record ToFile(Path path) implements SerialTarget {}

  /** Nowhere. */
  record Null() implements SerialTarget {}

  static SerialTarget parse(String text) {
    if (text.equals("stdio")) {
      return new Stdio(false);
    }
    if (text.equals("mon:stdio")) {
      return new Stdio(true);
    }
    if (text.equals("null") || text.equals("none")) {
      return new Null();
    }
    if (text.startsWith("file:") && text.length() > "file:".length()) {
      return new ToFile(Path.of(text.substring("file:".length())));
    }
    throw new UserError("'" + text + "' is no target of -serial: stdio, mon:stdio, file:NAME or null.");
  }
}
