package dev.hagen.device.irq;

import java.util.Arrays;

/** The local vector table of a local APIC and its inputs LINT0 and LINT1 (SDM vol. 3A 10.5.1). */
final class LocalVectorTable {
  static final int TIMER = 0;
  static final int LINT0 = 3;
  static final int LINT1 = 4;
  static final int ERROR = 5;
  static final int ENTRIES = 6;

  private static final int REMOTE_IRR = 1 << 14;
  private static final int LEVEL = 1 << 15;
  private static final int MASKED = 1 << 16;
  private static final int READ_ONLY = 0x5000;
  /** Writable bits: timer, thermal sensor, performance counters, LINT0, LINT1, error. */
  private static final int[] WRITABLE = {0x7_00FF, 0x1_07FF, 0x1_07FF, 0x1_A7FF, 0x1_A7FF, 0x1_00FF};

  /** Where the interrupts of the table go. */
  interface Target {
    /** A fixed interrupt; whether it is accepted. */
    boolean accept(int vector, boolean level);

    /** NMI, SMI or INIT. */
    void signal(DeliveryMode mode);
  }

  private final Target target;
  private final int[] entries = new int[ENTRIES];
  private final boolean[] inputs = new boolean[2];

  LocalVectorTable(Target target) {
    this.target = target;
  }

  /** Every entry masked; the levels of the inputs stay. */
  void clear() {
    Arrays.fill(entries, MASKED);
  }

  /** LINT0 passes the 8259A through, LINT1 is NMI. */
  void setVirtualWire() {
    entries[LINT0] = DeliveryMode.EXTERNAL.ordinal() << 8;
    entries[LINT1] = DeliveryMode.NMI.ordinal() << 8;
  }

  int read(int entry) {
    return entries[entry];
  }

  void write(int entry, int value, boolean forceMask) {
    int kept = entries[entry] & REMOTE_IRR;
    int written = value & WRITABLE[entry] | (forceMask ? MASKED : 0);
    entries[entry] = (written & LEVEL) != 0 ? written | kept : written;
    resample(entry);
  }

  void maskAll() {
    for (int i = 0; i < ENTRIES; i++) {
      entries[i] |= MASKED;
    }
  }

  boolean isMasked(int entry) {
    return (entries[entry] & MASKED) != 0;
  }

  /** The bits of an entry that a write may set without being refused in x2APIC mode. */
  static int allowed(int entry) {
    return WRITABLE[entry] | READ_ONLY;
  }

  private DeliveryMode mode(int entry) {
    return entry == TIMER || entry == ERROR ? DeliveryMode.FIXED : DeliveryMode.of(entries[entry] >> 8);
  }

  /** Sets input 0 or 1; whether that is a rising edge. */
  boolean setInput(int input, boolean level) {
    boolean rising = level && !inputs[input];
    inputs[input] = level;
    return rising;
  }

  boolean input(int input) {
    return inputs[input];
  }

  /** Whether LINT0 asks the processor to ask the controller behind it. */
  boolean isExternalPending() {
    return inputs[0] && !isMasked(LINT0) && mode(LINT0) == DeliveryMode.EXTERNAL;
  }

  /** Delivers an entry as it is configured. */
  void raise(int entry) {
    if (isMasked(entry)) {
      return;
    }
    int vector = entries[entry] & 0xFF;
    switch (mode(entry)) {
      case FIXED -> {
        if ((entries[entry] & LEVEL) == 0) {
          target.accept(vector, false);
        } else if ((entries[entry] & REMOTE_IRR) == 0 && target.accept(vector, true)) {
          entries[entry] |= REMOTE_IRR;
        }
      }
      case NMI, SMI, INIT -> target.signal(mode(entry));
      default -> { } // EXTERNAL is a level: see isExternalPending
    }
  }

  /** A level-triggered interrupt has ended: an input that is still asserted asks again. */
  void endOfInterrupt(int vector) {
    for (int entry = LINT0; entry <= LINT1; entry++) {
      if ((entries[entry] & REMOTE_IRR) != 0 && (entries[entry] & 0xFF) == vector) {
        entries[entry] &= ~REMOTE_IRR;
        resample(entry);
      }
    }
  }

  private void resample(int entry) {
    boolean isInput = entry == LINT0 || entry == LINT1;
    if (isInput && (entries[entry] & LEVEL) != 0 && mode(entry) == DeliveryMode.FIXED && inputs[entry - LINT0]) {
      raise(entry);
    }
  }
}
