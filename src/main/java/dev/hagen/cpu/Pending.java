package dev.hagen.cpu;

/** Bits of the pending word: why the run loop must look before the next block. */
public final class Pending {
  /** The interrupt controller has an interrupt for this processor. */
  public static final int INTERRUPT = 1;
  public static final int NMI = 1 << 1;
  /** The machine stops, pauses or resets. */
  public static final int STOP = 1 << 2;
  /** A timer is due or a host I/O has completed: devices want to run on this thread. */
  public static final int DEVICE = 1 << 3;
  /** A profile asks what the processor does. */
  public static final int SAMPLE = 1 << 4;

  private Pending() {}
}
