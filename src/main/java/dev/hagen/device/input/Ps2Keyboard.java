package dev.hagen.device.input;

/** A PS/2 keyboard with scan code sets 1 and 2: answers commands and sends the codes of keys. */
public final class Ps2Keyboard {
  private static final int ACK = 0xFA;
  private static final int RESEND = 0xFE;
  private static final int PASSED = 0xAA;
  private static final int EXTENDED = 0xE0;
  private static final int RELEASED = 0xF0;
  private static final int OVERRUN = 0x00;
  /** Bytes of keys that a keyboard remembers. */
  private static final int KEYS = 16;
  private static final int NO_COMMAND = 0;

  private final Runnable changed;
  private final OctetQueue queue = new OctetQueue(64);
  private int command;
  private boolean scanning;
  private int scanCodeSet;
  private int leds;
  private int last;

  /** A keyboard after power-on; {@code changed} is called when it has something to send. */
  Ps2Keyboard(Runnable changed) {
    this.changed = changed;
    setDefaults();
  }

  /** As after power-on, its self-test passed and read. */
  void reset() {
    queue.clear();
    setDefaults();
  }

  private void setDefaults() {
    command = NO_COMMAND;
    scanning = true;
    scanCodeSet = 2;
    leds = 0;
  }

  OctetQueue queue() {
    return queue;
  }

  int take() {
    last = queue.remove();
    return last;
  }

  /** The lights: bit 0 Scroll Lock, bit 1 Num Lock, bit 2 Caps Lock. */
  public int leds() {
    return leds;
  }

  /** Whether the keyboard has room for another key; without it keys are lost. */
  public boolean canType() {
    return queue.size() < KEYS;
  }

  /**
   * A key is pressed or released.
   *
   * @param code its code in set 2; for extended keys {@code E000h + code}
   */
  public void key(int code, boolean pressed) {
    if (!scanning) {
      return;
    }
    if (!canType()) {
      queue.add(OVERRUN);
    } else {
      if (code >> 8 == EXTENDED) {
        queue.add(EXTENDED);
      }
      int low = code & 0xFF;
      if (scanCodeSet == 1) {
        queue.add(ScanCodes.toSet1(low) | (pressed ? 0 : 0x80));
      } else {
        if (!pressed) {
          queue.add(RELEASED);
        }
        queue.add(low);
      }
    }
    changed.run();
  }

  /** The guest sends a byte. */
  void write(int value) {
    int pending = command;
    command = NO_COMMAND;
    if (pending != NO_COMMAND && value < 0xED) {
      argument(pending, value);
    } else {
      command(value);
    }
    changed.run();
  }

  private void argument(int pending, int value) {
    switch (pending) {
      case 0xED -> {
        leds = value & 7;
        queue.add(ACK);
      }
      case 0xF0 -> selectSet(value);
      default -> queue.add(ACK); // typematic rate, key types: nothing here repeats keys
    }
  }

  private void selectSet(int value) {
    if (value > 2) {
      queue.add(RESEND); // there is no set 3
      return;
    }
    queue.add(ACK);
    if (value == 0) {
      queue.add(scanCodeSet);
    } else {
      scanCodeSet = value;
    }
  }

  private void command(int value) {
    switch (value) {
      case 0xED, 0xF0, 0xF3, 0xFB, 0xFC, 0xFD -> {
        queue.add(ACK);
        command = value;
      }
      case 0xEE -> queue.add(0xEE);
      case 0xF2 -> {
        queue.add(ACK);
        queue.add(0xAB);
        queue.add(0x83);
      }
      case 0xF4 -> {
        queue.clear();
        scanning = true;
        queue.add(ACK);
      }
      case 0xF5, 0xF6 -> {
        queue.clear();
        setDefaults();
        scanning = value == 0xF6;
        queue.add(ACK);
      }
      case 0xF7, 0xF8, 0xF9, 0xFA -> queue.add(ACK);
      case 0xFE -> queue.add(last);
      case 0xFF -> {
        queue.clear();
        setDefaults();
        queue.add(ACK);
        queue.add(PASSED);
      }
      default -> queue.add(RESEND);
    }
  }
}
