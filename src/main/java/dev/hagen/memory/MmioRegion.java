package dev.hagen.memory;

/** Registers of a device in guest-physical memory. The device sees offsets and does not know where it lies. */
public interface MmioRegion {
  /** Reads {@code size} bytes (1, 2, 4 or 8) at {@code offset}; the result is zero-extended. */
  long read(long offset, int size);

  /** Writes the low {@code size} bytes (1, 2, 4 or 8) of {@code value} at {@code offset}. */
  void write(long offset, long value, int size);
}
