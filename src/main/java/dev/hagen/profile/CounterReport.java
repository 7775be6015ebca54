package dev.hagen.profile;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.Counters;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A processor's counters for reading: by name, those of a family together. */
public final class CounterReport {
  private CounterReport() {}

  /**
   * All values by {@link Counter#metric}: a {@link Long}, or for a family a map from {@link Counter#value} to {@link Long}. In
   * the order of {@link Counter}.
   */
  public static Map<String, Object> values(Counters counters) {
    Map<String, Object> values = new LinkedHashMap<>();
    Map<CounterFamily, Map<String, Long>> families = new LinkedHashMap<>();
    for (Counter counter : Counter.values()) {
      CounterFamily family = counter.family();
      if (family == null) {
        values.put(counter.metric(), counters.of(counter));
      } else {
        Map<String, Long> members = families.computeIfAbsent(family, key -> new LinkedHashMap<>());
        members.put(counter.value(), counters.of(counter));
        values.put(counter.metric(), members);
      }
    }
    return values;
  }

  /** What is not zero, a line each: {@code vm_exits   port_read 12, port_write 3,456}. */
  public static String text(Counters counters) {
    StringBuilder text = new StringBuilder();
    values(counters).forEach((metric, value) -> {
      String shown = value instanceof Map<?, ?> members ? nonZero(members) : nonZero((Long) value);
      if (!shown.isEmpty()) {
        text.append(String.format(Locale.ROOT, "  %-24s %s%n", metric, shown));
      }
    });
    return text.toString();
  }

  private static String nonZero(Map<?, ?> members) {
    return members.entrySet().stream().filter(member -> !member.getValue().equals(0L))
        .map(member -> member.getKey() + " " + nonZero((Long) member.getValue())).collect(Collectors.joining(", "));
  }

  private static String nonZero(Long value) {
    return value == 0 ? "" : String.format(Locale.ROOT, "%,d", value);
  }
}
