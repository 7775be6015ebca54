package dev.hagen.cli;

import java.util.concurrent.atomic.AtomicInteger;

/** The exit code that somebody other than the guest has decided on; the first decision counts. */
final class EndOfRun {
  private static final int UNDECIDED = -1;

  private final AtomicInteger code = new AtomicInteger(UNDECIDED);

  void decide(int exitCode) {
    code.compareAndSet(UNDECIDED, exitCode);
  }

  /** The decided code, or {@code otherwise}. */
  int or(int otherwise) {
    int decided = code.get();
    return decided == UNDECIDED ? otherwise : decided;
  }
}
