package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;
import java.util.function.IntConsumer;

/** A port (isa-debug-exit) by which a test guest ends the machine with an odd exit code. */
public final class DebugExit implements PortDevice {
  /** Its usual first port. */
  public static final int PORT = 0x501;
  /** How many ports it takes. */
  public static final int PORTS = 4;

  private final IntConsumer exit;

  /** Calls {@code exit} with {@code value << 1 | 1} when the guest writes {@code value}. */
  public DebugExit(IntConsumer exit) {
    this.exit = exit;
  }

  @Override
  public long readPort(int offset, int size) {
    return 0;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    exit.accept((int) value << 1 | 1);
  }
}
