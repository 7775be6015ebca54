package dev.hagen.profile.tune;

import java.io.IOException;

/** A file is no trace that can be used; the message is the end of a sentence that begins with the file's name. */
@SuppressWarnings("serial")
public final class TraceException extends IOException {
  TraceException(String message) {
    super(message);
  }
}
