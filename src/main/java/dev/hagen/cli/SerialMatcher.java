package dev.hagen.cli;

import java.util.regex.Pattern;

/** Looks for a regular expression in each line that goes by. */
final class SerialMatcher {
  private static final int MAX_LINE = 4096;

  private final Pattern pattern;
  private final Runnable found;
  private final StringBuilder line = new StringBuilder();
  private boolean matched;

  SerialMatcher(Pattern pattern, Runnable found) {
    this.pattern = pattern;
    this.found = found;
  }

  /** Takes the next byte; a match is reported once, when its line ends. */
  void accept(int value) {
    if (value != '\n') {
      if (value != '\r' && line.length() < MAX_LINE) {
        line.append((char) value);
      }
      return;
    }
    if (!matched && pattern.matcher(line).find()) {
      matched = true;
      found.run();
    }
    line.setLength(0);
  }

  boolean matched() {
    return matched;
  }
}
