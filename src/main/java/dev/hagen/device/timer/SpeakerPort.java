package dev.hagen.device.timer;

import dev.hagen.device.GuestClock;
import dev.hagen.device.PortDevice;

/**
 * Port 61h: the gate and the output of timer counter 2, the refresh toggle, and the NMI enables, which are kept but
 * have nothing to enable (82371AB data sheet, NMISC).
 */
public final class SpeakerPort implements PortDevice {
  private static final int GATE = 1;
  private static final int WRITABLE = 0x0F;
  private static final int REFRESH = 0x10;
  private static final int OUT = 0x20;
  /** A refresh request every 15.085 µs: 18 ticks of the timer. */
  private static final long REFRESH_NANOS = 15_085;

  private final Pit pit;
  private final GuestClock clock;
  private int written;

  /** The port beside {@code pit}. */
  public SpeakerPort(GuestClock clock, Pit pit) {
    this.clock = clock;
    this.pit = pit;
  }

  /** As after power-on: gate shut, speaker off. */
  public void reset() {
    writePort(0, 0, 1);
  }

  @Override
  public long readPort(int offset, int size) {
    int refresh = (clock.now() / REFRESH_NANOS & 1) != 0 ? REFRESH : 0;
    return written | refresh | (pit.out(2) ? OUT : 0);
  }

  @Override
  public void writePort(int offset, long value, int size) {
    written = (int) value & WRITABLE;
    pit.setGate(2, (written & GATE) != 0);
  }
}
