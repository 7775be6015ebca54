package dev.hagen.cli;

import dev.hagen.cache.CacheLimits;
import dev.hagen.machine.Machine;
import dev.hagen.profile.tune.TraceRecorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The trace of {@code --trace-units}, or nothing. */
final class TraceOutput implements AutoCloseable {
  private final @Nullable TraceRecorder recorder;
  private final @Nullable Path file;

  private TraceOutput(@Nullable TraceRecorder recorder, @Nullable Path file) {
    this.recorder = recorder;
    this.file = file;
  }

  /** Begins to record, if {@code option} is given; blocks are translated after {@code threshold} entries. */
  static TraceOutput open(@Nullable String option, CacheLimits limits, int threshold) {
    if (option == null) {
      return new TraceOutput(null, null);
    }
    TraceOption parsed = TraceOption.parse(option);
    try {
      return new TraceOutput(TraceRecorder.open(parsed.file(), limits, threshold, parsed.room()), parsed.file());
    } catch (IOException e) {
      throw cannotWrite(parsed.file(), e);
    }
  }

  private static UserError cannotWrite(@Nullable Path file, IOException reason) {
    return new UserError("--trace-units: " + file + " cannot be written: " + Main.reason(reason) + ".");
  }

  void attach(Machine machine) {
    if (recorder != null) {
      machine.setLookupListener(recorder);
    }
  }

  /** Writes the trace of a machine that has stopped. */
  void finish(Machine machine) {
    if (recorder != null) {
      try {
        machine.takeStock();
        recorder.finish(machine.counters().getFirst());
      } catch (IOException e) {
        throw cannotWrite(file, e);
      }
    }
  }

  @Override
  public void close() {
    if (recorder != null) {
      try {
        recorder.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
