package dev.hagen.cli;

/** Exit codes of the command line. */
final class ExitCode {
  /** The guest switched the machine off. */
  static final int OK = 0;
  /** A defect of Hagen's own. */
  static final int INTERNAL_ERROR = 1;
  /** The command line, an image or a file is not usable. */
  static final int USAGE = 2;
  /** The guest reset the machine and {@code -no-reboot} was given. */
  static final int RESET = 32;
  /** The guest reported a panic. */
  static final int GUEST_PANIC = 34;
  /** Triple fault: the processor shut down. */
  static final int TRIPLE_FAULT = 36;
  /** The time given with {@code --timeout} is over. */
  static final int TIMEOUT = 124;

  private ExitCode() {}
}
