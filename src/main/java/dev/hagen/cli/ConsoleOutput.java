package dev.hagen.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Characters on their way to the host: written in lines, and what is left of a line a few milliseconds later, so that a
 * prompt appears and a boot log does not cost a system call a character.
 */
final class ConsoleOutput implements AutoCloseable {
  private static final int CAPACITY = 8192;
  private static final long DELAY_NANOS = 10_000_000;

  private final OutputStream target;
  private final byte[] buffer = new byte[CAPACITY];
  private final Thread flusher;
  private int length;
  private volatile boolean closed;

  ConsoleOutput(OutputStream target) {
    this.target = target;
    this.flusher = Thread.ofPlatform().daemon().name("hagen-console").start(this::flushLater);
  }

  synchronized void write(int value) {
    buffer[length++] = (byte) value;
    if (value == '\n' || length == CAPACITY) {
      flush();
    } else if (length == 1) {
      LockSupport.unpark(flusher);
    }
  }

  private synchronized void flush() {
    if (length == 0) {
      return;
    }
    try {
      target.write(buffer, 0, length);
      target.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      length = 0;
    }
  }

  private synchronized boolean isEmpty() {
    return length == 0;
  }

  private void flushLater() {
    while (!closed) {
      if (isEmpty()) {
        LockSupport.park(this);
      }
      LockSupport.parkNanos(this, DELAY_NANOS);
      flush();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(flusher);
    flush();
  }
}
