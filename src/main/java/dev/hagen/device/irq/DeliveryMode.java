package dev.hagen.device.irq;

/** What an interrupt message asks a processor to do, in the order of its three-bit code (SDM vol. 3A 10.5.1). */
public enum DeliveryMode {
  FIXED, LOWEST_PRIORITY, SMI, RESERVED, NMI, INIT, START_UP, EXTERNAL;

  private static final DeliveryMode[] CODES = values();

  /** The mode of a code, whose low three bits count. */
  public static DeliveryMode of(int code) {
    return CODES[code & 7];
  }
}
