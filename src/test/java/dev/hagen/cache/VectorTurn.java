package dev.hagen.cache;

import java.time.LocalDate;

/**
 * Which recorded cases a build translates: defining a class for each takes its time, so it is a third of them, another one each day.
 *
 * @param number which third; {@link #ALL} for all of them
 */
record VectorTurn(int number) {
  /** The system property that chooses: {@code all}, or 0, 1 or 2; {@code today}: it is the day's turn. */
  static final String PROPERTY = "vectors.translated";
  private static final int TURNS = 3;
  private static final int ALL = -1;

  /** The turn of a day, unless {@code choice}, the property's value, says otherwise. */
  static VectorTurn of(String choice, LocalDate day) {
    return switch (choice) {
      case "all" -> new VectorTurn(ALL);
      case "today" -> new VectorTurn((int) Math.floorMod(day.toEpochDay(), (long) TURNS));
      case "0", "1", "2" -> new VectorTurn(Integer.parseInt(choice));
      default -> throw new IllegalArgumentException("-D%s is all, today, 0, 1 or 2, not '%s'".formatted(PROPERTY, choice));
    };
  }

  /** Whether the case with this number in its file has its turn. */
  boolean includes(int index) {
    return number == ALL || index % TURNS == number;
  }

  /** What is translated, and how to have the same again. */
  @Override
  public String toString() {
    return number == ALL ? "all recorded cases are translated"
        : "one recorded case in %d is translated; the same again: -D%s=%d; all: -D%2$s=all".formatted(TURNS, PROPERTY, number);
  }
}
