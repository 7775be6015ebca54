package dev.hagen.device.irq;

import dev.hagen.device.IrqLine;
import dev.hagen.memory.MmioRegion;
import dev.hagen.util.Bits;
import java.util.Arrays;

/**
 * An I/O APIC with 24 inputs (Intel 82093AA data sheet), version 20h: with a directed end-of-interrupt register.
 *
 * <p>A level-triggered input is delivered once, then held back by its remote IRR bit until a local APIC reports the end
 * of its vector; if the line is still asserted it is delivered again. An edge on a masked input is lost.
 */
public final class IoApic implements MmioRegion {
  /** Bytes of the register page. */
  public static final int LENGTH = 0x1000;
  /** Where a PC has its first I/O APIC. */
  public static final long DEFAULT_BASE = 0xFEC0_0000L;
  /** The number of inputs. */
  public static final int PINS = 24;

  private static final int SELECT = 0x00;
  private static final int WINDOW = 0x10;
  private static final int EOI = 0x40;

  private static final int ID = 0;
  private static final int VERSION = 1;
  private static final int ARBITRATION = 2;
  private static final int REDIRECTION = 0x10;
  private static final int VERSION_VALUE = PINS - 1 << 16 | 0x20;

  private static final long LOGICAL = 1 << 11;
  private static final long REMOTE_IRR = 1 << 14;
  private static final long LEVEL = 1 << 15;
  private static final long MASKED = 1 << 16;
  private static final long WRITABLE = 0xFF00_0000_0001_AFFFL;

  private final InterruptBus bus;
  private final long[] redirection = new long[PINS];
  private final int initialId;
  private int id;
  private int select;
  private int lines;

  /** Every input masked. Whoever wires the machine passes {@link #endOfInterrupt} to {@link ApicBus#onEndOfInterrupt}. */
  public IoApic(InterruptBus bus, int id) {
    this.bus = bus;
    this.initialId = id & 15;
    reset();
  }

  /** As after power-on; the levels of the inputs stay. */
  public void reset() {
    Arrays.fill(redirection, MASKED);
    id = initialId;
    select = 0;
  }

  /** The input {@code index}, 0 to 23: its global system interrupt number. */
  public IrqLine pin(int index) {
    if (index < 0 || index >= PINS) {
      throw new IllegalArgumentException("no such input of the I/O APIC: " + index);
    }
    return level -> set(index, level);
  }

  private void set(int index, boolean level) {
    boolean rising = level && (lines & 1 << index) == 0;
    lines = level ? lines | 1 << index : lines & ~(1 << index);
    if (rising || (redirection[index] & LEVEL) != 0) {
      service(index, rising);
    }
  }

  /** Delivers an input that asks for it. */
  private void service(int index, boolean rising) {
    long entry = redirection[index];
    if ((entry & MASKED) != 0) {
      return;
    }
    boolean level = (entry & LEVEL) != 0;
    if (level ? (lines & 1 << index) == 0 || (entry & REMOTE_IRR) != 0 : !rising) {
      return;
    }
    InterruptMessage message = message(entry);
    boolean ends = level && message.mode().compareTo(DeliveryMode.LOWEST_PRIORITY) <= 0; // the others know no end
    if (ends) {
      redirection[index] |= REMOTE_IRR; // before delivery: the receiver may end the interrupt at once
    }
    if (!bus.deliver(message) && ends) {
      redirection[index] &= ~REMOTE_IRR;
    }
  }

  private static InterruptMessage message(long entry) {
    DeliveryMode mode = DeliveryMode.of((int) entry >> 8);
    boolean logical = (entry & LOGICAL) != 0;
    return new InterruptMessage(
        (int) (entry >>> 56), logical, false, mode, (int) entry & 0xFF, (entry & LEVEL) != 0);
  }

  /** A local APIC has ended a level-triggered interrupt. */
  public void endOfInterrupt(int vector) {
    for (int i = 0; i < PINS; i++) {
      if ((redirection[i] & REMOTE_IRR) != 0 && (redirection[i] & 0xFF) == vector) {
        redirection[i] &= ~REMOTE_IRR;
        service(i, false);
      }
    }
  }

  @Override
  public long read(long offset, int size) {
    int within = (int) offset & 3;
    int value = switch ((int) offset & 0xFF & ~3) {
      case SELECT -> select;
      case WINDOW -> readRegister(select);
      default -> 0;
    };
    return (value & 0xFFFF_FFFFL) >>> (within << 3) & Bits.mask(size);
  }

  @Override
  public void write(long offset, long value, int size) {
    switch ((int) offset & 0xFF) {
      case SELECT -> select = (int) value & 0xFF;
      case WINDOW -> {
        if (size >= 4) {
          writeRegister(select, (int) value);
        }
      }
      case EOI -> endOfInterrupt((int) value & 0xFF);
      default -> { }
    }
  }

  private int readRegister(int register) {
    int index = register - REDIRECTION >> 1;
    if (register >= REDIRECTION && index < PINS) {
      return (int) (redirection[index] >>> ((register & 1) << 5));
    }
    return switch (register) {
      case ID, ARBITRATION -> id << 24;
      case VERSION -> VERSION_VALUE;
      default -> 0;
    };
  }

  private void writeRegister(int register, int value) {
    if (register == ID) {
      id = value >>> 24 & 15;
      return;
    }
    int index = register - REDIRECTION >> 1;
    if (register < REDIRECTION || index >= PINS) {
      return;
    }
    long before = redirection[index];
    long whole = (register & 1) == 0
        ? before & ~0xFFFF_FFFFL | value & 0xFFFF_FFFFL
        : before & 0xFFFF_FFFFL | (long) value << 32;
    long kept = (whole & LEVEL) != 0 ? before & REMOTE_IRR : 0; // becoming edge-triggered clears remote IRR
    redirection[index] = whole & WRITABLE | kept;
    service(index, false);
  }
}
