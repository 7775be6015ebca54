package dev.hagen.device.timer;

/**
 * One of the three counters of an 8254, as a function of time (Intel 8254 data sheet, "Mode Definitions"): between two
 * accesses nothing runs. All times are ticks of the counter's clock.
 */
final class PitCounter {
  /** Answer of {@link #nextRise}: never. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int MODE_TERMINAL_COUNT = 0;
  private static final int MODE_ONE_SHOT = 1;
  private static final int MODE_RATE = 2;
  private static final int MODE_SQUARE = 3;
  private static final int MODE_HARDWARE_STROBE = 5;

  private static final int ACCESS_LOW = 1;
  private static final int ACCESS_HIGH = 2;
  private static final int ACCESS_BOTH = 3;

  private int mode;
  private boolean bcd;
  private int access = ACCESS_BOTH;
  private boolean gate;

  /** The count in force, 1 to 65,536. */
  private int count = 0x1_0000;
  /** A count that waits for the end of the period (modes 2, 3) or for a trigger (modes 1, 5), or 0. */
  private int nextCount;
  /** When {@link #nextCount} comes into force, in modes 2 and 3 while running. */
  private long switchAt;
  /** Whether a count has been written since the control word. */
  private boolean loaded;
  /** Whether the counting element counts. */
  private boolean running;
  /** The tick at which the counting element began with {@link #count}; while it is stopped, how far it had come. */
  private long start;

  private int lowByte;
  private boolean writeHighNext;
  private boolean readHighNext;
  /** The bytes of the latched count not read yet. */
  private int latchedBytes;
  private int latchedCount;
  private boolean statusLatched;
  private int latchedStatus;

  PitCounter(boolean gate) {
    this.gate = gate;
  }

  /** A control word for this counter that is no latch command. */
  void control(int value) {
    access = value >> 4 & 3;
    mode = value >> 1 & 7;
    if (mode > MODE_HARDWARE_STROBE) {
      mode -= 4; // modes 2 and 3 do not look at the top bit
    }
    bcd = (value & 1) != 0;
    loaded = false;
    running = false;
    start = 0;
    nextCount = 0;
    writeHighNext = false;
    readHighNext = false;
    latchedBytes = 0;
    statusLatched = false;
  }

  void write(long now, int value) {
    switch (access) {
      case ACCESS_LOW -> load(now, value);
      case ACCESS_HIGH -> load(now, value << 8);
      default -> {
        if (writeHighNext) {
          load(now, value << 8 | lowByte);
        } else {
          lowByte = value;
          if (mode == MODE_TERMINAL_COUNT) {
            stop(now); // the first byte of two stops the counter and lowers OUT
            loaded = false;
          }
        }
        writeHighNext = !writeHighNext;
      }
    }
  }

  private void load(long now, int written) {
    int value = bcd ? fromBcd(written) : written;
    if (value == 0) {
      value = modulus();
    }
    if (needsTrigger()) {
      nextCount = value;
    } else if (isPeriodic() && running) {
      if (nextCount == 0) {
        switchAt = endOfPart(now);
      }
      nextCount = value;
    } else {
      count = value;
      nextCount = 0;
      running = gate;
      start = running ? now + 1 : 0; // the next clock loads the counting element
    }
    loaded = true;
  }

  /** Sets the level of the GATE input. */
  void gate(long now, boolean level) {
    boolean rising = level && !gate;
    gate = level;
    if (needsTrigger() || isPeriodic()) {
      if (rising && loaded) {
        count = nextCount == 0 ? count : nextCount;
        nextCount = 0;
        running = true;
        start = now + 1;
      } else if (!level && isPeriodic()) {
        stop(now);
      }
    } else if (!level) {
      stop(now);
    } else if (rising && loaded) {
      running = true;
      start = now - start;
    }
  }

  boolean gate() {
    return gate;
  }

  private void stop(long now) {
    if (running) {
      start = elapsed(now);
      running = false;
    }
  }

  /** Brings a waiting count into force if its time has come; to be called before anything else at a new time. */
  void advance(long now) {
    if (isPeriodic() && running && nextCount != 0 && now >= switchAt) {
      boolean inLowPart = mode == MODE_SQUARE && (switchAt - start) % count != 0;
      count = nextCount;
      nextCount = 0;
      start = inLowPart ? switchAt - highPart() : switchAt;
    }
  }

  /** The end of the period, or of the half period of a square wave, that contains {@code now}. */
  private long endOfPart(long now) {
    long phase = elapsed(now) % count;
    long length = mode == MODE_SQUARE && phase < highPart() ? highPart() : count;
    return Math.max(now, start) - phase + length;
  }

  private boolean needsTrigger() {
    return mode == MODE_ONE_SHOT || mode == MODE_HARDWARE_STROBE;
  }

  /** Whether OUT repeats: modes 2 and 3. */
  boolean isPeriodic() {
    return mode == MODE_RATE || mode == MODE_SQUARE;
  }

  private int highPart() {
    return count + 1 >> 1;
  }

  private int modulus() {
    return bcd ? 10_000 : 0x1_0000;
  }

  private long elapsed(long now) {
    return running ? Math.max(0, now - start) : start;
  }

  /** The level of the OUT output. */
  boolean out(long now) {
    if (!loaded || isPeriodic() && !running) {
      return mode != MODE_TERMINAL_COUNT;
    }
    long elapsed = elapsed(now);
    return switch (mode) {
      case MODE_TERMINAL_COUNT -> elapsed >= count;
      case MODE_ONE_SHOT -> !running || elapsed >= count;
      case MODE_RATE -> count == 1 || elapsed % count != count - 1;
      case MODE_SQUARE -> elapsed % count < highPart();
      default -> !running || elapsed != count;
    };
  }

  /** The first tick after {@code now} at which OUT goes from low to high by itself, or {@link #NEVER}. */
  long nextRise(long now) {
    if (!running) {
      return NEVER;
    }
    long elapsed = elapsed(now);
    return switch (mode) {
      case MODE_TERMINAL_COUNT, MODE_ONE_SHOT -> elapsed < count ? start + count : NEVER;
      case MODE_RATE, MODE_SQUARE -> nextPeriod(now);
      default -> elapsed <= count ? start + count + 1 : NEVER;
    };
  }

  private long nextPeriod(long now) {
    long phase = elapsed(now) % count;
    long end = Math.max(now, start) - phase + count;
    if (nextCount != 0 && switchAt < end) {
      return switchAt + (nextCount >> 1); // the square wave's low part is already of the new length
    }
    return count > 1 ? end : NEVER;
  }

  /** What the counting element shows, in the guest's encoding. */
  private int current(long now) {
    if (!loaded) {
      return 0;
    }
    long elapsed = elapsed(now);
    long value = switch (mode) {
      case MODE_RATE -> count - elapsed % count;
      case MODE_SQUARE -> {
        long phase = elapsed % count;
        yield (count & ~1) - 2 * (phase < highPart() ? phase : phase - highPart());
      }
      default -> count - elapsed;
    };
    int wrapped = (int) Math.floorMod(value, (long) modulus());
    return bcd ? toBcd(wrapped) : wrapped;
  }

  /** The counter latch command; a count that is latched already stays. */
  void latchCount(long now) {
    if (latchedBytes == 0) {
      latchedCount = current(now);
      latchedBytes = access == ACCESS_BOTH ? 2 : 1;
    }
  }

  /** The status part of the read-back command. */
  void latchStatus(long now) {
    if (!statusLatched) {
      statusLatched = true;
      boolean nullCount = !loaded || nextCount != 0;
      latchedStatus = (out(now) ? 0x80 : 0) | (nullCount ? 0x40 : 0) | access << 4 | mode << 1 | (bcd ? 1 : 0);
    }
  }

  int read(long now) {
    if (statusLatched) {
      statusLatched = false;
      return latchedStatus;
    }
    if (latchedBytes > 0) {
      boolean high = access == ACCESS_HIGH || access == ACCESS_BOTH && latchedBytes == 1;
      latchedBytes--;
      return high ? latchedCount >> 8 : latchedCount & 0xFF;
    }
    boolean high = access == ACCESS_HIGH || access == ACCESS_BOTH && readHighNext;
    if (access == ACCESS_BOTH) {
      readHighNext = !readHighNext;
    }
    int value = current(now);
    return high ? value >> 8 : value & 0xFF;
  }

  private static int fromBcd(int value) {
    return (value >> 12) * 1000 + (value >> 8 & 15) * 100 + (value >> 4 & 15) * 10 + (value & 15);
  }

  private static int toBcd(int value) {
    return value / 1000 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
  }
}
