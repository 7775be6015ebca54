package dev.hagen.device;

import dev.hagen.memory.MmioRegion;
import java.util.Random;

/** A guest gone mad: random accesses to a device with random steps of the clock between; must never throw. */
public final class RandomGuest {
  private static final int[] SIZES = {1, 2, 4, 8};
  private final Random random;
  private final ManualClock clock;

  public RandomGuest(long seed, ManualClock clock) {
    this.random = new Random(seed);
    this.clock = clock;
  }

  public Random random() {
    return random;
  }

  /** Accesses {@code ports} ports of {@code device} with at most {@code width} bytes, {@code steps} times. */
  public void ports(PortDevice device, int ports, int width, int steps, Runnable invariant) {
    for (int i = 0; i < steps; i++) {
      int size = SIZES[random.nextInt(Integer.numberOfTrailingZeros(width) + 1)];
      int offset = random.nextInt(Math.max(1, ports - size + 1));
      if (random.nextInt(3) != 0) {
        device.writePort(offset, value(), size);
      } else {
        device.readPort(offset, size);
      }
      step();
      invariant.run();
    }
  }

  /** Accesses {@code length} bytes of {@code region}, {@code steps} times. */
  public void region(MmioRegion region, int length, int steps, Runnable invariant) {
    for (int i = 0; i < steps; i++) {
      int size = SIZES[random.nextInt(4)];
      long offset = random.nextInt(length - size + 1);
      if (random.nextInt(8) != 0) {
        offset &= -(random.nextBoolean() ? 16L : size);
      }
      if (random.nextInt(3) != 0) {
        region.write(offset, value(), size);
      } else {
        region.read(offset, size);
      }
      step();
      invariant.run();
    }
  }

  /** A value that is often interesting: small, all ones, one bit. */
  public long value() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(256);
      case 1 -> -1L;
      case 2 -> 1L << random.nextInt(64);
      case 3 -> 0;
      default -> random.nextLong();
    };
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0 -> clock.advance(random.nextInt(2_000));
      case 1 -> clock.stall(random.nextInt(2_000_000));
      case 2 -> clock.stall(random.nextLong(1L << random.nextInt(1, 45)));
      default -> { }
    }
  }
}
