package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import org.junit.jupiter.api.Test;

/** docs/counters.md lists every counter and every event. If not, the failure shows the rows that are to be there. */
class CounterPageTest {
  private static final Path PAGE = Path.of("docs", "counters.md");

  private static String row(List<Counter> counters) {
    Counter first = counters.getFirst();
    CounterFamily family = first.family();
    if (family == null) {
      return "| `%s` | %s | |".formatted(first.metric(), first.description());
    }
    String members = counters.stream().map(counter -> "`%s` %s".formatted(counter.value(), counter.description()))
        .collect(Collectors.joining("; "));
    return "| `%s` | %s | %s: %s |".formatted(first.metric(), family.description(), family.property(), members);
  }

  @Test
  void page_listsEveryCounter() throws IOException {
    List<String> rows = Arrays.stream(Counter.values())
        .collect(Collectors.groupingBy(Counter::metric, LinkedHashMap::new, Collectors.toList())).values().stream()
        .map(CounterPageTest::row).toList();
    assertThat(Files.readString(PAGE)).as("docs/counters.md").contains(String.join("\n", rows));
  }

  @Test
  void page_listsEveryEvent() throws IOException {
    String rows = Stream.of(UnitTranslated.class, UnitRetranslated.class, UnitEvicted.class, UnitRetired.class,
        UnitClassDefined.class, UnitClassUnloaded.class, VmExit.class, AddressSpaceSwitch.class, PageTableTrace.class)
        .map(EventType::getEventType).map(type -> "| `%s` | %s |".formatted(type.getName(), type.getDescription())).collect(Collectors.joining("\n"));
    assertThat(Files.readString(PAGE)).as("docs/counters.md").contains(rows);
  }
}
