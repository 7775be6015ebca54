package dev.hagen.device.timer;

import dev.hagen.device.Frequency;
import dev.hagen.device.GuestClock;
import dev.hagen.device.IrqLine;
import dev.hagen.device.PortDevice;

/**
 * An 8254 with three counters at ports 40h to 43h; counter 0 drives an interrupt line, counter 2 belongs to
 * {@link SpeakerPort} (Intel 8254 data sheet).
 *
 * <p>A clock timer is armed for the next rising edge of counter 0 only; what else the guest sees is computed when it
 * looks. A host that was late by several periods delivers one edge.
 */
public final class Pit implements PortDevice {
  /** The number of ports. */
  public static final int PORTS = 4;
  /** The input clock: 14.31818 MHz / 12. */
  public static final long HERTZ = 1_193_182;

  /** Shorter periods of counter 0 wake the host only this often: no guest could handle more. */
  private static final long SHORTEST_PERIOD = 10_000;

  private static final int CONTROL = 3;
  private static final int READ_BACK = 3;

  private final GuestClock clock;
  private final IrqLine irq;
  private final GuestClock.Timer timer;
  private final Frequency frequency = new Frequency(HERTZ);
  private final PitCounter[] counters = new PitCounter[3];
  private long nextRise = PitCounter.NEVER;

  /** Counters that no one has programmed yet. {@code channel0} follows the output of counter 0. */
  public Pit(GuestClock clock, IrqLine channel0) {
    this.clock = clock;
    this.irq = channel0;
    this.timer = clock.timer(this::update);
    reset();
  }

  /** As after power-on: no counter counts, the gate of counter 2 is shut. */
  public void reset() {
    for (int i = 0; i < counters.length; i++) {
      counters[i] = new PitCounter(i != 2);
    }
    nextRise = PitCounter.NEVER;
    timer.cancel();
    irq.set(false);
  }

  @Override
  public long readPort(int offset, int size) {
    update();
    int index = offset & 3;
    return index == CONTROL ? 0xFF : counters[index].read(now());
  }

  @Override
  public void writePort(int offset, long value, int size) {
    update();
    int index = offset & 3;
    int octet = (int) value & 0xFF;
    if (index == CONTROL) {
      control(octet);
    } else {
      counters[index].write(now(), octet);
    }
    update();
  }

  private void control(int value) {
    int index = value >> 6;
    if (index == READ_BACK) {
      readBack(value);
    } else if ((value & 0x30) == 0) {
      counters[index].latchCount(now());
    } else {
      counters[index].control(value);
    }
  }

  private void readBack(int value) {
    for (int i = 0; i < counters.length; i++) {
      if ((value & 2 << i) != 0) {
        if ((value & 0x20) == 0) {
          counters[i].latchCount(now());
        }
        if ((value & 0x10) == 0) {
          counters[i].latchStatus(now());
        }
      }
    }
  }

  /** The output of counter {@code index}. */
  boolean out(int index) {
    update();
    return counters[index].out(now());
  }

  boolean gate(int index) {
    return counters[index].gate();
  }

  void setGate(int index, boolean level) {
    update();
    counters[index].gate(now(), level);
    update();
  }

  private long now() {
    return frequency.ticks(clock.now());
  }

  /** Brings the counters and the interrupt line up to the present. */
  private void update() {
    long now = now();
    for (PitCounter counter : counters) {
      counter.advance(now);
    }
    if (now >= nextRise) {
      irq.set(false); // it was low for a moment that nobody watched
      irq.set(true);
    }
    irq.set(counters[0].out(now));
    long rise = counters[0].nextRise(now);
    if (rise != nextRise) {
      nextRise = rise;
      if (rise == PitCounter.NEVER) {
        timer.cancel();
      } else {
        long at = frequency.nanos(rise);
        timer.at(counters[0].isPeriodic() ? Math.max(at, clock.now() + SHORTEST_PERIOD) : at);
      }
    }
  }
}
