package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CounterReportTest {
  private final Counters counters = new Counters();

  @Test
  void text_showsWhatIsNotZero_aFamilyInALine() {
    counters.add(Counter.PAGE_WALKS, 1234);
    counters.add(Counter.PORT_READS, 5);
    counters.add(Counter.HALTS, 6_000_000);
    assertThat(CounterReport.text(counters).lines()).containsExactly("  page_walks               1,234",
        "  vm_exits                 port_read 5, hlt 6,000,000");
  }

  @Test
  void values_haveEveryMetric_familiesAsMaps() {
    counters.add(Counter.PORT_READS, 5);
    Map<String, Object> values = CounterReport.values(counters);
    assertThat(values).containsEntry("page_walks", 0L);
    assertThat(values.get("vm_exits")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("port_read", 5L).containsEntry("hlt", 0L);
  }
}
