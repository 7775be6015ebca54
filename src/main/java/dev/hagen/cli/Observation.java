package dev.hagen.cli;

import dev.hagen.cpu.Counters;
import dev.hagen.profile.CounterAttributes;
import dev.hagen.profile.FlightRecording;
import dev.hagen.profile.MetricsServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.management.MBeanServerFactory;
import org.jspecify.annotations.Nullable;

/** What tells others of a machine while it runs: {@code --metrics}, {@code --jfr}, and JMX. */
final class Observation implements AutoCloseable {
  private static final int LARGEST_PORT = 65_535;
  private static final long MANAGED_CHECK_MILLIS = 1000;

  private final Thread management;
  private final @Nullable MetricsServer metrics;
  private final @Nullable FlightRecording recording;
  private final @Nullable Path file;

  private Observation(List<Counters> processors, @Nullable MetricsServer metrics, @Nullable FlightRecording recording,
      @Nullable Path file) {
    this.management = Thread.ofPlatform().daemon().name("hagen-jmx").start(() -> registerWhenManaged(processors));
    this.metrics = metrics;
    this.recording = recording;
    this.file = file;
  }

  /**
   * Begins.
   *
   * @throws UserError if the address or the file is not to be had
   */
  static Observation start(RunOptions options, List<Counters> processors, PrintStream err) {
    MetricsServer metrics = options.metrics == null ? null : serve(options.metrics, processors);
    FlightRecording recording;
    try {
      recording = options.recording == null ? null : FlightRecording.start(options.recording);
    } catch (IOException e) {
      if (metrics != null) {
        metrics.close();
      }
      throw notWritten(options.recording, e);
    }
    if (metrics != null) {
      InetSocketAddress address = metrics.address();
      String host = address.getAddress().getHostAddress();
      err.printf("hagen: metrics at http://%s:%d/metrics%n", host.contains(":") ? "[" + host + "]" : host,
          address.getPort());
    }
    return new Observation(processors, metrics, recording, options.recording);
  }

  /**
   * Waits until somebody manages this JVM through JMX, and makes the counters known then, until the thread is interrupted. To
   * start JMX for nobody would take 0.2 s of processor time, a third of what the shortest guest takes.
   */
  private static void registerWhenManaged(List<Counters> processors) {
    try {
      do {
        Thread.sleep(MANAGED_CHECK_MILLIS);
      } while (MBeanServerFactory.findMBeanServer(null).isEmpty());
      try (var _ = CounterAttributes.register("guest", processors)) {
        new CountDownLatch(1).await();
      }
    } catch (InterruptedException e) {
      // The guest has ended.
    }
  }

  private static UserError notWritten(@Nullable Path file, IOException reason) {
    return new UserError("--jfr: " + file + " cannot be written: " + Main.reason(reason) + ".");
  }

  private static MetricsServer serve(String text, List<Counters> processors) {
    InetSocketAddress address = address(text);
    if (address.isUnresolved()) {
      throw new UserError("--metrics: there is no host '" + address.getHostString() + "'.");
    }
    try {
      return MetricsServer.start(address, processors);
    } catch (BindException e) {
      throw new UserError("--metrics: " + text + " is in use or not of this host; choose another port.");
    } catch (SocketException e) {
      throw new UserError("--metrics: " + text + " is not allowed; choose a port from 1024 on.");
    } catch (IOException e) {
      throw new UserError("--metrics: nothing can be served at " + text + ": " + e.getMessage() + ".");
    }
  }

  /** Reads {@code HOST:PORT}; an IPv6 address is in brackets. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, Math.max(colon, 0));
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.isEmpty() || host.contains(":")) {
      throw new UserError("--metrics takes HOST:PORT, for example localhost:9464, not '" + text + "'.");
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (port < 0 || port > LARGEST_PORT) {
      throw new UserError("--metrics: a port is a number from 0 to " + LARGEST_PORT + ", not '"
          + text.substring(colon + 1) + "'.");
    }
    return new InetSocketAddress(host, port);
  }

  /**
   * Ends.
   *
   * @throws UserError if the recording cannot be written
   */
  @Override
  public void close() {
    management.interrupt();
    if (metrics != null) {
      metrics.close();
    }
    if (recording != null) {
      try {
        recording.close();
      } catch (IOException e) {
        throw notWritten(file, e);
      }
    }
  }
}
