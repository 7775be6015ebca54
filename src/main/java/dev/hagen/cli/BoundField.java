package dev.hagen.cli;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.IGetter;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A field that picocli puts the value of an option or a parameter into.
 *
 * <p>What {@code hagen run} takes is said by code, not by annotations on its fields: to read those took the JVM some 30 ms of
 * every start.
 */
final class BoundField<V> implements IGetter, ISetter {
  private final Consumer<V> field;
  private @Nullable Object value;

  /** A field that {@code field} sets. */
  BoundField(Consumer<V> field) {
    this.field = field;
  }

  /** Begins an option of one value that goes into a field. */
  static <V> OptionSpec.Builder option(Class<V> type, Consumer<V> field, String... names) {
    BoundField<V> bound = new BoundField<>(field);
    return OptionSpec.builder(names).type(type).getter(bound).setter(bound).hasInitialValue(false);
  }

  /** Begins an option that may be given again, whose values go into a field as a list. */
  static <E> OptionSpec.Builder list(Class<E> type, Consumer<List<E>> field, String... names) {
    BoundField<List<E>> bound = new BoundField<>(field);
    return OptionSpec.builder(names).type(List.class).auxiliaryTypes(type).getter(bound).setter(bound).hasInitialValue(false);
  }

  /** Begins an option without a value. */
  static OptionSpec.Builder flag(Consumer<Boolean> field, String... names) {
    return option(boolean.class, field, names);
  }

  /** Adds options to a command. */
  static void addTo(CommandSpec command, OptionSpec.Builder... options) {
    for (OptionSpec.Builder option : options) {
      command.addOption(option.build());
    }
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <T> @Nullable T get() {
    return (T) value;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T set(T newValue) {
    value = newValue;
    field.accept((V) newValue);
    return newValue;
  }
}
