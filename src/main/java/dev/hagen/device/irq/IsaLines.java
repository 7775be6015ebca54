package dev.hagen.device.irq;

import dev.hagen.device.IrqLine;

/**
 * The sixteen interrupt lines of the ISA bus, each wired to an input of the 8259A pair and of the I/O APIC at once. IRQ
 * n is global system interrupt n, but for the timer: IRQ 0 is number 2.
 */
public final class IsaLines {
  private final IrqLine[] lines = new IrqLine[Pic.LINES];

  /** Lines to {@code pic} and {@code ioApic}. */
  public IsaLines(Pic pic, IoApic ioApic) {
    for (int irq = 0; irq < lines.length; irq++) {
      IrqLine first = pic.line(irq);
      IrqLine second = irq == 2 ? IrqLine.UNCONNECTED : ioApic.pin(systemInterrupt(irq));
      lines[irq] = level -> {
        first.set(level);
        second.set(level);
      };
    }
  }

  /** The global system interrupt of ISA line {@code irq}. */
  public static int systemInterrupt(int irq) {
    return irq == 0 ? 2 : irq;
  }

  /** Line {@code irq}, 0 to 15; line 2 goes nowhere. */
  public IrqLine line(int irq) {
    return lines[irq];
  }
}
