package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;

/** The page registers of the DMA controllers, ports 80h to 8Fh: sixteen bytes that keep what is written. */
public final class DmaPages implements PortDevice {
  /** The first port; {@link PostCode} lies over it. */
  public static final int BASE = 0x80;
  /** The number of ports. */
  public static final int PORTS = 16;

  private final byte[] pages = new byte[PORTS];

  @Override
  public long readPort(int offset, int size) {
    return pages[offset & 15] & 0xFF;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    pages[offset & 15] = (byte) value;
  }
}
