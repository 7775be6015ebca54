package dev.hagen.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Several command lines, one after the other in one JVM: what it learns from when {@code target/hagen.aot} is made, see {@code
 * src/main/launcher/train.sh}. A method that the JVM has compiled meanwhile is compiled at once in every later run, and without being
 * watched first.
 */
final class Training {
  private static final String SEPARATOR = "--";

  private Training() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs the command lines, which have {@code --} between them; answers 0 unless Hagen itself has failed. */
  static int run(String... arguments) {
    int failure = 0;
    List<String> line = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.equals(SEPARATOR)) {
        failure = Math.max(failure, failure(line));
        line.clear();
      } else {
        line.add(argument);
      }
    }
    return Math.max(failure, failure(line));
  }

  /** Guests end as they please. */
  private static int failure(List<String> line) {
    int code = Main.execute(line.toArray(String[]::new));
    return code == ExitCode.USAGE || code == ExitCode.INTERNAL_ERROR ? code : 0;
  }
}
