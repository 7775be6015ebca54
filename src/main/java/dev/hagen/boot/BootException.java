package dev.hagen.boot;

/** An image cannot be booted; the message is one sentence for the user, with the path. */
@SuppressWarnings("serial")
public final class BootException extends Exception {
  public BootException(String message) {
    super(message);
  }
}
