package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;

/** The reset control register at port CF9h: setting bit 2 resets the machine (82371AB data sheet, RC). */
public final class ResetControl implements PortDevice {
  /** Its port, which is also ACPI's reset register. */
  public static final int PORT = 0xCF9;
  /** What ACPI writes there to reset. */
  public static final int RESET_VALUE = 0x06;

  private static final int SYSTEM_RESET = 2;
  private static final int RESET_CPU = 4;

  private final Runnable reset;
  private int value;

  /** A register that calls {@code reset}. */
  public ResetControl(Runnable reset) {
    this.reset = reset;
  }

  /** As after power-on. */
  public void reset() {
    value = 0;
  }

  @Override
  public long readPort(int offset, int size) {
    return value;
  }

  @Override
  public void writePort(int offset, long written, int size) {
    boolean rising = (written & RESET_CPU) != 0 && (value & RESET_CPU) == 0;
    value = (int) written & (SYSTEM_RESET | RESET_CPU);
    if (rising) {
      reset.run();
    }
  }
}
