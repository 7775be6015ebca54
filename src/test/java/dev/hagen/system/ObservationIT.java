package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.tools.attach.VirtualMachine;
import dev.hagen.system.HagenProcess.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of a guest from outside, while it runs and afterwards. */
class ObservationIT {
  private static final Pattern ADDRESS = Pattern.compile("hagen: metrics at (http://\\S+)/metrics");
  /** Reads port 80h for ever, in real mode. */
  private static final byte[] READS_A_PORT = {(byte) 0xE4, (byte) 0x80, (byte) 0xEB, (byte) 0xFC};
  private static final Pattern PORT_READS = Pattern.compile("hagen_vm_exits_total\\{vcpu=\"0\",reason=\"port_read\"\\} (\\d+)");
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir
  private Path directory;

  /** A guest that never ends. */
  private HagenProcess busyGuest(String... more) throws IOException {
    Path code = Files.write(directory.resolve("busy"), READS_A_PORT);
    return HagenProcess.start(Stream.concat(Stream.of("run", code.toString(), "--load-address", "0x7c00", "-serial", "null"),
        Stream.of(more)).toArray(String[]::new));
  }

  private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }
  }

  private static long portReads(String address) throws IOException, InterruptedException {
    Matcher matcher = PORT_READS.matcher(get(address + "/metrics").body());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void metrics_ofARunningGuest_grow() throws Exception {
    try (HagenProcess hagen = busyGuest("--metrics", "localhost:0")) {
      String address = hagen.waitForError(ADDRESS).group(1);
      HttpResponse<String> response = get(address + "/metrics");
      assertThat(response.headers().firstValue("Content-Type"))
          .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
      assertThat(response.body()).endsWith("# EOF\n");
      assertThat(get(address + "/healthz").body()).isEqualTo("ok\n");
      long before = portReads(address);
      Thread.sleep(100);
      assertThat(portReads(address)).isGreaterThan(before);
    }
  }

  @Test
  void runningGuest_whoseJvmIsManaged_showsItsCounters() throws Exception {
    try (HagenProcess hagen = busyGuest("--metrics", "localhost:0")) {
      hagen.waitForError(ADDRESS);
      VirtualMachine jvm = VirtualMachine.attach(Long.toString(hagen.pid()));
      String service = jvm.startLocalManagementAgent();
      jvm.detach();
      try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(service))) {
        MBeanServerConnection server = connector.getMBeanServerConnection();
        ObjectName bean = waitForBean(server);
        assertThat(bean).hasToString("dev.hagen:type=Counters,machine=guest,vcpu=0");
        assertThat((long) server.getAttribute(bean, "PortReads")).isPositive();
      }
    }
  }

  private static ObjectName waitForBean(MBeanServerConnection server) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      Set<ObjectName> names = server.queryNames(new ObjectName("dev.hagen:*"), null);
      if (!names.isEmpty()) {
        return names.iterator().next();
      }
      Thread.sleep(50);
    }
    throw new AssertionError("no bean after " + PATIENCE);
  }

  @Test
  void statisticsAsJson_areOneObject() {
    Result result = HagenProcess.run("run", "-icount", "--stats=json");
    JsonObject object = JsonParser.parseString(result.err()).getAsJsonObject();
    JsonObject processor = object.getAsJsonArray("vcpus").get(0).getAsJsonObject();
    JsonObject instructions = processor.getAsJsonObject("instructions");
    assertThat(instructions.get("interpreter").getAsLong() + instructions.get("unit").getAsLong()).isPositive()
        .isEqualTo(object.get("instructions_retired").getAsLong());
    assertThat(processor.getAsJsonObject("exceptions").get("pf").getAsInt()).isEqualTo(2);
    assertThat(processor.getAsJsonObject("vm_exits").get("hlt").getAsInt()).isPositive();
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void statistics_ofAConfigurationFile_mayBeJson() throws IOException {
    Path config = Files.writeString(directory.resolve("config"), "{\"stats\": \"json\", \"serial\": \"null\"}");
    assertThat(HagenProcess.run("run", "--config", config.toString()).err()).startsWith("{\"instructions_retired\":");
  }

  @Test
  void recording_holdsHagensEvents_andNothingElseIsLeft() throws IOException {
    Path file = directory.resolve("guest.jfr");
    Result result = HagenProcess.run("run", "--jfr", file.toString(), "--tunable", "threshold=5", "--tunable", "background=0");
    assertThat(result.exitCode()).isZero();
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events).anyMatch(event -> event.getEventType().getName().equals("dev.hagen.UnitTranslated")
        && event.getInt("instructions") > 0);
    assertThat(events).anyMatch(event -> event.getEventType().getName().equals("dev.hagen.AddressSpaceSwitch"));
    assertThat(events).anyMatch(event -> event.getEventType().getName().startsWith("jdk."));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void recording_ofARunThatIsTerminated_isWritten() throws Exception {
    Path file = directory.resolve("guest.jfr");
    try (HagenProcess hagen = busyGuest("--jfr", file.toString(), "--metrics", "localhost:0")) {
      portReads(hagen.waitForError(ADDRESS).group(1));
      hagen.terminate();
      hagen.end();
    }
    assertThat(RecordingFile.readAllEvents(file)).isNotEmpty();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(Path::getFileName)).containsExactlyInAnyOrder(Path.of("guest.jfr"), Path.of("busy"));
    }
  }

  @Test
  void recordingThatCannotBeWritten_isUsage() {
    Path file = directory.resolve("none").resolve("guest.jfr");
    Result result = HagenProcess.run("run", "--jfr", file.toString());
    assertThat(result.err())
        .isEqualTo("hagen: --jfr: " + file + " cannot be written: there is no directory " + file.getParent() + ".\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void metricsAtAPortInUse_isUsage() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Result result = HagenProcess.run("run", "--metrics", address);
      assertThat(result.err())
          .isEqualTo("hagen: --metrics: " + address + " is in use or not of this host; choose another port.\n");
      assertThat(result.exitCode()).isEqualTo(2);
    }
  }

  @Test
  void metricsAtABadPort_isUsage() {
    Result result = HagenProcess.run("run", "--metrics", "localhost:http");
    assertThat(result.err()).isEqualTo("hagen: --metrics: a port is a number from 0 to 65535, not 'http'.\n");
    assertThat(result.exitCode()).isEqualTo(2);
  }
}
