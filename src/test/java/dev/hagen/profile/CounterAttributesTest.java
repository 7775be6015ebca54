package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class CounterAttributesTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  private final Counters counters = new Counters();

  private static ObjectName name(int processor) throws Exception {
    return new ObjectName("dev.hagen:type=Counters,machine=test,vcpu=" + processor);
  }

  @Test
  void attributes_areTheCountersNow() throws Exception {
    try (var _ = CounterAttributes.register("test", List.of(new Counters(), counters))) {
      counters.add(Counter.PORT_READS, 3);
      assertThat(SERVER.getAttribute(name(1), "PortReads")).isEqualTo(3L);
      assertThat(SERVER.getAttribute(name(0), "PortReads")).isEqualTo(0L);
      assertThat(SERVER.getAttributes(name(1), new String[] {"PortReads", "PageWalks", "Nonsense"}).asList())
          .containsExactly(new Attribute("PortReads", 3L), new Attribute("PageWalks", 0L));
    }
  }

  @Test
  void everyCounter_isAnAttributeThatCannotBeSet() throws Exception {
    try (var _ = CounterAttributes.register("test", List.of(counters))) {
      var attributes = SERVER.getMBeanInfo(name(0)).getAttributes();
      assertThat(attributes).hasSameSizeAs(Counter.values())
          .allSatisfy(attribute -> assertThat(attribute.getDescription()).endsWith("."))
          .noneMatch(attribute -> attribute.isWritable());
      assertThat(Arrays.stream(attributes).map(attribute -> attribute.getName())).contains("UnitsHeldBytes");
      assertThatThrownBy(() -> SERVER.getAttribute(name(0), "Nonsense")).isInstanceOf(AttributeNotFoundException.class);
      assertThatThrownBy(() -> SERVER.setAttribute(name(0), new Attribute("PortReads", 1L)))
          .isInstanceOf(AttributeNotFoundException.class);
    }
  }

  @Test
  void closedRegistration_leavesNoBean() throws Exception {
    CounterAttributes.register("test", List.of(counters)).close();
    assertThat(SERVER.isRegistered(name(0))).isFalse();
  }

  @Test
  void machineOfTheSameName_isRefused_andTheFirstStays() throws Exception {
    try (var _ = CounterAttributes.register("test", List.of(counters))) {
      assertThatIllegalArgumentException().isThrownBy(() -> CounterAttributes.register("test", List.of(counters)))
          .withMessage("there is a machine 'test' already");
      assertThat(SERVER.isRegistered(name(0))).isTrue();
    }
  }

  @Test
  void machineWithAnImpossibleName_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> CounterAttributes.register("a,b", List.of(counters)))
        .withMessage("a machine cannot be named 'a,b'");
  }
}
