package dev.hagen.device.serial;

/** What a serial port is plugged into: takes the bytes that the guest sends. */
@FunctionalInterface
public interface SerialOutput {
  /** A port that nothing is plugged into. */
  SerialOutput NOWHERE = value -> {};

  /** Takes one character, 0 to 255, already cut to the word length that the guest has set. */
  void transmit(int value);
}
