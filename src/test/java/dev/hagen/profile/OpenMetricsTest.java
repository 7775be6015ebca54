package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenMetricsTest {
  private static final String COMMENT = "# (TYPE hagen_[a-z0-9_]+ (counter|gauge)|UNIT hagen_[a-z_]+_bytes bytes"
      + "|HELP hagen_[a-z0-9_]+ [^\"\\\\]+|EOF)";
  private static final String SAMPLE = "hagen_[a-z0-9_]+\\{vcpu=\"\\d+\"(,[a-z]+=\"[a-z0-9_]+\")?\\} \\d+";

  private final Counters first = new Counters();
  private final Counters second = new Counters();
  private final String text = text();

  private String text() {
    first.add(Counter.PORT_READS, 7);
    second.add(Counter.PAGE_WALKS, 1_234_567_890_123L);
    second.set(Counter.UNITS_HELD_BYTES, 4096);
    return OpenMetrics.text(List.of(first, second));
  }

  @Test
  void everyLine_isACommentOrASample() {
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).matches(COMMENT + "|" + SAMPLE));
    assertThat(text).endsWith("\n# EOF\n");
  }

  @Test
  void everyMetric_isDeclaredOnce() {
    List<String> types = text.lines().filter(line -> line.startsWith("# TYPE ")).map(line -> line.split(" ")[2]).toList();
    List<String> helps = text.lines().filter(line -> line.startsWith("# HELP ")).map(line -> line.split(" ")[2]).toList();
    assertThat(types).doesNotHaveDuplicates().isEqualTo(helps);
  }

  @Test
  void samples_standBehindTheDeclarationOfTheirMetric() {
    String declared = "";
    for (String line : text.lines().toList()) {
      declared = line.startsWith("# TYPE ") ? line.split(" ")[2] : declared;
      assertThat(line.startsWith("#") ? declared : line.replaceFirst("\\{.*", "").replaceFirst("_total$", "")).isEqualTo(declared);
    }
  }

  @Test
  void counterOfAFamily_hasItsPropertyAsLabel() {
    assertThat(text.lines()).contains("# TYPE hagen_vm_exits counter",
        "hagen_vm_exits_total{vcpu=\"0\",reason=\"port_read\"} 7", "hagen_vm_exits_total{vcpu=\"1\",reason=\"port_read\"} 0");
  }

  @Test
  void counterThatStandsAlone_hasTheProcessorAsLabel() {
    assertThat(text.lines()).contains("# HELP hagen_page_walks Walks of the guest's page tables.",
        "hagen_page_walks_total{vcpu=\"1\"} 1234567890123");
  }

  @Test
  void gauge_hasItsUnitAndIsNoTotal() {
    assertThat(text.lines()).contains("# TYPE hagen_units_held_bytes gauge", "# UNIT hagen_units_held_bytes bytes",
        "hagen_units_held_bytes{vcpu=\"1\"} 4096");
  }
}
