package dev.hagen.memory;

/** Hears that memory which holds decoded or translated code has been written. */
public interface CodeListener {
  /**
   * The code lines {@code lines} (bit i: bytes 64·i to 64·i + 63) of the RAM page with number {@code page} have been
   * written.
   */
  void codeWritten(int page, long lines);
}
