package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;

/** Port 80h: shows how far a system's start has come; written by many systems only to let a microsecond pass. */
public final class PostCode implements PortDevice {
  /** Its port. */
  public static final int PORT = 0x80;

  private int last;

  /** The last code written, 0 to 255. */
  public int last() {
    return last;
  }

  @Override
  public long readPort(int offset, int size) {
    return last;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    last = (int) value & 0xFF;
  }
}
