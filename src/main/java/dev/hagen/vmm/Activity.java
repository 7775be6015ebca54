package dev.hagen.vmm;

/** What a virtual processor's thread is busy with. */
public enum Activity {
  /** Guest code, by whatever tier. */
  GUEST,
  /** Devices, timers, and the delivery of interrupts. */
  MACHINE,
  /** Nothing: the guest halts. */
  SLEEP
}
