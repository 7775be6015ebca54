package dev.hagen.profile.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import dev.hagen.cache.LookupListener;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded is what is read, or nothing. */
class TraceFileTest {
  private static final CacheLimits LIMITS = new CacheLimits(CachePolicy.SIEVE, 123_456);
  private static final Counters COUNTERS = counters(7, 93);
  private static final int THRESHOLD = 3000;
  private static final long ROOM = 1 << 20;

  private static Counters counters(int translated, int hits) {
    Counters counters = new Counters();
    counters.set(Counter.UNITS_TRANSLATED, translated);
    counters.set(Counter.CACHE_HITS, hits);
    return counters;
  }

  @TempDir
  private Path directory;

  private Path file() {
    return directory.resolve("some.trace");
  }

  private UnitTrace recorded() throws IOException {
    try (TraceRecorder recorder = TraceRecorder.open(file(), LIMITS, THRESHOLD, ROOM)) {
      recorder.made(0xFFFF_8000_0000_0001L, 0xFFFF_FFFF_8100_0000L, 1900, 300);
      recorder.made(5, 0x40_0000, 800, 100);
      recorder.used(5, 1000);
      recorder.improved(5, 3000, 1000);
      recorder.used(0xFFFF_8000_0000_0001L, LookupListener.MANY);
      recorder.gone(5);
      recorder.made(5, 0x40_0000, 800, 200);
      recorder.used(5, LookupListener.MANY);
      recorder.finish(COUNTERS);
    }
    return TraceFile.read(file());
  }

  private static List<String> events(UnitTrace trace) {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < trace.size(); i++) {
      events.add(Lookup.of(trace.event(i)) + " " + Lookup.unit(trace.event(i)));
    }
    return events;
  }

  @Test
  void trace_isReadAsItWasRecorded() throws IOException {
    UnitTrace trace = recorded();
    // Made twice with the same weight, a draft has its mean cost; what replaced it cost what both took.
    assertThat(trace.units()).containsExactly(new TracedUnit(0xFFFF_8000_0000_0001L, 0xFFFF_FFFF_8100_0000L, 1900, 300),
        new TracedUnit(5, 0x40_0000, 800, 150), new TracedUnit(5, 0x40_0000, 3000, 1100));
    assertThat(events(trace)).containsExactly("MADE 0", "MADE 1", "USED 1", "IMPROVED 2", "USED 0", "GONE 2", "MADE 1", "USED 1");
    assertThat(Lookup.instructions(trace.event(2))).isEqualTo(512 + 256);
    assertThat(Lookup.instructions(trace.event(7))).isEqualTo(LookupListener.MANY);
    assertThat(trace.recorded()).isEqualTo(new UnitTrace.Recorded(LIMITS, THRESHOLD, 93, 7, 0));
    assertThat(trace.recorded().hitRatio()).isEqualTo(0.93);
    assertThat(trace.places()).isEqualTo(2);
    assertThat(trace.gaps()).isEmpty();
  }

  @Test
  void file_appearsWhenItIsComplete() throws IOException {
    try (TraceRecorder recorder = TraceRecorder.open(file(), LIMITS, THRESHOLD, ROOM)) {
      recorder.made(1, 2, 3, 4);
      assertThat(file()).doesNotExist();
      assertThat(directory.resolve("some.trace.part")).exists();
    }
    assertThat(directory).isEmptyDirectory();
    recorded();
    assertThat(directory.toFile().list()).containsExactly("some.trace");
  }

  @Test
  void recorder_whereNoFileCanBe_saysSoAtOnce() {
    assertThatIOException().isThrownBy(() -> TraceRecorder.open(directory, LIMITS, THRESHOLD, ROOM)).withMessage("it is a directory");
    assertThatIOException().isThrownBy(() -> TraceRecorder.open(directory.resolve("none/some.trace"), LIMITS, THRESHOLD, ROOM));
  }

  @Test
  void fileThatIsCutShort_isRefused() throws IOException {
    recorded();
    byte[] whole = Files.readAllBytes(file());
    for (int length = 8; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertThatExceptionOfType(TraceException.class).as("%d bytes", length).isThrownBy(() -> TraceFile.read(file()))
          .withMessage("is damaged or cut short; record it again");
    }
  }

  @Test
  void fileWithAWrongByte_isRefused() throws IOException {
    recorded();
    byte[] whole = Files.readAllBytes(file());
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Files.write(file(), damaged);
      assertThatExceptionOfType(TraceException.class).as("byte %d", at).isThrownBy(() -> TraceFile.read(file()));
    }
  }

  @Test
  void foreignFile_isRefused() throws IOException {
    Files.write(file(), new byte[100]);
    assertThatExceptionOfType(TraceException.class).isThrownBy(() -> TraceFile.read(file()))
        .withMessage("is no trace of 'hagen run --trace-units'");
    Files.write(file(), new byte[0]);
    assertThatExceptionOfType(TraceException.class).isThrownBy(() -> TraceFile.read(file()))
        .withMessage("is no trace of 'hagen run --trace-units'");
  }

  @Test
  void fileOfAnotherVersion_isRefused_andSaysWhich() throws IOException {
    recorded();
    byte[] bytes = Files.readAllBytes(file());
    bytes[11] = 9;
    Files.write(file(), bytes);
    assertThatExceptionOfType(TraceException.class).isThrownBy(() -> TraceFile.read(file()))
        .withMessage("has version 9, and this Hagen reads version 1; record it again");
  }

  @Test
  void longRun_keepsItsBeginningAndItsEnd_withinItsRoom() throws IOException {
    Random random = new Random(1);
    int count = 2_000_000;
    int keys = 5000;
    try (TraceRecorder recorder = TraceRecorder.open(file(), LIMITS, THRESHOLD, TraceRecorder.LEAST_ROOM)) {
      for (int key = 0; key < keys; key++) {
        recorder.made(key, key, 100, 1000);
      }
      for (int i = 0; i < count; i++) {
        recorder.used(random.nextInt(keys), LookupListener.MANY);
      }
      recorder.made(77_777, 1, 100, 1000);
      recorder.finish(COUNTERS);
    }
    assertThat(Files.size(file())).isLessThan(TraceRecorder.LEAST_ROOM + (100 << 10));
    UnitTrace trace = TraceFile.read(file());
    assertThat(trace.size() + trace.recorded().dropped()).isEqualTo(count + keys + 1L);
    assertThat(trace.recorded().dropped()).isGreaterThan(count / 2);
    assertThat(trace.gaps()).hasSize(1);
    assertThat(trace.gaps()[0]).isBetween(trace.size() / 4, trace.size() * 3 / 4);
    assertThat(Lookup.of(trace.event(0))).isEqualTo(Lookup.MADE);
    assertThat(events(trace).getLast()).isEqualTo("MADE " + keys);
  }

  @Test
  void runWithMoreEventsThanAReplayHasRoomFor_isCutToo() throws IOException {
    int most = 200_000;
    try (TraceRecorder recorder = TraceRecorder.open(file(), LIMITS, THRESHOLD, TraceRecorder.MOST_ROOM, most, 10)) {
      recorder.made(1, 1, 100, 1000);
      for (int i = 0; i < 1_000_000; i++) {
        recorder.used(1, LookupListener.MANY);
      }
      recorder.finish(COUNTERS);
    }
    assertThat(TraceFile.read(file()).size()).isBetween(most / 2, most + Chunk.SIZE);
  }

  @Test
  void runWithMoreUnitsThanThereIsRoomFor_leavesTheOthersOut() throws IOException {
    try (TraceRecorder recorder = TraceRecorder.open(file(), LIMITS, THRESHOLD, ROOM, 1000, 1)) {
      recorder.made(1, 1, 100, 1000);
      recorder.made(2, 1, 100, 1000);
      recorder.used(2, LookupListener.MANY);
      recorder.improved(2, 200, 1000);
      recorder.used(1, LookupListener.MANY);
      recorder.finish(COUNTERS);
    }
    UnitTrace trace = TraceFile.read(file());
    assertThat(events(trace)).containsExactly("MADE 0", "USED 0");
    assertThat(trace.recorded().dropped()).isEqualTo(3);
  }
}
