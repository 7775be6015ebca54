package dev.hagen.device.irq;

/** Takes interrupt messages to local APICs. */
@FunctionalInterface
public interface InterruptBus {
  /** Delivers a message; whether at least one local APIC accepted it. */
  boolean deliver(InterruptMessage message);
}
