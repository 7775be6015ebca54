package dev.hagen.device.input;

import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;
import java.util.Arrays;

/**
 * An 8042 keyboard controller, as in a PS/2, with its keyboard and its mouse (IBM PS/2 Hardware Interface Technical
 * Reference, "Keyboard and Auxiliary Device Controller").
 *
 * <p>Its one output buffer is refilled as soon as the guest has read it: answers of the controller first, then the
 * keyboard, then the mouse. While a byte waits, its interrupt line is asserted if the guest has enabled it; the line
 * falls between two bytes, so that each is an edge.
 */
public final class I8042 {
  /** The data port. */
  public static final int DATA_PORT = 0x60;
  /** The status and command port. */
  public static final int COMMAND_PORT = 0x64;

  private static final int STATUS_OUTPUT_FULL = 0x01;
  private static final int STATUS_SYSTEM = 0x04;
  private static final int STATUS_COMMAND = 0x08;
  private static final int STATUS_UNLOCKED = 0x10;
  private static final int STATUS_AUX = 0x20;

  private static final int CONFIG_KEYBOARD_INTERRUPT = 0x01;
  private static final int CONFIG_AUX_INTERRUPT = 0x02;
  private static final int CONFIG_SYSTEM = 0x04;
  private static final int CONFIG_KEYBOARD_OFF = 0x10;
  private static final int CONFIG_AUX_OFF = 0x20;
  private static final int CONFIG_TRANSLATE = 0x40;
  private static final int CONFIG_BY_FIRMWARE =
      CONFIG_KEYBOARD_INTERRUPT | CONFIG_SYSTEM | CONFIG_AUX_OFF | CONFIG_TRANSLATE;

  private static final int OUT_NO_RESET = 0x01;
  private static final int OUT_A20 = 0x02;
  private static final int OUT_KEYBOARD_FULL = 0x10;
  private static final int OUT_AUX_FULL = 0x20;

  private static final int READ_RAM = 0x20;
  private static final int WRITE_RAM = 0x60;
  private static final int WRITE_OUTPUT_PORT = 0xD1;
  private static final int WRITE_AS_KEYBOARD = 0xD2;
  private static final int WRITE_AS_AUX = 0xD3;
  private static final int WRITE_TO_AUX = 0xD4;
  private static final int NO_COMMAND = 0;

  private static final int RELEASED = 0xF0;

  private final IrqLine irq1;
  private final IrqLine irq12;
  private final IrqLine a20;
  private final Runnable resetLine;
  private final Ps2Keyboard keyboard = new Ps2Keyboard(this::fill);
  private final Ps2Mouse mouse = new Ps2Mouse(this::fill);
  private final OctetQueue answers = new OctetQueue(16);
  private final byte[] ram = new byte[32];

  /** The controller command whose data byte comes next at the data port. */
  private int command;
  private boolean lastWasCommand;
  private int outputPort;
  private int buffer;
  private boolean full;
  private boolean fromAux;
  /** The translation has seen F0h: the next code is a key released. */
  private boolean released;

  /**
   * A controller as firmware leaves it: tested, translating, keyboard interrupt on, mouse off, A20 on.
   *
   * @param a20 the gate of address line 20; asserted: the line works
   * @param reset called when the guest pulls the processor's reset line
   */
  public I8042(IrqLine irq1, IrqLine irq12, IrqLine a20, Runnable reset) {
    this.irq1 = irq1;
    this.irq12 = irq12;
    this.a20 = a20;
    this.resetLine = reset;
    reset();
  }

  /** The state that firmware leaves. */
  public void reset() {
    keyboard.reset();
    mouse.reset();
    answers.clear();
    Arrays.fill(ram, (byte) 0);
    ram[0] = CONFIG_BY_FIRMWARE;
    command = NO_COMMAND;
    lastWasCommand = false;
    outputPort = OUT_NO_RESET | OUT_A20;
    full = false;
    fromAux = false;
    released = false;
    a20.set(true);
    drive();
  }

  /** The keyboard, to press keys on. */
  public Ps2Keyboard keyboard() {
    return keyboard;
  }

  /** The mouse, to move. */
  public Ps2Mouse mouse() {
    return mouse;
  }

  /** The data port, 60h. */
  public PortDevice dataPort() {
    return new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        return readData();
      }

      @Override
      public void writePort(int offset, long value, int size) {
        writeData((int) value & 0xFF);
      }
    };
  }

  /** The status and command port, 64h. */
  public PortDevice commandPort() {
    return new PortDevice() {
      @Override
      public long readPort(int offset, int size) {
        return status();
      }

      @Override
      public void writePort(int offset, long value, int size) {
        writeCommand((int) value & 0xFF);
      }
    };
  }

  private boolean config(int bit) {
    return (ram[0] & bit) != 0;
  }

  private int status() {
    return STATUS_UNLOCKED
        | (full ? STATUS_OUTPUT_FULL | (fromAux ? STATUS_AUX : 0) : 0)
        | (config(CONFIG_SYSTEM) ? STATUS_SYSTEM : 0)
        | (lastWasCommand ? STATUS_COMMAND : 0);
  }

  private int readData() {
    int value = buffer;
    if (full) {
      full = false;
      drive();
      fill();
    }
    return value;
  }

  /** Moves the next byte into the output buffer if that is empty. */
  private void fill() {
    while (!full) {
      if (!answers.isEmpty()) {
        put(answers.remove(), false);
      } else if (!keyboard.queue().isEmpty() && !config(CONFIG_KEYBOARD_OFF)) {
        fromKeyboard(keyboard.take());
      } else if (!mouse.queue().isEmpty() && !config(CONFIG_AUX_OFF)) {
        put(mouse.take(), true);
      } else {
        return;
      }
    }
  }

  private void fromKeyboard(int code) {
    if (!config(CONFIG_TRANSLATE)) {
      released = false;
      put(code, false);
    } else if (code == RELEASED) {
      released = true;
    } else {
      put(ScanCodes.toSet1(code) | (released ? 0x80 : 0), false);
      released = false;
    }
  }

  private void put(int value, boolean aux) {
    buffer = value;
    full = true;
    fromAux = aux;
    drive();
  }

  private void drive() {
    irq1.set(full && !fromAux && config(CONFIG_KEYBOARD_INTERRUPT));
    irq12.set(full && fromAux && config(CONFIG_AUX_INTERRUPT));
  }

  private void answer(int value) {
    answers.add(value);
    fill();
  }

  private void writeCommand(int value) {
    lastWasCommand = true;
    command = NO_COMMAND;
    if (value >= READ_RAM && value < READ_RAM + ram.length) {
      answer(ram[value - READ_RAM] & 0xFF);
    } else if (value >= WRITE_RAM && value < WRITE_RAM + ram.length) {
      command = value;
    } else if (value >= 0xF0) {
      pulse(value & 0xF);
    } else {
      execute(value);
    }
  }

  private void execute(int value) {
    switch (value) {
      case 0xA1 -> answer(0);
      case 0xA4 -> answer(0xF1); // no password
      case 0xA7 -> configure(ram[0] | CONFIG_AUX_OFF);
      case 0xA8 -> configure(ram[0] & ~CONFIG_AUX_OFF);
      case 0xA9, 0xAB -> answer(0);
      case 0xAA -> {
        configure(ram[0] | CONFIG_SYSTEM);
        answer(0x55);
      }
      case 0xAD -> configure(ram[0] | CONFIG_KEYBOARD_OFF);
      case 0xAE -> configure(ram[0] & ~CONFIG_KEYBOARD_OFF);
      case 0xC0 -> answer(0x80); // keyboard not locked
      case 0xD0 -> answer(outputPort
          | (full && !fromAux ? OUT_KEYBOARD_FULL : 0) | (full && fromAux ? OUT_AUX_FULL : 0));
      case WRITE_OUTPUT_PORT, WRITE_AS_KEYBOARD, WRITE_AS_AUX, WRITE_TO_AUX -> command = value;
      case 0xE0 -> answer(0);
      default -> { }
    }
  }

  private void configure(int value) {
    ram[0] = (byte) value;
    drive();
    fill();
  }

  /** Pulses the output port's lines whose bits are zero; only the reset line has a meaning. */
  private void pulse(int lines) {
    if ((lines & OUT_NO_RESET) == 0) {
      resetLine.run();
    }
  }

  private void writeData(int value) {
    lastWasCommand = false;
    int pending = command;
    command = NO_COMMAND;
    switch (pending) {
      case NO_COMMAND -> {
        configure(ram[0] & ~CONFIG_KEYBOARD_OFF); // to send, the controller starts the keyboard's clock
        keyboard.write(value);
      }
      case WRITE_RAM -> configure(value);
      case WRITE_OUTPUT_PORT -> writeOutputPort(value);
      case WRITE_AS_KEYBOARD, WRITE_AS_AUX -> {
        full = false; // a byte that waits is overwritten; the new one is a new edge
        drive();
        put(value, pending == WRITE_AS_AUX);
      }
      case WRITE_TO_AUX -> {
        configure(ram[0] & ~CONFIG_AUX_OFF);
        mouse.write(value);
      }
      default -> ram[pending - WRITE_RAM] = (byte) value;
    }
  }

  private void writeOutputPort(int value) {
    outputPort = value & (OUT_NO_RESET | OUT_A20);
    a20.set((value & OUT_A20) != 0);
    if ((value & OUT_NO_RESET) == 0) {
      outputPort |= OUT_NO_RESET;
      resetLine.run();
    }
  }
}
