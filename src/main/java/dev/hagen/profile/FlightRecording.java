package dev.hagen.profile;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import jdk.jfr.Configuration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * A flight recording of this JVM: Hagen's events and those that the JDK records by default. Its file appears when it is closed,
 * or the JVM ends in good order; until then there is a file beside it.
 */
public final class FlightRecording implements AutoCloseable {
  private static final String SETTINGS = "default";
  /** Milliseconds. */
  private static final int LONGEST_WAIT = 10_000;

  private final Recording recording;
  private final Path file;
  private final Path unfinished;
  private final Thread atExit = new Thread(this::finishAtExit, "hagen-recording");
  private boolean finished;

  private FlightRecording(Recording recording, Path file, Path unfinished) {
    this.recording = recording;
    this.file = file;
    this.unfinished = unfinished;
  }

  /**
   * Starts recording.
   *
   * @param file is written or replaced at the end
   * @throws IOException if there can be no file in that place, or this JVM does not record
   */
  public static FlightRecording start(Path file) throws IOException {
    if (!FlightRecorder.isAvailable()) {
      throw new IOException("this JVM has no flight recorder");
    }
    if (Files.isDirectory(file)) {
      throw new IOException("it is a directory");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new NotDirectoryException("there is no directory " + directory);
    }
    Recording recording = new Recording(settings());
    Path unfinished = besides(file);
    recording.setName("Hagen");
    recording.setDestination(unfinished);
    recording.setDumpOnExit(true);
    FlightRecording started = new FlightRecording(recording, file, unfinished);
    Runtime.getRuntime().addShutdownHook(started.atExit);
    recording.start();
    return started;
  }

  /** A new file in the directory of another one. */
  private static Path besides(Path file) throws IOException {
    return Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName(), ".part");
  }

  private static Configuration settings() throws IOException {
    try {
      return Configuration.getConfiguration(SETTINGS);
    } catch (ParseException e) {
      throw new IOException("the settings '" + SETTINGS + "' of this JDK cannot be read", e);
    }
  }

  /**
   * The JVM ends. Then the recorder writes what is recorded by itself, in another hook; whoever stops a recording beside that
   * loses it, since the recorder throws away what it has when it finds nothing to be written.
   */
  private void finishAtExit() {
    awaitRecorder();
    try {
      publish(unfinished);
    } catch (IOException e) {
      // Nobody is there any more to be told; what has been recorded is beside the file.
    }
  }

  /** Gives a file that has been written the recording's name; deletes it if one has it already, or if nothing has been recorded. */
  private synchronized void publish(Path written) throws IOException {
    if (finished || Files.size(written) == 0) {
      Files.deleteIfExists(written);
      return;
    }
    try {
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }
    finished = true;
  }

  /** Waits until the recorder, which stops recordings at the end of the JVM itself, has written this one. */
  private void awaitRecorder() {
    try {
      for (int i = 0; i < LONGEST_WAIT && recording.getState() != RecordingState.CLOSED; i++) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the recording and writes the file.
   *
   * @throws IOException if that fails
   */
  @Override
  public void close() throws IOException {
    Path copy = besides(file);
    try {
      // While it goes on: should the JVM end meanwhile, it is still one that the recorder writes.
      recording.dump(copy);
      publish(copy);
    } catch (IOException e) {
      Files.deleteIfExists(copy);
      if (recording.getState() == RecordingState.RUNNING) {
        throw e;
      }
      awaitRecorder();
      publish(unfinished);
    }
    recording.close();
    Files.deleteIfExists(unfinished);
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM ends, and the hook has nothing left to do.
    }
  }
}
