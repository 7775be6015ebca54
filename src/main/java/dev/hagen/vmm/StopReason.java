package dev.hagen.vmm;

/** Why a machine stopped. */
public enum StopReason {
  /** The guest switched the machine off. */
  POWER_OFF,
  /** The guest reset the machine. */
  RESET,
  /** A fault could not be delivered, nor the double fault that follows. */
  TRIPLE_FAULT,
  /** The guest reported that its kernel panicked. */
  GUEST_PANIC,
  /** The guest ended the run with a code of its own (isa-debug-exit). */
  DEBUG_EXIT,
  /** Whoever runs the machine asked for it. */
  REQUEST
}
