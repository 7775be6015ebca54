package dev.hagen.memory;

/** Hears of writes to RAM pages that are {@linkplain PhysicalMemory#setTraced traced}, just before they happen. */
public interface TableListener {
  /**
   * {@code length} bytes at host offset {@code offset}, which lie in the traced RAM page with number {@code page}, are about
   * to be written.
   */
  void tableWrite(int page, long offset, int length);
}
