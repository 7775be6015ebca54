package dev.hagen.device.serial;

import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/**
 * A 16550A serial port: eight byte registers, FIFOs of 16, one interrupt line (PC16550D data sheet, 8).
 *
 * <p>Sending takes no time: a character written leaves at once, and the transmitter is empty again when the write
 * returns, so the line status always shows THRE and TEMT. Characters arrive by {@link #receive}; a host that has more
 * asks {@link #canReceive} first and is told by the room listener when the guest has made room. The character timeout
 * of the receive FIFO is timed with the guest's clock at the baud rate that the guest has set.
 *
 * <p>As on a PC the interrupt line passes a gate that OUT2 opens; in loopback the OUT2 pin is inactive, so the gate is
 * shut.
 */
public final class Uart16550 implements PortDevice {
  /** The number of ports. */
  public static final int PORTS = 8;

  private static final int FIFO = 16;
  private static final int CLOCK_HERTZ = 1_843_200;
  private static final int[] TRIGGER = {1, 4, 8, 14};

  private static final int IER_RECEIVED = 1;
  private static final int IER_TRANSMIT_EMPTY = 2;
  private static final int IER_LINE_STATUS = 4;
  private static final int IER_MODEM_STATUS = 8;

  private static final int IIR_NONE = 0x01;
  private static final int IIR_MODEM_STATUS = 0x00;
  private static final int IIR_TRANSMIT_EMPTY = 0x02;
  private static final int IIR_RECEIVED = 0x04;
  private static final int IIR_LINE_STATUS = 0x06;
  private static final int IIR_TIMEOUT = 0x0C;

  private static final int FCR_ENABLE = 1;
  private static final int FCR_CLEAR_RECEIVE = 2;

  private static final int LCR_EIGHT_BITS = 3;
  private static final int LCR_STOP = 4;
  private static final int LCR_PARITY = 8;
  private static final int LCR_DLAB = 0x80;

  private static final int MCR_OUT2 = 8;
  private static final int MCR_LOOP = 0x10;

  private static final int LSR_READY = 1;
  private static final int LSR_OVERRUN = 2;
  private static final int LSR_BREAK = 0x10;
  private static final int LSR_ERRORS = 0x1E;
  private static final int LSR_IDLE = 0x60;
  private static final int LSR_FIFO_ERROR = 0x80;

  /** Modem status inputs: clear to send. */
  public static final int CTS = 0x10;
  /** Modem status inputs: data set ready. */
  public static final int DSR = 0x20;
  /** Modem status inputs: ring indicator. */
  public static final int RI = 0x40;
  /** Modem status inputs: carrier detect. */
  public static final int DCD = 0x80;

  private final GuestClock clock;
  private final IrqLine irq;
  private final SerialOutput output;
  private final GuestClock.Timer timeoutTimer;
  private Runnable roomListener = () -> {};

  /** Received characters with their LSR error bits above bit 8; a ring. */
  private final int[] received = new int[FIFO];
  private int head;
  private int count;

  private int divisor;
  private int interruptEnable;
  private int fifoControl;
  private int lineControl;
  private int modemControl;
  private int lineErrors;
  private int modemInputs = CTS | DSR | DCD;
  private int modemLevels = CTS | DSR | DCD;
  private int modemDeltas;
  private int scratch;
  private boolean transmitEmptyPending;
  private boolean timeoutPending;

  /** A port after a master reset: interrupts and FIFOs off, eight bits at 9600 baud, the modem inputs asserted. */
  public Uart16550(GuestClock clock, IrqLine irq, SerialOutput output) {
    this.clock = clock;
    this.irq = irq;
    this.output = output;
    this.timeoutTimer = clock.timer(this::timeout);
    reset();
  }

  /** The master reset pin. The divisor, the scratch register and the modem inputs keep their values. */
  public void reset() {
    head = 0;
    count = 0;
    divisor = divisor == 0 ? 12 : divisor;
    interruptEnable = 0;
    fifoControl = 0;
    lineControl = LCR_EIGHT_BITS; // the chip itself comes up with five, but firmware has been there first
    modemControl = 0;
    lineErrors = 0;
    modemLevels = modemInputs;
    modemDeltas = 0;
    transmitEmptyPending = false;
    clearTimeout();
    update();
  }

  /** Sets who is told when a full receiver has room again. */
  public void setRoomListener(Runnable listener) {
    roomListener = listener;
  }

  /** Whether {@link #receive} would take a character without overrun. */
  public boolean canReceive() {
    return count < capacity() && (modemControl & MCR_LOOP) == 0;
  }

  /** A character (its low eight bits) arrives from the host. Without room it is lost and the guest sees an overrun. */
  public void receive(int value) {
    if ((modemControl & MCR_LOOP) == 0) {
      arrive(value & wordMask());
    }
  }

  /** The host holds the line low for longer than a character: a break. */
  public void receiveBreak() {
    if ((modemControl & MCR_LOOP) == 0) {
      arrive(LSR_BREAK << 8);
    }
  }

  /** Sets the modem inputs: any of {@link #CTS}, {@link #DSR}, {@link #RI} and {@link #DCD}. */
  public void setModemInputs(int lines) {
    modemInputs = lines & 0xF0;
    modemChanged();
    update();
  }

  /** Whether the guest asserts DTR. */
  public boolean dataTerminalReady() {
    return (modemControl & (1 | MCR_LOOP)) == 1;
  }

  @Override
  public long readPort(int offset, int size) {
    return switch (offset & 7) {
      case 0 -> divisorLatch() ? divisor & 0xFF : readReceived();
      case 1 -> divisorLatch() ? divisor >> 8 : interruptEnable;
      case 2 -> readIdentification();
      case 3 -> lineControl;
      case 4 -> modemControl;
      case 5 -> readLineStatus();
      case 6 -> readModemStatus();
      default -> scratch;
    };
  }

  @Override
  public void writePort(int offset, long value, int size) {
    int octet = (int) value & 0xFF;
    boolean hadRoom = canReceive();
    switch (offset & 7) {
      case 0 -> writeTransmit(octet);
      case 1 -> writeInterruptEnable(octet);
      case 2 -> writeFifoControl(octet);
      case 3 -> lineControl = octet;
      case 4 -> {
        modemControl = octet & 0x1F;
        modemChanged();
      }
      case 7 -> scratch = octet;
      default -> { } // LSR and MSR: writes are for the factory's tests
    }
    update();
    offerRoom(hadRoom);
  }

  private void offerRoom(boolean hadRoom) {
    if (!hadRoom && canReceive()) {
      roomListener.run();
    }
  }

  private boolean divisorLatch() {
    return (lineControl & LCR_DLAB) != 0;
  }

  private boolean fifos() {
    return (fifoControl & FCR_ENABLE) != 0;
  }

  private int capacity() {
    return fifos() ? FIFO : 1;
  }

  private int wordMask() {
    return 0xFF >> (3 - (lineControl & 3));
  }

  private void writeTransmit(int value) {
    if (divisorLatch()) {
      divisor = divisor & 0xFF00 | value;
      return;
    }
    transmitEmptyPending = false;
    update();
    int character = value & wordMask();
    if ((modemControl & MCR_LOOP) != 0) {
      arrive(character);
    } else {
      output.transmit(character);
    }
    transmitEmptyPending = true;
  }

  private void writeInterruptEnable(int value) {
    if (divisorLatch()) {
      divisor = divisor & 0xFF | value << 8;
      return;
    }
    int enabled = value & ~interruptEnable;
    interruptEnable = value & 0xF;
    if ((enabled & IER_TRANSMIT_EMPTY) != 0) {
      transmitEmptyPending = true; // the holding register is empty: enabling its interrupt raises it
    }
    if ((enabled & IER_RECEIVED) != 0) {
      startTimeout();
    }
  }

  private void writeFifoControl(int value) {
    boolean modeChanges = ((value ^ fifoControl) & FCR_ENABLE) != 0;
    boolean enable = (value & FCR_ENABLE) != 0;
    fifoControl = enable ? value & 0xC9 : 0; // the other bits are written only together with the enable bit
    if (modeChanges || enable && (value & FCR_CLEAR_RECEIVE) != 0) {
      count = 0;
      head = 0;
      clearTimeout();
    }
  }

  private void arrive(int character) {
    if (count >= capacity()) {
      lineErrors |= LSR_OVERRUN;
      if (!fifos()) {
        received[head] = character; // the holding register is overwritten, a FIFO keeps what it has
      }
    } else {
      if (count == 0) {
        lineErrors |= character >> 8;
      }
      received[head + count++ & FIFO - 1] = character;
    }
    startTimeout();
    update();
  }

  private int readReceived() {
    clearTimeout();
    if (count == 0) {
      update();
      return 0;
    }
    boolean hadRoom = canReceive();
    int character = received[head];
    head = head + 1 & FIFO - 1;
    count--;
    if (count > 0) {
      lineErrors |= received[head] >> 8; // errors are reported when their character comes to the top
      startTimeout();
    }
    update();
    offerRoom(hadRoom);
    return character & 0xFF;
  }

  private int readIdentification() {
    int source = source();
    if (source == IIR_TRANSMIT_EMPTY) {
      transmitEmptyPending = false;
      update();
    }
    return source | (fifos() ? 0xC0 : 0);
  }

  private int readLineStatus() {
    int status = LSR_IDLE | lineErrors | (count > 0 ? LSR_READY : 0);
    if (fifos()) {
      for (int i = 0; i < count; i++) {
        if (received[head + i & FIFO - 1] >> 8 != 0) {
          status |= LSR_FIFO_ERROR;
        }
      }
    }
    lineErrors &= ~LSR_ERRORS;
    update();
    return status;
  }

  private int readModemStatus() {
    int status = modemLevels | modemDeltas;
    modemDeltas = 0;
    update();
    return status;
  }

  /** Recomputes the modem inputs, which in loopback come from the port's own outputs, and notes what changed. */
  private void modemChanged() {
    int levels = modemInputs;
    if ((modemControl & MCR_LOOP) != 0) {
      levels = (modemControl & 1) << 5 | (modemControl & 2) << 3 | (modemControl & 0xC) << 4;
    }
    int changed = (levels ^ modemLevels) & ~RI | modemLevels & ~levels & RI; // of RI only the trailing edge counts
    modemDeltas |= changed >> 4;
    modemLevels = levels;
  }

  private void startTimeout() {
    if (fifos() && count > 0 && (interruptEnable & IER_RECEIVED) != 0) {
      timeoutTimer.at(clock.now() + 4 * characterNanos());
    }
  }

  private void clearTimeout() {
    timeoutPending = false;
    timeoutTimer.cancel();
  }

  private void timeout() {
    if (fifos() && count > 0) {
      timeoutPending = true;
      update();
    }
  }

  private long characterNanos() {
    int bits = 7 + (lineControl & 3);
    bits += (lineControl & LCR_PARITY) >> 3;
    bits += (lineControl & LCR_STOP) >> 2;
    return bits * 16_000_000_000L / CLOCK_HERTZ * Math.max(1, divisor);
  }

  /** The interrupt source of highest priority, as the identification register shows it. */
  private int source() {
    if ((interruptEnable & IER_LINE_STATUS) != 0 && (lineErrors & LSR_ERRORS) != 0) {
      return IIR_LINE_STATUS;
    }
    if ((interruptEnable & IER_RECEIVED) != 0) {
      if (count >= (fifos() ? TRIGGER[fifoControl >> 6] : 1)) {
        return IIR_RECEIVED;
      }
      if (timeoutPending) {
        return IIR_TIMEOUT;
      }
    }
    if ((interruptEnable & IER_TRANSMIT_EMPTY) != 0 && transmitEmptyPending) {
      return IIR_TRANSMIT_EMPTY;
    }
    if ((interruptEnable & IER_MODEM_STATUS) != 0 && modemDeltas != 0) {
      return IIR_MODEM_STATUS;
    }
    return IIR_NONE;
  }

  private void update() {
    irq.set(source() != IIR_NONE && (modemControl & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2);
  }
}
