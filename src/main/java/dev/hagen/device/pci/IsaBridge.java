package dev.hagen.device.pci;

import dev.hagen.device.IrqLine;
import java.util.function.IntFunction;

/**
 * The bridge to the ISA bus: looks like an Intel 82371SB (PIIX3). Its PIRQ route control registers, 60h to 63h, steer
 * the four PCI interrupt lines to ISA interrupts (82371SB data sheet, 3.2.5); besides, line n is input 16 + n of the I/O
 * APIC.
 */
public final class IsaBridge {
  /** The input of the I/O APIC to which PIRQA is wired. */
  public static final int FIRST_APIC_PIN = 16;

  private static final int ROUTE = 0x60;
  private static final int NOT_ROUTED = 0x80;
  private static final int ISA_LINES = 16;

  private final PciFunction function = new PciFunction(0x8086, 0x7000, 0x06_0100, 0);
  private final IrqLine[] isa = new IrqLine[ISA_LINES];
  private final IrqLine[] apic = new IrqLine[PciBus.LINES];
  /** The PCI lines that are asserted. */
  private int asserted;
  /** The ISA interrupts that they assert. */
  private int driven;

  /**
   * A bridge with nothing routed.
   *
   * @param isaLines gives the ISA interrupt line of a number from 0 to 15
   * @param apicPins gives an input of the I/O APIC
   */
  public IsaBridge(IntFunction<IrqLine> isaLines, IntFunction<IrqLine> apicPins) {
    for (int irq = 0; irq < ISA_LINES; irq++) {
      isa[irq] = isaLines.apply(irq);
    }
    for (int i = 0; i < PciBus.LINES; i++) {
      apic[i] = apicPins.apply(FIRST_APIC_PIN + i);
      function.put(ROUTE + i, NOT_ROUTED, 1);
      function.allowWrites(ROUTE + i, 0x8F, 1);
    }
    function.onWrite(offset -> {
      if (offset >= ROUTE && offset < ROUTE + PciBus.LINES) {
        drive();
      }
    });
  }

  /** The function to attach; usually at 1.0. */
  public PciFunction function() {
    return function;
  }

  /** The four interrupt lines of the bus, PIRQA first. */
  public IrqLine[] pirqs() {
    IrqLine[] lines = new IrqLine[PciBus.LINES];
    for (int i = 0; i < lines.length; i++) {
      int index = i;
      lines[i] = level -> {
        asserted = level ? asserted | 1 << index : asserted & ~(1 << index);
        apic[index].set(level);
        drive();
      };
    }
    return lines;
  }

  /** Steers line {@code pirq} (0 to 3) to ISA interrupt {@code irq}, as firmware does. */
  public void route(int pirq, int irq) {
    function.guestWrite(ROUTE + pirq, irq, 1);
  }

  private void drive() {
    int next = 0;
    for (int i = 0; i < PciBus.LINES; i++) {
      int route = function.get(ROUTE + i, 1);
      if ((route & NOT_ROUTED) == 0 && (asserted & 1 << i) != 0) {
        next |= 1 << (route & 15);
      }
    }
    int changed = next ^ driven;
    driven = next;
    for (int irq = 0; irq < ISA_LINES; irq++) {
      if ((changed & 1 << irq) != 0) {
        isa[irq].set((next & 1 << irq) != 0);
      }
    }
  }
}
