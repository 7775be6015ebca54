package dev.hagen.device.irq;

/** What a local APIC drives in its processor. Called on the devices' thread. */
public interface ProcessorLines {
  /** Whether an interrupt waits to be acknowledged; called when that changes. */
  void interrupt(boolean pending);

  /** A non-maskable interrupt. */
  void nmi();

  /** INIT: the processor resets without losing its caches and waits for a start-up; its APIC is reset already. */
  default void init() {}

  /** A start-up message: a processor that waits for one begins in real mode at {@code vector << 12}. */
  default void startUp(int vector) {}

  /** A system-management interrupt. */
  default void smi() {}

  /** The guest moved the registers or switched them on or off; {@code visible} is false in x2APIC mode too. */
  default void mapped(long base, boolean visible) {}
}
