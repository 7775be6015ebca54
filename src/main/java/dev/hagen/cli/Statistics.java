package dev.hagen.cli;

import dev.hagen.cache.TranslationCounters;
import dev.hagen.machine.Machine;
import dev.hagen.vmm.ExitReason;
import java.io.PrintStream;
import java.util.Locale;
import java.util.TreeMap;

/** The summary that {@code --stats} prints. */
final class Statistics {
  private static final double NANOS = 1e9;

  private Statistics() {}

  static void print(Machine machine, long nanos, PrintStream out) {
    StringBuilder line = new StringBuilder();
    long instructions = machine.cpu().retired;
    double seconds = nanos / NANOS;
    line.append(String.format(Locale.ROOT, "hagen: %,d guest instructions in %.3f s (%.1f million a second)", instructions,
        seconds, instructions / seconds / 1e6));
    for (ExitReason reason : ExitReason.values()) {
      line.append(String.format(Locale.ROOT, ", %,d %s", machine.counters().of(reason), reason.text()));
    }
    TranslationCounters translations = machine.translations();
    line.append(String.format(Locale.ROOT, ", %,d units translated (%,d anew for C2), %,d evicted, %,d retired, %,d kept (%,d KiB),"
            + " %.3f %% of look-ups hit",
        translations.translated(), translations.improved(), translations.evicted(), translations.retired(),
        translations.units(), translations.bytes() >> 10, 100 * translations.hitRatio()));
    new TreeMap<>(machine.unknownMsrs()).forEach((index, count) ->
        line.append(String.format(Locale.ROOT, ", %,d accesses to unknown MSR %Xh", count, index)));
    out.println(line);
  }
}
