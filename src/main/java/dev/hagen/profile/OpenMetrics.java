package dev.hagen.profile;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.Counters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Counters in the text format of OpenMetrics 1.0, which Prometheus and its kin read. */
public final class OpenMetrics {
  /** The media type of {@link #text}. */
  public static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private static final String PREFIX = "hagen_";
  private static final Map<String, List<Counter>> METRICS = Arrays.stream(Counter.values())
      .collect(Collectors.groupingBy(Counter::metric, LinkedHashMap::new, Collectors.toList()));

  private OpenMetrics() {}

  /**
   * All counters of a machine.
   *
   * @param processors the counters of each, by number
   */
  public static String text(List<Counters> processors) {
    StringBuilder text = new StringBuilder();
    METRICS.forEach((metric, counters) -> append(text, PREFIX + metric, counters, processors));
    return text.append("# EOF\n").toString();
  }

  private static void append(StringBuilder text, String name, List<Counter> counters, List<Counters> processors) {
    Counter first = counters.getFirst();
    CounterFamily family = first.family();
    boolean gauge = first.kind() == Counter.Kind.GAUGE;
    text.append("# TYPE ").append(name).append(gauge ? " gauge\n" : " counter\n");
    if (!first.unit().isEmpty()) {
      text.append("# UNIT ").append(name).append(' ').append(first.unit()).append('\n');
    }
    text.append("# HELP ").append(name).append(' ').append(family == null ? first.description() : family.description())
        .append('\n');
    for (int processor = 0; processor < processors.size(); processor++) {
      for (Counter counter : counters) {
        text.append(name).append(gauge ? "" : "_total").append("{vcpu=\"").append(processor).append('"');
        if (family != null) {
          text.append(',').append(family.property()).append("=\"").append(counter.value()).append('"');
        }
        text.append("} ").append(processors.get(processor).of(counter)).append('\n');
      }
    }
  }
}
