package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;

/** The port by which a guest reports that its kernel has panicked ("pvpanic", QEMU docs/specs/pvpanic). */
public final class PanicDevice implements PortDevice {
  private static final int PANICKED = 1;

  private final Runnable panic;

  public PanicDevice(Runnable panic) {
    this.panic = panic;
  }

  @Override
  public long readPort(int offset, int size) {
    return PANICKED;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    if ((value & PANICKED) != 0) {
      panic.run();
    }
  }
}
