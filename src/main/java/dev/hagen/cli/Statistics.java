package dev.hagen.cli;

import com.google.gson.Gson;
import dev.hagen.cpu.Counters;
import dev.hagen.machine.Machine;
import dev.hagen.profile.CounterReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The summary that {@code --stats} prints. */
enum Statistics {
  TEXT {
    @Override
    String of(Machine machine, long nanos) {
      long instructions = machine.cpu().retired;
      double seconds = nanos / NANOS;
      StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
          "hagen: %,d guest instructions in %.3f s (%.1f million a second)%n", instructions, seconds,
          instructions / seconds / 1e6));
      for (Counters counters : machine.counters()) {
        text.append(CounterReport.text(counters));
      }
      unknownMsrs(machine).forEach((index, count) ->
          text.append(String.format(Locale.ROOT, "  %-24s %s %,d%n", "unknown_msrs", index, count)));
      return text.toString();
    }
  },
  JSON {
    @Override
    String of(Machine machine, long nanos) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("instructions_retired", machine.cpu().retired);
      object.put("seconds", nanos / NANOS);
      object.put("vcpus", machine.counters().stream().map(CounterReport::values).toList());
      object.put("unknown_msrs", unknownMsrs(machine));
      return new Gson().toJson(object) + "\n";
    }
  };

  private static final double NANOS = 1e9;

  /**
   * The summary of a run, with the end of its last line.
   *
   * @param nanos how long it has taken
   */
  abstract String of(Machine machine, long nanos);

  /** The value of {@code --stats}, or null if it was not given. */
  static @Nullable Statistics parse(@Nullable String format) {
    if (format == null) {
      return null;
    }
    return switch (format) {
      case "text" -> TEXT;
      case "json" -> JSON;
      default -> throw new UserError("--stats is text or json, not '" + format + "'.");
    };
  }

  /** How often the guest accessed registers that do not exist, by number in hexadecimal. */
  private static Map<String, Long> unknownMsrs(Machine machine) {
    Map<String, Long> counts = new LinkedHashMap<>();
    new TreeMap<>(machine.unknownMsrs()).forEach((index, count) -> counts.put("%Xh".formatted(index), count));
    return counts;
  }
}
