package dev.hagen.device;

/** Registers of a device in I/O space. The device sees offsets from its first port. */
public interface PortDevice {
  /** Reads {@code size} bytes (1, 2 or 4) at {@code offset}; the result is zero-extended. */
  long readPort(int offset, int size);

  /** Writes the low {@code size} bytes (1, 2 or 4) of {@code value} at {@code offset}. */
  void writePort(int offset, long value, int size);
}
