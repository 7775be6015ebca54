package dev.hagen.device.pci;

import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;
import dev.hagen.device.SharedLine;
import dev.hagen.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * PCI bus 0 with up to 32 devices of 8 functions, reached through configuration mechanism #1: the address at CF8h, the
 * data at CFCh to CFFh (PCI Local Bus Specification 3.0, 3.2.2.3.2).
 *
 * <p>Interrupt pins are swizzled onto the four lines PIRQA to PIRQD: pin p of slot s drives line {@code (s + p - 2) mod
 * 4}, as on boards with an 82440FX.
 */
public final class PciBus implements PortDevice {
  /** The first port. */
  public static final int BASE = 0xCF8;
  /** The number of ports. */
  public static final int PORTS = 8;
  /** Interrupt lines of the bus. */
  public static final int LINES = 4;

  private static final int SLOTS = 32;
  private static final int FUNCTIONS = 8;
  private static final int DATA = 4;
  private static final int ENABLE = 1 << 31;
  private static final int ADDRESS_WRITABLE = 0x80FF_FFFC;

  private final PciSpaces spaces;
  private final SharedLine[] lines = new SharedLine[LINES];
  private final @Nullable PciFunction[] functions = new @Nullable PciFunction[SLOTS * FUNCTIONS];
  private int address;

  /** A bus without devices; {@code pirqs} are its four interrupt lines. */
  public PciBus(PciSpaces spaces, IrqLine[] pirqs) {
    this.spaces = spaces;
    for (int i = 0; i < LINES; i++) {
      lines[i] = new SharedLine(pirqs[i]);
    }
  }

  /** The interrupt line, 0 (PIRQA) to 3, of pin {@code pin} (1 is INTA#) of slot {@code slot}. */
  public static int line(int slot, int pin) {
    return slot + pin - 2 & 3;
  }

  /** Attaches a function as {@code slot}.{@code function}. */
  public void attach(int slot, int function, PciFunction device) {
    int index = slot * FUNCTIONS + function;
    if (slot < 0 || slot >= SLOTS || function < 0 || function >= FUNCTIONS || functions[index] != null) {
      throw new IllegalArgumentException("PCI slot %d.%d is taken or does not exist".formatted(slot, function));
    }
    functions[index] = device;
    int pin = device.pin();
    device.connect(spaces, pin == 0 ? IrqLine.UNCONNECTED : lines[line(slot, pin)].source());
  }

  /** The function at {@code slot}.{@code function}, if there is one. */
  public @Nullable PciFunction function(int slot, int function) {
    return functions[slot * FUNCTIONS + function];
  }

  /** As after power-on: every function reset, nothing mapped. */
  public void reset() {
    address = 0;
    for (PciFunction function : functions) {
      if (function != null) {
        function.reset();
      }
    }
  }

  @Override
  public long readPort(int offset, int size) {
    if (offset < DATA) {
      return offset == 0 && size == 4 ? address & 0xFFFF_FFFFL : Bits.mask(size);
    }
    PciFunction function = selected();
    return function == null ? Bits.mask(size) : function.get(register(offset), size) & Bits.mask(size);
  }

  @Override
  public void writePort(int offset, long value, int size) {
    if (offset < DATA) {
      if (offset == 0 && size == 4) {
        address = (int) value & ADDRESS_WRITABLE;
      }
      return;
    }
    PciFunction function = selected();
    if (function != null) {
      function.guestWrite(register(offset), (int) value, size);
    }
  }

  private int register(int offset) {
    return address & 0xFC | offset & 3;
  }

  private @Nullable PciFunction selected() {
    boolean busZero = (address & 0xFF_0000) == 0;
    return (address & ENABLE) != 0 && busZero ? functions[address >> 8 & 0xFF] : null;
  }
}
