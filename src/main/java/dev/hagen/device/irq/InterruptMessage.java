package dev.hagen.device.irq;

/**
 * A message on the bus between interrupt controllers.
 *
 * @param destination the identifier of one local APIC, or a logical set of them; all ones are all of them
 * @param logical whether {@code destination} is a set
 * @param wide whether {@code destination} has 32 bits (sent by a local APIC in x2APIC mode) instead of 8
 * @param mode what to do
 * @param vector the vector, 0 to 255; for a start-up the page of the code
 * @param level whether the interrupt is level-triggered, so that its end is to be reported
 */
public record InterruptMessage(
    int destination, boolean logical, boolean wide, DeliveryMode mode, int vector, boolean level) {
  /** Whether the message goes to every local APIC. */
  public boolean isBroadcast() {
    return destination == (wide ? -1 : 0xFF);
  }
}
