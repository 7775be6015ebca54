package dev.hagen.device.legacy;

import dev.hagen.device.PortDevice;
import dev.hagen.device.serial.SerialOutput;

/** A port that prints each byte written to it and reads as E9h, by which guests find it. */
public final class DebugConsole implements PortDevice {
  /** Its usual port and what it reads as. */
  public static final int PORT = 0xE9;

  private final SerialOutput output;

  /** A console that prints to {@code output}. */
  public DebugConsole(SerialOutput output) {
    this.output = output;
  }

  @Override
  public long readPort(int offset, int size) {
    return PORT;
  }

  @Override
  public void writePort(int offset, long value, int size) {
    output.transmit((int) value & 0xFF);
  }
}
