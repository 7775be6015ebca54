package dev.hagen.semantics;

import dev.hagen.util.Bits;
import dev.hagen.x86.Flags;
import java.util.SplittableRandom;

/** Operands for comparisons with a reference: random bits, and the values at which carries and signs change. */
final class Samples {
  private static final int COUNT = 20_000;
  private static final long SEED = 8086;

  interface Check {
    /** {@code a}, {@code b} zero-extended from the operand size; {@code c} any; {@code flags} arithmetic flags. */
    void accept(long a, long b, long c, int flags);
  }

  private Samples() {}

  static void forEach(int size, Check check) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < COUNT; i++) {
      check.accept(Bits.zeroExtend(value(random), size), Bits.zeroExtend(value(random), size), value(random),
          random.nextInt() & Flags.ARITHMETIC);
    }
  }

  private static long value(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(8) - 4;
      case 1 -> 1L << random.nextInt(64);
      case 2 -> (1L << random.nextInt(64)) - 1;
      case 3 -> -1L << random.nextInt(64);
      default -> random.nextLong();
    };
  }
}
