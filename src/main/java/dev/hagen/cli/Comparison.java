package dev.hagen.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** What several contenders have measured, each several times. */
final class Comparison {
  private final List<Contender> contenders;
  private final Contender yardstick;
  private final Map<String, Map<Contender, List<Double>>> samples = new LinkedHashMap<>();

  /** Nothing is measured yet; ratios will be those to {@code yardstick}. */
  Comparison(List<Contender> contenders, Contender yardstick) {
    this.contenders = List.copyOf(contenders);
    this.yardstick = yardstick;
  }

  List<Contender> contenders() {
    return contenders;
  }

  Contender yardstick() {
    return yardstick;
  }

  /** What has been measured, in the order of the first run. */
  Set<String> operations() {
    return samples.keySet();
  }

  /** Adds a run's results. */
  void add(Contender contender, Map<String, Double> results) {
    results.forEach((operation, value) -> samples.computeIfAbsent(operation, name -> new LinkedHashMap<>())
        .computeIfAbsent(contender, name -> new ArrayList<>()).add(value));
  }

  /** All that a contender has measured of an operation, sorted. */
  List<Double> samples(String operation, Contender contender) {
    return samples.getOrDefault(operation, Map.of()).getOrDefault(contender, List.of()).stream().sorted().toList();
  }

  /** The median; nothing if the contender has not measured that. */
  OptionalDouble median(String operation, Contender contender) {
    List<Double> sorted = samples(operation, contender);
    int size = sorted.size();
    return size == 0 ? OptionalDouble.empty()
        : OptionalDouble.of((sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2);
  }

  /** The longest minus the shortest, as a part of the median; 0 if there is nothing. */
  double spread(String operation, Contender contender) {
    List<Double> sorted = samples(operation, contender);
    OptionalDouble median = median(operation, contender);
    return median.isEmpty() || median.getAsDouble() == 0 ? 0
        : (sorted.getLast() - sorted.getFirst()) / median.getAsDouble();
  }

  /** Whether somebody has measured something several times. */
  boolean hasSpread() {
    return samples.values().stream().anyMatch(row -> row.values().stream().anyMatch(runs -> runs.size() > 1));
  }

  /** How many times faster than the yardstick; nothing where one of them has not measured that. */
  OptionalDouble ratio(String operation, Contender contender) {
    OptionalDouble own = median(operation, contender);
    OptionalDouble other = median(operation, yardstick);
    return own.isEmpty() || other.isEmpty() || own.getAsDouble() == 0 ? OptionalDouble.empty()
        : OptionalDouble.of(other.getAsDouble() / own.getAsDouble());
  }
}
