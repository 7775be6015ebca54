package dev.hagen.util;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A value for every {@link Tunable}. Immutable.
 *
 * <p>What was found by measuring is one of them. Other limits of translation follow from how things are built, and stay where
 * that is: what the JVM's flags let be compiled ({@link HotSpot#LARGEST_METHOD}); entries of a trial after which HotSpot would look
 * at the unit by itself ({@code interpret.Interpreter}); groups of accesses that have a counter in a unit
 * ({@code interpret.Unit.PAGE_GROUPS}); targets that are counted of an indirect jump ({@code interpret.IndirectTargets}), of which
 * {@link Tunable#TARGETS} takes some; instructions in a block of the interpreter ({@code interpret.BlockDecoder}); how long
 * {@code cache.CompileWatch} and {@code cache.HarvestTimer} wait between their looks. How much translated code is kept has an
 * option of its own, {@code --cache}.
 */
public final class Tunables {
  /** Settings {@code NAME=VALUE} with commas between: what is standard in this JVM, so that all tests can be run with other values. */
  private static final String PROPERTY = "hagen.tunables";
  private static final Tunables STANDARD =
      new Tunables(Arrays.stream(Tunable.values()).mapToInt(Tunable::standard).toArray()).withAll(System.getProperty(PROPERTY, ""));

  private final int[] values;

  private Tunables(int[] values) {
    this.values = values;
  }

  /** The standard value of each. */
  public static Tunables standard() {
    return STANDARD;
  }

  public int get(Tunable tunable) {
    return values[tunable.ordinal()];
  }

  /** Whether a tunable that is 0 or 1 is 1. */
  public boolean isOn(Tunable tunable) {
    return get(tunable) != 0;
  }

  /**
   * The same but for one value.
   *
   * @throws IllegalArgumentException if the value is out of range; the message is a sentence for users
   */
  public Tunables with(Tunable tunable, int value) {
    if (value < tunable.least() || value > tunable.most()) {
      throw new IllegalArgumentException("%s is a number from %d to %d, not %d".formatted(tunable.spelling(),
          tunable.least(), tunable.most(), value));
    }
    int[] changed = values.clone();
    changed[tunable.ordinal()] = value;
    return new Tunables(changed);
  }

  /**
   * The same but for what {@code setting}, {@code NAME=VALUE}, says.
   *
   * @throws IllegalArgumentException if it says nothing valid; the message is a sentence for users
   */
  public Tunables with(String setting) {
    int equals = setting.indexOf('=');
    String name = equals < 0 ? setting : setting.substring(0, equals);
    for (Tunable tunable : Tunable.values()) {
      if (tunable.spelling().equals(name)) {
        try {
          return with(tunable, Integer.parseInt(setting.substring(equals + 1)));
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException("'%s' is not of the form %s=NUMBER".formatted(setting, name), e);
        }
      }
    }
    throw new IllegalArgumentException("there is no '%s', only %s".formatted(name,
        Arrays.stream(Tunable.values()).map(Tunable::spelling).collect(Collectors.joining(", "))));
  }

  /**
   * The same but for what several settings with commas between them say; empty: nothing.
   *
   * @throws IllegalArgumentException if one of them says nothing valid; the message is a sentence for users
   */
  Tunables withAll(String settings) {
    Tunables changed = this;
    for (String setting : settings.split(",")) {
      changed = setting.isBlank() ? changed : changed.with(setting.strip());
    }
    return changed;
  }

  /** One line for each tunable: its spelling, its value, what it counts. */
  @Override
  public String toString() {
    return Arrays.stream(Tunable.values())
        .map(tunable -> "%-22s %8d  %s".formatted(tunable.spelling(), get(tunable), tunable.description()))
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
