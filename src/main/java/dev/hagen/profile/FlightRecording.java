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
    Path unfinished = Files.createTempFile(directory, "." + file.getFileName(), ".part");
    recording.setName("Hagen");
    recording.setDestination(unfinished);
    recording.setDumpOnExit(true);
    recording.start();
    FlightRecording started = new FlightRecording(recording, file, unfinished);
    Runtime.getRuntime().addShutdownHook(started.atExit);
    return started;
  }

  private static Configuration settings() throws IOException {
    try {
      return Configuration.getConfiguration(SETTINGS);
    } catch (ParseException e) {
      throw new IOException("the settings '" + SETTINGS + "' of this JDK cannot be read", e);
    }
  }

  private void finishAtExit() {
    try {
      finish();
    } catch (IOException e) {
      // Nobody is there any more to be told; what has been recorded is beside the file.
    }
  }

  private synchronized void finish() throws IOException {
    if (finished) {
      return;
    }
    finished = true;
    try {
      recording.stop();
    } catch (IllegalStateException e) {
      // The JVM ends, and the recorder is about to write what there is, or has done so.
      awaitRecorder();
    }
    recording.close();
    try {
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    }
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
    finish();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM ends, and the hook has nothing left to do.
    }
  }
}
