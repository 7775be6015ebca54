package dev.hagen.device;

/** An interrupt line; a device drives it high or low and does not know who listens. */
@FunctionalInterface
public interface IrqLine {
  /** A line that goes nowhere. */
  IrqLine UNCONNECTED = level -> {};

  /** Drives the line: {@code true} is asserted. Setting the same level again changes nothing. */
  void set(boolean level);

  /** A rising edge followed by a falling one. */
  default void pulse() {
    set(true);
    set(false);
  }
}
