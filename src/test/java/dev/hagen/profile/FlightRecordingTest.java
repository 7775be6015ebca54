package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecordingTest {
  @TempDir
  private Path directory;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Test
  void close_putsTheRecordingInPlaceOfWhatWasThere() throws IOException {
    Path file = Files.writeString(directory.resolve("r.jfr"), "something old");
    FlightRecording recording = FlightRecording.start(file);
    new AddressSpaceSwitch().commit();
    assertThat(file).hasContent("something old");
    recording.close();
    assertThat(files()).containsExactly(file);
    assertThat(RecordingFile.readAllEvents(file)).anyMatch(event -> event.getEventType().getName()
        .equals("dev.hagen.AddressSpaceSwitch"));
  }

  @Test
  void close_again_doesNothing() throws IOException {
    FlightRecording recording = FlightRecording.start(directory.resolve("r.jfr"));
    recording.close();
    recording.close();
    assertThat(files()).hasSize(1);
  }

  @Test
  void start_inPlaceOfADirectory_isRefused() {
    assertThatThrownBy(() -> FlightRecording.start(directory)).isInstanceOf(IOException.class)
        .hasMessage("it is a directory");
  }

  @Test
  void start_inADirectoryThatIsNotThere_isRefused() throws IOException {
    assertThatThrownBy(() -> FlightRecording.start(directory.resolve("none").resolve("r.jfr")))
        .isInstanceOf(IOException.class).hasMessage("there is no directory " + directory.resolve("none"));
    assertThat(files()).isEmpty();
  }
}
