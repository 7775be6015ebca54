package dev.hagen.profile;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The counters of one processor as a JMX bean: an attribute each, {@code PortReads}, which can be read only. The bean's name is
 * {@code dev.hagen:type=Counters,machine=NAME,vcpu=NUMBER}.
 */
public final class CounterAttributes implements DynamicMBean {
  private static final Map<String, Counter> BY_NAME = Arrays.stream(Counter.values())
      .collect(Collectors.toMap(CounterAttributes::name, counter -> counter, (a, b) -> a, LinkedHashMap::new));

  private final Counters counters;

  private CounterAttributes(Counters counters) {
    this.counters = counters;
  }

  /** Beans that are there until this is closed. */
  public static final class Registration implements AutoCloseable {
    private final MBeanServer server;
    private final List<ObjectName> names = new ArrayList<>();

    private Registration(MBeanServer server) {
      this.server = server;
    }

    private void add(ObjectName name, CounterAttributes bean) throws JMException {
      server.registerMBean(bean, name);
      names.add(name);
    }

    @Override
    public void close() {
      for (ObjectName name : names) {
        try {
          server.unregisterMBean(name);
        } catch (JMException e) {
          throw new IllegalStateException(name + " has gone", e);
        }
      }
    }
  }

  /**
   * Makes a machine's counters known to JMX.
   *
   * @param machine a name for it that no other machine in this JVM has
   * @param processors the counters of each, by number
   * @throws IllegalArgumentException if there is a machine of that name, or it cannot be one
   */
  public static Registration register(String machine, List<Counters> processors) {
    Registration registration = new Registration(ManagementFactory.getPlatformMBeanServer());
    try {
      for (int i = 0; i < processors.size(); i++) {
        registration.add(new ObjectName("dev.hagen:type=Counters,machine=%s,vcpu=%d".formatted(machine, i)),
            new CounterAttributes(processors.get(i)));
      }
      return registration;
    } catch (InstanceAlreadyExistsException e) {
      registration.close();
      throw new IllegalArgumentException("there is a machine '" + machine + "' already", e);
    } catch (JMException e) {
      registration.close();
      throw new IllegalArgumentException("a machine cannot be named '" + machine + "'", e);
    }
  }

  /** {@code PORT_READS} becomes {@code PortReads}. */
  private static String name(Counter counter) {
    return Arrays.stream(counter.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT)).collect(Collectors.joining());
  }

  @Override
  public Object getAttribute(String attribute) throws AttributeNotFoundException {
    Counter counter = BY_NAME.get(attribute);
    if (counter == null) {
      throw new AttributeNotFoundException(attribute);
    }
    return counters.of(counter);
  }

  @Override
  public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
    throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
  }

  @Override
  public AttributeList getAttributes(String[] attributes) {
    AttributeList values = new AttributeList();
    for (String name : attributes) {
      Counter counter = BY_NAME.get(name);
      if (counter != null) {
        values.add(new Attribute(name, counters.of(counter)));
      }
    }
    return values;
  }

  @Override
  public AttributeList setAttributes(AttributeList attributes) {
    return new AttributeList();
  }

  @Override
  public Object invoke(String action, Object[] parameters, String[] signature) {
    throw new UnsupportedOperationException(action);
  }

  @Override
  public MBeanInfo getMBeanInfo() {
    MBeanAttributeInfo[] attributes = BY_NAME.entrySet().stream()
        .map(entry -> new MBeanAttributeInfo(entry.getKey(), "long", entry.getValue().sentence(), true, false, false))
        .toArray(MBeanAttributeInfo[]::new);
    return new MBeanInfo(CounterAttributes.class.getName(), "What has been counted of a virtual processor.", attributes,
        null, null, null);
  }
}
