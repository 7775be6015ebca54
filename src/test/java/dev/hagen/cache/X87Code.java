package dev.hagen.cache;

import java.util.Random;

/**
 * Makes x87 code at random, for {@link RandomProgram}: pieces that push numbers, compute, and pop what they have pushed, most
 * of the time. So most instructions find what they need, and a few find the stack empty or full.
 */
final class X87Code {
  /** Where the code goes. */
  interface Sink {
    void emit(int... bytes);

    /** Emits a ModRM byte with {@code reg} and a memory operand. */
    void memory(int reg);

    /** Emits an instruction that is none of the x87. */
    void other();

    /** Emits a store of a doubleword to memory, and an instruction that takes it from there. */
    void withMemory(int value, int[] opcode, int reg);
  }

  /** Opcode and reg field of loads and stores of 32, 64, 80 bits; of integers. */
  private static final int[][] LOADS =
      {{0xD9, 0}, {0xDD, 0}, {0xDD, 0}, {0xDB, 5}, {0xDB, 0}, {0xDF, 0}, {0xDF, 5}, {0xDD, 0}};
  private static final int[][] POPPING_STORES =
      {{0xD9, 3}, {0xDD, 3}, {0xDB, 7}, {0xDB, 3}, {0xDF, 3}, {0xDF, 7}, {0xDB, 1}, {0xDD, 1}};
  private static final int[][] STORES = {{0xD9, 2}, {0xDD, 2}, {0xDB, 2}, {0xDF, 2}};
  /** Constants. */
  private static final int[][] CONSTANTS = {{0xD9, 0xE8}, {0xD9, 0xEE}, {0xD9, 0xEB}, {0xD9, 0xEA}};
  /** FCHS, FABS, FSQRT, FXAM, FTST, FRNDINT, FNSTSW AX, FSCALE, FPREM, FNOP. */
  private static final int[][] ON_TOP = {{0xD9, 0xE0}, {0xD9, 0xE1}, {0xD9, 0xFA}, {0xD9, 0xE0}, {0xD9, 0xFA}, {0xD9, 0xE5},
      {0xD9, 0xE4}, {0xD9, 0xFC}, {0xDF, 0xE0}, {0xD9, 0xFD}, {0xD9, 0xF8}, {0xD9, 0xD0}};
  /** FNINIT, FNCLEX, EMMS, FINCSTP, FDECSTP, FFREE ST(1), FWAIT, MOVQ MM0 to MM1. */
  private static final int[][] STRANGE = {{0xDB, 0xE3}, {0xDB, 0xE2}, {0x0F, 0x77}, {0xD9, 0xF7}, {0xD9, 0xF6},
      {0xDD, 0xC1}, {0x9B}, {0x0F, 0x6F, 0xC8}, {0xDB, 0xE3}};
  private static final int FULL = 0x37F;

  private final Random random;
  private final Sink sink;

  X87Code(Random random, Sink sink) {
    this.random = random;
    this.sink = sink;
  }

  /** Emits a piece. */
  void piece() {
    int depth = 0;
    for (int left = 3 + random.nextInt(12); left > 0; left--) {
      depth = Math.max(0, depth + instruction(depth));
    }
    while (depth > 0 && random.nextInt(30) != 0) {
      depth += pop(depth);
    }
  }

  /** Emits an instruction where the piece has {@code depth} registers; answers how many more there are then. */
  private int instruction(int depth) {
    int kind = random.nextInt(100);
    if (depth == 0 && kind < 97 || kind < 20 && depth < 6) {
      return push(depth);
    }
    if (kind < 55) {
      return arithmetic(depth);
    }
    if (kind < 65) {
      // FXCH.
      sink.emit(0xD9, 0xC8 | random.nextInt(depth + 1));
    } else if (kind < 73) {
      pick(ON_TOP);
    } else if (kind < 80) {
      return compare(depth);
    } else if (kind < 85) {
      // FST ST(i), FCMOV.
      sink.emit(random.nextBoolean() ? 0xDD : 0xDA, random.nextBoolean() ? 0xD0 | other(depth) : 0xC0 | other(depth));
    } else if (kind < 89) {
      int[] form = STORES[random.nextInt(STORES.length)];
      sink.emit(form[0]);
      sink.memory(form[1]);
    } else if (kind < 93) {
      sink.other();
    } else if (kind < 97) {
      return pop(depth);
    } else if (kind < 99) {
      control();
    } else {
      pick(STRANGE);
    }
    return 0;
  }

  private void pick(int[][] from) {
    sink.emit(from[random.nextInt(from.length)]);
  }

  private int other(int depth) {
    return depth > 1 ? random.nextInt(depth) : 0;
  }

  private int push(int depth) {
    switch (random.nextInt(6)) {
      case 0 -> pick(CONSTANTS);
      case 1 -> sink.emit(0xD9, 0xC0 | other(depth));
      default -> {
        int[] form = LOADS[random.nextInt(LOADS.length)];
        sink.emit(form[0]);
        sink.memory(form[1]);
      }
    }
    return 1;
  }

  private int pop(int depth) {
    if (random.nextInt(3) == 0) {
      sink.emit(0xDD, 0xD8 | other(depth));
    } else {
      int[] form = POPPING_STORES[random.nextInt(POPPING_STORES.length)];
      sink.emit(form[0]);
      sink.memory(form[1]);
    }
    return -1;
  }

  private int arithmetic(int depth) {
    int[] operations = {0, 1, 4, 5, 6, 7};
    int operation = operations[random.nextInt(operations.length)];
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        sink.emit(0xDE, 0xC0 | operation << 3 | other(depth));
        return -1;
      }
      case 2 -> {
        sink.emit(random.nextBoolean() ? 0xD8 : 0xDC);
        sink.memory(operation);
      }
      case 3 -> {
        sink.emit(random.nextBoolean() ? 0xDA : 0xDE);
        sink.memory(operation);
      }
      default -> sink.emit(random.nextBoolean() ? 0xD8 : 0xDC, 0xC0 | operation << 3 | other(depth));
    }
    return 0;
  }

  private int compare(int depth) {
    int register = other(depth);
    switch (random.nextInt(6)) {
      case 0 -> sink.emit(0xDB, 0xE8 | random.nextInt(2) << 3 | register);
      case 1 -> {
        sink.emit(0xDF, 0xE8 | random.nextInt(2) << 3 | register);
        return -1;
      }
      case 2 -> sink.emit(0xDD, 0xE0 | register);
      case 3 -> {
        sink.emit(random.nextBoolean() ? 0xD8 : 0xDC);
        sink.memory(2);
      }
      case 4 -> {
        sink.emit(0xDE, 0xD9);
        return -2;
      }
      default -> sink.emit(0xD8, 0xD0 | register);
    }
    return 0;
  }

  /** FLDCW of something likely; FNSTCW. */
  private void control() {
    int word = switch (random.nextInt(8)) {
      case 0 -> FULL & ~(1 << random.nextInt(6));
      case 1 -> FULL | random.nextInt(4) << 10;
      case 2 -> FULL & ~0x300 | random.nextInt(4) << 8;
      default -> FULL;
    };
    if (random.nextInt(3) == 0) {
      sink.emit(0xD9);
      sink.memory(7);
    } else {
      sink.withMemory(word, new int[] {0xD9}, 5);
    }
  }
}
