package dev.hagen.device.legacy;

import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/** System control port A, 92h: address line 20 and a fast reset (82378 data sheet, 5.9). */
public final class Port92 implements PortDevice {
  private static final int RESET = 1;
  private static final int A20 = 2;

  private final IrqLine a20;
  private final Runnable reset;
  private int value;

  /** A port whose bit 1 drives {@code a20} (asserted: the line works) and whose bit 0, when set, resets the processor. */
  public Port92(IrqLine a20, Runnable reset) {
    this.a20 = a20;
    this.reset = reset;
  }

  /** As after power-on: its source of A20 is low. */
  public void reset() {
    value = 0;
    a20.set(false);
  }

  /** Switches address line 20 on, as firmware does before it starts a system. */
  public void enableA20() {
    value |= A20;
    a20.set(true);
  }

  @Override
  public long readPort(int offset, int size) {
    return value;
  }

  @Override
  public void writePort(int offset, long written, int size) {
    boolean rising = (written & RESET) != 0 && (value & RESET) == 0;
    value = (int) written & (RESET | A20);
    a20.set((value & A20) != 0);
    if (rising) {
      reset.run();
    }
  }
}
