package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.boot.GuestImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CounterFamily;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.MmuKind;
import dev.hagen.machine.Machine;
import dev.hagen.machine.MachineConfig;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.AnnotationElement;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The built-in guest under a recording, translated at once and with a cache that is too small. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlightEventsTest {
  private static final Tunables EAGER = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 5)
      .with(Tunable.PROMOTION, 1000).with(Tunable.MMU, MmuKind.SHADOW.ordinal());
  /** Bytes: room for a few units. */
  private static final long SMALL = 20_000;
  private static final Set<String> IMPLICIT = Set.of("startTime", "duration", "eventThread", "stackTrace");

  private final List<RecordedEvent> events = new ArrayList<>();
  private Counters counters = new Counters();

  @BeforeAll
  void record(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      for (Class<? extends jdk.jfr.Event> type : types()) {
        recording.enable(type);
      }
      recording.start();
      runDemo();
      recording.stop();
      recording.dump(file);
    }
    events.addAll(RecordingFile.readAllEvents(file));
  }

  private static List<Class<? extends jdk.jfr.Event>> types() {
    return List.of(UnitTranslated.class, UnitRetranslated.class, UnitEvicted.class, UnitRetired.class, UnitClassDefined.class,
        UnitClassUnloaded.class, VmExit.class, AddressSpaceSwitch.class, PageTableTrace.class);
  }

  private void runDemo() throws Exception {
    MachineConfig config = MachineConfig.standard().withMemory(16L << 20).withDeterminism(true).withTunables(EAGER)
        .withCache(new CacheLimits(CachePolicy.LRU, SMALL));
    try (Machine machine = new Machine(config)) {
      machine.setSymbols(linear -> "at_%x".formatted(linear));
      machine.boot(GuestImage.recognise(ImageFile.read(Path.of("guest-images", "demo", "demo.elf"))), "", List.of());
      assertThat(machine.run()).isEqualTo(StopReason.POWER_OFF);
      counters = machine.counters().getFirst();
    }
  }

  private List<RecordedEvent> events(String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals("dev.hagen." + name)).toList();
  }

  @Test
  void units_areRecordedOnceEach_withWhatTheyAreMadeOf() {
    assertThat(events("UnitTranslated")).hasSize((int) counters.of(Counter.CLASSES_DEFINED)).isNotEmpty()
        .allSatisfy(event -> {
          assertThat(event.getString("symbol")).isEqualTo("at_%x".formatted(event.getLong("address")));
          assertThat(event.getString("reason")).isIn("hot", "promoted", "adapted");
          assertThat(event.getInt("instructions")).isPositive();
          assertThat(event.getInt("blocks")).isPositive();
          assertThat(event.getInt("bytecodes")).isPositive();
          assertThat(event.getString("className")).startsWith("dev.hagen.emit.TranslationUnit");
          assertThat(event.getDuration()).isPositive();
        });
  }

  @Test
  void classes_areRecordedWithTheirUnits() {
    assertThat(events("UnitClassDefined").stream().map(event -> event.getString("className")).toList())
        .isEqualTo(events("UnitTranslated").stream().map(event -> event.getString("className")).toList());
    assertThat(events("UnitClassDefined")).allMatch(event -> event.getInt("size") > 0);
  }

  @Test
  void evictions_areRecordedAsTheyAreCounted() {
    assertThat(events("UnitEvicted")).hasSize((int) counters.of(Counter.UNITS_EVICTED)).isNotEmpty()
        .allMatch(event -> event.getInt("size") > 0);
  }

  @Test
  void exits_areRecordedOnceInAPeriod() {
    long exits = counters.sum(CounterFamily.VM_EXITS) + counters.sum(CounterFamily.EXCEPTIONS)
        + counters.sum(CounterFamily.INTERRUPTS);
    assertThat(events("VmExit")).hasSize((int) (exits / Counters.SAMPLE_PERIOD)).isNotEmpty()
        .allSatisfy(event -> {
          assertThat(event.getString("reason")).startsWith("vm_exits.port_");
          assertThat(event.getInt("weight")).isEqualTo(Counters.SAMPLE_PERIOD);
          assertThat(event.getLong("instructionPointer")).isPositive();
        });
  }

  @Test
  void addressSpaces_areRecordedAsTheyAreCounted() {
    assertThat(events("AddressSpaceSwitch")).hasSize((int) counters.sum(CounterFamily.ADDRESS_SPACE_SWITCHES)).isNotEmpty()
        .anyMatch(event -> event.getLong("cr3") != 0);
  }

  @Test
  void tracedPages_areRecordedAsTheyAreCounted() {
    assertThat(events("PageTableTrace")).filteredOn(event -> event.getBoolean("begins"))
        .hasSize((int) counters.of(Counter.TRACES_BEGUN)).isNotEmpty().allMatch(event -> event.getLong("page") != 0);
    assertThat(events("PageTableTrace")).filteredOn(event -> !event.getBoolean("begins"))
        .hasSize((int) counters.sum(CounterFamily.TRACES_ENDED)).allMatch(event -> !event.getString("cause").isEmpty());
  }

  @Test
  void events_areHagens_andCarryNoStackTrace() {
    assertThat(events).isNotEmpty().allMatch(event -> event.getStackTrace() == null)
        .allMatch(event -> event.getEventType().getName().startsWith("dev.hagen."));
  }

  @ParameterizedTest
  @MethodSource("types")
  void type_explainsItselfAndItsFields(Class<? extends jdk.jfr.Event> event) {
    EventType type = EventType.getEventType(event);
    assertThat(type.getName()).isEqualTo("dev.hagen." + event.getSimpleName());
    assertThat(type.getLabel()).isNotBlank();
    assertThat(type.getDescription()).isNotBlank();
    assertThat(type.getCategoryNames()).first().isEqualTo("Hagen");
    assertThat(type.getFields().stream().filter(field -> !IMPLICIT.contains(field.getName())))
        .isNotEmpty().allSatisfy(field -> assertThat(described(field)).isTrue());
  }

  private static boolean described(ValueDescriptor field) {
    Set<String> annotations = field.getAnnotationElements().stream().map(AnnotationElement::getTypeName)
        .collect(Collectors.toSet());
    return annotations.containsAll(Set.of("jdk.jfr.Label", "jdk.jfr.Description"));
  }
}
