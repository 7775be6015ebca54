package dev.hagen.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An encoding of an instruction on XMM registers, for {@link RandomProgram}.
 *
 * @param prefix 0, 66h, F3h or F2h
 * @param opcode what follows 0F
 * @param registers what the ModRM byte may name
 * @param immediate whether an immediate of one byte follows
 */
record VectorForm(int prefix, int[] opcode, Operands registers, boolean immediate) {
  /** What the two fields of the ModRM byte name. */
  enum Operands {
    /** An XMM register; an XMM register or memory. */
    XMM,
    /** An XMM register; memory. */
    XMM_MEMORY,
    /** Two XMM registers. */
    XMM_ONLY,
    /** An XMM register; a general register or memory. */
    FROM_GENERAL,
    /** A general register; an XMM register or memory. */
    TO_GENERAL,
    /** A general register; an XMM register. */
    TO_GENERAL_ONLY,
    /** Part of the opcode, 2, 4 or 6; an XMM register. */
    SHIFT
  }

  private static final List<VectorForm> FORMS = forms();

  private static List<VectorForm> forms() {
    List<VectorForm> forms = new ArrayList<>();
    // Arithmetic, twice as often: square root, sum, product, difference, minimum, quotient, maximum.
    for (int i = 0; i < 2; i++) {
      for (int opcode : new int[] {0x51, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F}) {
        for (int prefix : new int[] {0, 0x66, 0xF3, 0xF2, 0xF2}) {
          add(forms, prefix, Operands.XMM, false, opcode);
        }
      }
      // Moves.
      for (int prefix : new int[] {0, 0x66, 0xF3, 0xF2, 0xF2}) {
        add(forms, prefix, Operands.XMM, false, 0x10);
        add(forms, prefix, Operands.XMM, false, 0x11);
      }
      add(forms, 0x66, Operands.XMM, false, 0x28);
      add(forms, 0, Operands.XMM, false, 0x29);
      add(forms, 0x66, Operands.XMM, false, 0x6F);
      add(forms, 0xF3, Operands.XMM, false, 0x6F);
      add(forms, 0xF3, Operands.XMM, false, 0x7F);
      add(forms, 0xF3, Operands.XMM, false, 0x7E);
      add(forms, 0x66, Operands.XMM, false, 0xD6);
      // COMISD and its like.
      for (int opcode : new int[] {0x2E, 0x2F}) {
        add(forms, 0, Operands.XMM, false, opcode);
        add(forms, 0x66, Operands.XMM, false, opcode);
      }
      // Conversions.
      for (int prefix : new int[] {0xF3, 0xF2}) {
        add(forms, prefix, Operands.FROM_GENERAL, false, 0x2A);
        add(forms, prefix, Operands.TO_GENERAL, false, 0x2C);
        add(forms, prefix, Operands.TO_GENERAL, false, 0x2D);
        add(forms, prefix, Operands.XMM, false, 0x5A);
      }
    }
    for (int opcode : new int[] {0x12, 0x13, 0x16, 0x17}) {
      add(forms, 0, Operands.XMM_MEMORY, false, opcode);
      add(forms, 0x66, Operands.XMM_MEMORY, false, opcode);
    }
    add(forms, 0, Operands.XMM_ONLY, false, 0x12);
    add(forms, 0, Operands.XMM_ONLY, false, 0x16);
    for (int prefix : new int[] {0xF3, 0xF2}) {
      add(forms, prefix, Operands.XMM, false, 0x12);
    }
    // Unpack, logic; packed conversions; comparisons with an immediate; shuffles.
    for (int opcode : new int[] {0x14, 0x15, 0x54, 0x55, 0x56, 0x57, 0x5A, 0x5B}) {
      add(forms, 0, Operands.XMM, false, opcode);
      add(forms, 0x66, Operands.XMM, false, opcode);
    }
    for (int prefix : new int[] {0, 0x66, 0xF3, 0xF2}) {
      add(forms, prefix, Operands.XMM, true, 0xC2);
      add(forms, prefix, Operands.XMM, true, prefix == 0 ? 0xC6 : 0x70);
      add(forms, prefix, Operands.XMM, false, 0xE6);
    }
    add(forms, 0x66, Operands.XMM, true, 0xC6);
    add(forms, 0x66, Operands.FROM_GENERAL, true, 0xC4);
    add(forms, 0x66, Operands.TO_GENERAL_ONLY, true, 0xC5);
    add(forms, 0, Operands.TO_GENERAL_ONLY, false, 0x50);
    add(forms, 0x66, Operands.TO_GENERAL_ONLY, false, 0x50);
    add(forms, 0x66, Operands.TO_GENERAL_ONLY, false, 0xD7);
    add(forms, 0x66, Operands.FROM_GENERAL, false, 0x6E);
    add(forms, 0x66, Operands.FROM_GENERAL, false, 0x7E);
    // Packed integers.
    for (int opcode = 0x60; opcode <= 0x6D; opcode++) {
      add(forms, 0x66, Operands.XMM, false, opcode);
    }
    for (int opcode : new int[] {0x74, 0x75, 0x76, 0xEF, 0xEB, 0xDB, 0xDA, 0xDE, 0xF8, 0xFC, 0xFE, 0xD4}) {
      add(forms, 0x66, Operands.XMM, false, opcode);
    }
    for (int opcode = 0xD1; opcode <= 0xFE; opcode++) {
      if (opcode != 0xD6 && opcode != 0xD7 && opcode != 0xE6 && opcode != 0xE7 && opcode != 0xF0 && opcode != 0xF7) {
        add(forms, 0x66, Operands.XMM, false, opcode);
      }
    }
    for (int opcode : new int[] {0x71, 0x72, 0x73}) {
      add(forms, 0x66, Operands.SHIFT, true, opcode);
    }
    // SSE3 to SSE4.1: sums of neighbours, PSHUFB, PTEST, extensions, minima, PALIGNR, blends, rounding.
    add(forms, 0x66, Operands.XMM, false, 0x7C);
    add(forms, 0xF2, Operands.XMM, false, 0xD0);
    for (int opcode : new int[] {0x00, 0x01, 0x04, 0x08, 0x10, 0x15, 0x17, 0x17, 0x1C, 0x20, 0x30, 0x33, 0x38, 0x40}) {
      add(forms, 0x66, Operands.XMM, false, 0x38, opcode);
    }
    for (int opcode : new int[] {0x08, 0x0B, 0x0D, 0x0E, 0x0F, 0x21}) {
      add(forms, 0x66, Operands.XMM, true, 0x3A, opcode);
    }
    for (int opcode : new int[] {0x14, 0x16, 0x17, 0x20, 0x22}) {
      add(forms, 0x66, Operands.FROM_GENERAL, true, 0x3A, opcode);
    }
    return List.copyOf(forms);
  }

  private static void add(List<VectorForm> forms, int prefix, Operands registers, boolean immediate, int... opcode) {
    forms.add(new VectorForm(prefix, opcode, registers, immediate));
  }

  static VectorForm any(Random random) {
    return FORMS.get(random.nextInt(FORMS.size()));
  }

  // Values.

  private static final double[] DOUBLES = {0.0, -0.0, 1, -1, 0.5, 3, Double.MIN_VALUE, -0x1p-1030, Double.MIN_NORMAL,
      Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 0x1p31, -0x1p63, 0x1p-600};
  private static final float[] FLOATS = {0, -0f, 1, -1, 0.5f, 3, Float.MIN_VALUE, -0x1p-130f, Float.MIN_NORMAL,
      Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0x1p31f, -0x1p63f, 0x1p-80f};

  /** Eight bytes that are more often than not numbers of a usual size, and sometimes special ones. */
  static long value(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(100);
      case 2 -> bits(DOUBLES[random.nextInt(DOUBLES.length)]);
      case 3 -> pair(FLOATS[random.nextInt(FLOATS.length)], FLOATS[random.nextInt(FLOATS.length)]);
      case 4 -> 0x7FF0_0000_0000_0001L;
      case 5, 6, 7 -> pair(number(random), number(random));
      default -> bits(number(random));
    };
  }

  private static float number(Random random) {
    double value = random.nextGaussian() * Math.scalb(1.0, random.nextInt(20) - 10);
    return (float) (random.nextBoolean() ? Math.rint(value) : value);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static long pair(float low, float high) {
    return Float.floatToRawIntBits(low) & 0xFFFF_FFFFL | (long) Float.floatToRawIntBits(high) << 32;
  }

  /** Settings of MXCSR, the usual one most often. */
  static int mxcsr(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> 0x1F80;
      case 1 -> 0x9FE0;
      case 2 -> 0x1FA0 | random.nextInt(4) << 13;
      case 3 -> 0x1F80 & ~(0x80 << random.nextInt(6));
      case 4 -> random.nextInt(0x1_0000);
      case 5 -> 0x2_1FA0;
      default -> 0x1FA0;
    };
  }
}
