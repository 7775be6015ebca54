package dev.hagen.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long programs of {@code guest-images/bench} take by the host's clock, from the lines that they print. Of several runs of a
 * program the last counts.
 */
final class ProgramTimes {
  /** {@code bench begin GROUP NAME RUN}, and the same with {@code end} and what the guest has measured. */
  private static final Pattern LINE = Pattern.compile("^bench (begin|end) \\S+ (\\S+) \\d+");

  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private String running = "";
  private long start;

  /** Takes in a line that the guest has printed at {@code nanos} by {@link System#nanoTime}. */
  void line(String line, long nanos) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.find()) {
      return;
    }
    String name = matcher.group(2);
    if (matcher.group(1).equals("begin")) {
      running = name;
      start = nanos;
    } else if (name.equals(running)) {
      seconds.put(name, (nanos - start) / 1e9);
    }
  }

  /** Seconds by program, in the order in which they ran. */
  Map<String, Double> seconds() {
    return seconds;
  }
}
