package dev.hagen.device.input;

/** A PS/2 mouse with three buttons and, once the guest knocks for it, a wheel (IntelliMouse protocol). */
public final class Ps2Mouse {
  private static final int ACK = 0xFA;
  private static final int RESEND = 0xFE;
  private static final int PASSED = 0xAA;
  private static final int NO_COMMAND = 0;
  /** The sample rates by which a guest asks for the wheel, one byte each. */
  private static final int WHEEL_KNOCK = 200 << 16 | 100 << 8 | 80;
  /** Packets wait in the mouse until the queue has shrunk to this. */
  private static final int QUEUED = 16;

  private final Runnable changed;
  private final OctetQueue queue = new OctetQueue(64);
  private int command;
  private boolean reporting;
  private boolean remote;
  private boolean wrap;
  private boolean doubled;
  private boolean wheel;
  private int sampleRate;
  private int resolution;
  private int knock;
  private int buttons;
  private int x;
  private int y;
  private int z;
  private boolean moved;
  private int last;

  /** A mouse after power-on, silent; {@code changed} is called when it has something to send. */
  Ps2Mouse(Runnable changed) {
    this.changed = changed;
    setDefaults();
  }

  void reset() {
    queue.clear();
    wheel = false;
    setDefaults();
  }

  private void setDefaults() {
    command = NO_COMMAND;
    reporting = false;
    remote = false;
    wrap = false;
    doubled = false;
    sampleRate = 100;
    resolution = 2;
    knock = 0;
    forget();
  }

  private void forget() {
    x = 0;
    y = 0;
    z = 0;
    moved = false;
  }

  OctetQueue queue() {
    return queue;
  }

  int take() {
    last = queue.remove();
    report();
    return last;
  }

  /**
   * The mouse is moved or its buttons change.
   *
   * @param dx counts to the right
   * @param dy counts upwards
   * @param dz counts of the wheel towards the user
   * @param pressed bit 0 left, bit 1 right, bit 2 middle
   */
  public void move(int dx, int dy, int dz, int pressed) {
    x = Math.clamp((long) x + dx, -0xFFFF, 0xFFFF);
    y = Math.clamp((long) y + dy, -0xFFFF, 0xFFFF);
    z = Math.clamp((long) z + dz, -0xFF, 0xFF);
    moved = true;
    buttons = pressed & 7;
    report();
    changed.run();
  }

  /** Sends what has gathered if the guest wants reports and has read the earlier ones. */
  private void report() {
    if (moved && reporting && !remote && !wrap && queue.size() <= QUEUED) {
      packet();
    }
  }

  private void packet() {
    int dx = Math.clamp(x, -255, 255);
    int dy = Math.clamp(y, -255, 255);
    int dz = Math.clamp(z, -8, 7);
    queue.add(8 | buttons | (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0));
    queue.add(dx);
    queue.add(dy);
    if (wheel) {
      queue.add(dz);
      z -= dz;
    } else {
      z = 0;
    }
    x -= dx;
    y -= dy;
    moved = x != 0 || y != 0 || z != 0;
  }

  /** The guest sends a byte. */
  void write(int value) {
    int pending = command;
    command = NO_COMMAND;
    if (wrap && value != 0xFF && value != 0xEC) {
      queue.add(value);
    } else if (pending != NO_COMMAND) {
      argument(pending, value);
    } else {
      command(value);
    }
    changed.run();
  }

  private void argument(int pending, int value) {
    queue.add(ACK);
    if (pending == 0xE8) {
      resolution = value & 3;
      return;
    }
    sampleRate = value;
    knock = (knock << 8 | value) & 0xFF_FFFF;
    if (knock == WHEEL_KNOCK) {
      wheel = true;
    }
  }

  private void command(int value) {
    if (value == 0xFE) {
      queue.add(last);
      return;
    }
    if (!isCommand(value)) {
      queue.add(RESEND);
      return;
    }
    if (value == 0xFF || value == 0xF5 || value == 0xF6) {
      queue.clear();
    }
    queue.add(ACK);
    switch (value) {
      case 0xE6, 0xE7 -> doubled = value == 0xE7;
      case 0xE8, 0xF3 -> command = value;
      case 0xE9 -> status();
      case 0xEA, 0xF0 -> {
        remote = value == 0xF0;
        forget();
      }
      case 0xEB -> packet();
      case 0xEC -> wrap = false;
      case 0xEE -> wrap = true;
      case 0xF2 -> queue.add(wheel ? 3 : 0);
      case 0xF4, 0xF5 -> {
        reporting = value == 0xF4;
        forget();
      }
      case 0xF6 -> setDefaults();
      case 0xFF -> {
        wheel = false;
        setDefaults();
        queue.add(PASSED);
        queue.add(0);
      }
      default -> throw new AssertionError(value);
    }
  }

  private static boolean isCommand(int value) {
    return value >= 0xE6 && value <= 0xF6 && value != 0xED && value != 0xEF && value != 0xF1 || value == 0xFF;
  }

  private void status() {
    int left = (buttons & 1) << 2;
    int right = buttons >> 1 & 1;
    int middle = buttons >> 1 & 2;
    queue.add((remote ? 0x40 : 0) | (reporting ? 0x20 : 0) | (doubled ? 0x10 : 0) | left | middle | right);
    queue.add(resolution);
    queue.add(sampleRate);
  }
}
