package dev.hagen.cli;

/** A mistake of the user's; the message is one sentence that says what to do. */
@SuppressWarnings("serial")
final class UserError extends RuntimeException {
  UserError(String message) {
    super(message);
  }
}
