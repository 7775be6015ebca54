package dev.hagen.device.pci;

import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;
import dev.hagen.memory.MmioRegion;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One function of a PCI device: its 256 bytes of configuration space with a type 0 header, its base address registers
 * and its interrupt pin (PCI Local Bus Specification 3.0, 6). A device model makes one, describes itself with the
 * methods that return it, and attaches it to a {@link PciBus}.
 */
public final class PciFunction {
  /** Bytes of configuration space. */
  public static final int CONFIG_LENGTH = 256;
  /** Base address registers of a function. */
  public static final int BARS = 6;

  private static final int COMMAND = 0x04;
  private static final int STATUS = 0x06;
  private static final int HEADER_TYPE = 0x0E;
  private static final int FIRST_BAR = 0x10;
  private static final int LAST_BAR_END = 0x28;
  private static final int SUBSYSTEM = 0x2C;
  private static final int CAPABILITIES = 0x34;
  private static final int INTERRUPT_LINE = 0x3C;
  private static final int INTERRUPT_PIN = 0x3D;
  private static final int FIRST_CAPABILITY = 0x40;

  private static final int COMMAND_PORTS = 1;
  private static final int COMMAND_MEMORY = 1 << 1;
  private static final int COMMAND_MASTER = 1 << 2;
  private static final int COMMAND_NO_INTERRUPT = 1 << 10;
  private static final int COMMAND_WRITABLE = 0x0547;
  private static final int STATUS_INTERRUPT = 1 << 3;
  private static final int STATUS_CAPABILITIES = 1 << 4;

  private static final long UNMAPPED = -1;

  /** A range of memory or ports that the guest places; exactly one of {@code region} and {@code ports} is set. */
  private static final class Bar {
    final long size;
    final boolean wide;
    final int width;
    final @Nullable MmioRegion region;
    final @Nullable PortDevice ports;
    long mappedAt = UNMAPPED;

    Bar(long size, boolean wide, int width, @Nullable MmioRegion region, @Nullable PortDevice ports) {
      this.size = size;
      this.wide = wide;
      this.width = width;
      this.region = region;
      this.ports = ports;
    }
  }

  private final byte[] config = new byte[CONFIG_LENGTH];
  private final byte[] initial = new byte[CONFIG_LENGTH];
  private final byte[] writable = new byte[CONFIG_LENGTH];
  private final @Nullable Bar[] bars = new @Nullable Bar[BARS];
  private IntConsumer writeListener = offset -> {};
  private int nextCapability = FIRST_CAPABILITY;
  private int lastCapabilityLink = CAPABILITIES;
  private @Nullable PciSpaces spaces;
  private IrqLine interrupt = IrqLine.UNCONNECTED;
  private boolean interruptLevel;

  /**
   * A function without base address registers and interrupt.
   *
   * @param classCode base class, subclass and programming interface, 24 bits
   */
  public PciFunction(int vendor, int device, int classCode, int revision) {
    put(0x00, vendor, 2);
    put(0x02, device, 2);
    put(0x08, revision, 1);
    put(0x09, classCode, 3);
    allowWrites(COMMAND, COMMAND_WRITABLE, 2);
    allowWrites(0x0C, 0xFF, 1); // cache line size
    allowWrites(0x0D, 0xFF, 1); // latency timer
    allowWrites(INTERRUPT_LINE, 0xFF, 1);
  }

  /** Sets the subsystem's vendor and device. */
  public PciFunction subsystem(int vendor, int device) {
    put(SUBSYSTEM, vendor, 2);
    put(SUBSYSTEM + 2, device, 2);
    return this;
  }

  /** Says, in function 0, that the device has more functions. */
  public PciFunction multifunction() {
    put(HEADER_TYPE, 0x80, 1);
    return this;
  }

  /** Gives the function an interrupt pin, 1 (INTA#) to 4 (INTD#). */
  public PciFunction interruptPin(int pin) {
    put(INTERRUPT_PIN, pin, 1);
    return this;
  }

  /** A 32-bit memory register; {@code size} is a power of two from 16 bytes on. */
  public PciFunction memoryBar(int index, long size, MmioRegion region) {
    checkSize(size, 16);
    bars[index] = new Bar(size, false, 0, region, null);
    allowWrites(bar(index), (int) -size, 4);
    return this;
  }

  /** A 64-bit, prefetchable memory register, which takes {@code index} and the one after it. */
  public PciFunction memoryBar64(int index, long size, MmioRegion region) {
    checkSize(size, 16);
    bars[index] = new Bar(size, true, 0, region, null);
    put(bar(index), 0xC, 1);
    allowWrites(bar(index), (int) -size & ~0xF, 4);
    allowWrites(bar(index + 1), (int) (-size >> 32), 4);
    return this;
  }

  /** A port register for 4 to 256 ports that take at most {@code width} bytes at once. */
  public PciFunction portBar(int index, int count, int width, PortDevice ports) {
    checkSize(count, 4);
    bars[index] = new Bar(count, false, width, null, ports);
    put(bar(index), 1, 1);
    allowWrites(bar(index), -count, 4);
    return this;
  }

  private static void checkSize(long size, int smallest) {
    if (size < smallest || Long.bitCount(size) != 1) {
      throw new IllegalArgumentException("the size of a base address register must be a power of two: " + size);
    }
  }

  /** Adds a capability of {@code length} bytes, identifier and link included; returns its offset. */
  public int addCapability(int identifier, int length) {
    int offset = nextCapability;
    if (offset + length > CONFIG_LENGTH) {
      throw new IllegalStateException("configuration space is full");
    }
    nextCapability = offset + length + 3 & ~3;
    put(offset, identifier, 1);
    put(lastCapabilityLink, offset, 1);
    lastCapabilityLink = offset + 1;
    put(STATUS, STATUS_CAPABILITIES, 1);
    return offset;
  }

  /** Sets the value after reset of {@code size} bytes at {@code offset}. */
  public void put(int offset, int value, int size) {
    for (int i = 0; i < size; i++) {
      config[offset + i] = (byte) (value >>> (i << 3));
      initial[offset + i] = config[offset + i];
    }
  }

  /** Lets the guest write the bits of {@code mask} in {@code size} bytes at {@code offset}. */
  public void allowWrites(int offset, int mask, int size) {
    for (int i = 0; i < size; i++) {
      writable[offset + i] = (byte) (mask >>> (i << 3));
    }
  }

  /** Sets who hears, with the offset of each byte, what the guest has written; after the byte has changed. */
  public void onWrite(IntConsumer listener) {
    writeListener = listener;
  }

  /** Changes a register as the device itself does, without the listener; not for the header. */
  public void set(int offset, int value, int size) {
    for (int i = 0; i < size; i++) {
      config[offset + i] = (byte) (value >>> (i << 3));
    }
  }

  /** Reads {@code size} bytes (1 to 4) at {@code offset}, zero-extended. */
  public int get(int offset, int size) {
    int value = 0;
    for (int i = 0; i < size; i++) {
      value |= (config[offset + i & 0xFF] & 0xFF) << (i << 3);
    }
    return value;
  }

  /** A write by the guest of {@code size} bytes at {@code offset}: changes what may be changed. */
  void guestWrite(int offset, int value, int size) {
    for (int i = 0; i < size; i++) {
      int at = offset + i & 0xFF;
      int mask = writable[at];
      config[at] = (byte) (config[at] & ~mask | value >>> (i << 3) & mask);
    }
    int end = offset + size;
    if (offset < COMMAND + 2 && end > COMMAND || offset < LAST_BAR_END && end > FIRST_BAR) {
      remap();
      driveInterrupt();
    }
    for (int i = 0; i < size; i++) {
      writeListener.accept(offset + i & 0xFF);
    }
  }

  /** Puts the function on a bus. */
  void connect(PciSpaces bus, IrqLine pin) {
    spaces = bus;
    interrupt = pin;
  }

  /** The interrupt pin's number, 1 to 4, or 0. */
  int pin() {
    return config[INTERRUPT_PIN];
  }

  /** As after power-on: nothing mapped, the interrupt not asserted. */
  void reset() {
    System.arraycopy(initial, 0, config, 0, CONFIG_LENGTH);
    interruptLevel = false;
    remap();
    driveInterrupt();
    for (int offset = FIRST_CAPABILITY; offset < CONFIG_LENGTH; offset++) {
      writeListener.accept(offset);
    }
  }

  /** The interrupt pin for the device model; level-triggered. */
  public IrqLine interrupt() {
    return level -> {
      interruptLevel = level;
      driveInterrupt();
    };
  }

  private void driveInterrupt() {
    int status = config[STATUS] & ~STATUS_INTERRUPT;
    config[STATUS] = (byte) (interruptLevel ? status | STATUS_INTERRUPT : status);
    interrupt.set(interruptLevel && (get(COMMAND, 2) & COMMAND_NO_INTERRUPT) == 0);
  }

  /** Whether the guest lets the device access memory by itself. */
  public boolean isBusMaster() {
    return (get(COMMAND, 2) & COMMAND_MASTER) != 0;
  }

  private static int bar(int index) {
    return FIRST_BAR + (index << 2);
  }

  /** Where base address register {@code index} points, whether or not it is decoded. */
  public long barAddress(int index) {
    Bar bar = bars[index];
    if (bar == null) {
      return 0;
    }
    long low = get(bar(index), 4) & 0xFFFF_FFFFL & -bar.size;
    return bar.wide ? low & ~0xFL | (long) get(bar(index + 1), 4) << 32 : low;
  }

  private void remap() {
    PciSpaces target = spaces;
    if (target == null) {
      return;
    }
    for (int i = 0; i < BARS; i++) {
      Bar bar = bars[i];
      if (bar != null) {
        remap(target, bar, wantedAddress(bar, i));
      }
    }
  }

  private long wantedAddress(Bar bar, int index) {
    int decoded = bar.region != null ? COMMAND_MEMORY : COMMAND_PORTS;
    long address = barAddress(index);
    boolean reachable = bar.region != null || address + bar.size <= 0x1_0000;
    return (get(COMMAND, 2) & decoded) != 0 && address != 0 && reachable ? address : UNMAPPED;
  }

  private static void remap(PciSpaces target, Bar bar, long address) {
    if (address == bar.mappedAt) {
      return;
    }
    MmioRegion region = bar.region;
    PortDevice ports = bar.ports;
    if (bar.mappedAt != UNMAPPED) {
      if (region != null) {
        target.unmapMemory(region);
      } else if (ports != null) {
        target.unmapPorts(ports);
      }
    }
    if (address != UNMAPPED) {
      if (region != null) {
        target.mapMemory(address, bar.size, region);
      } else if (ports != null) {
        target.mapPorts((int) address, (int) bar.size, bar.width, ports);
      }
    }
    bar.mappedAt = address;
  }
}
