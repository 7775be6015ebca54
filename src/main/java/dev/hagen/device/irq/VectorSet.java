package dev.hagen.device.irq;

import java.util.Arrays;

/** A 256-bit register with one bit for each vector, as the guest sees it in eight doublewords. */
final class VectorSet {
  private final int[] words = new int[8];

  void set(int vector, boolean value) {
    int bit = 1 << vector;
    int index = vector >> 5;
    words[index] = value ? words[index] | bit : words[index] & ~bit;
  }

  boolean get(int vector) {
    return (words[vector >> 5] >>> vector & 1) != 0;
  }

  /** The highest vector in the set, or -1. */
  int highest() {
    for (int i = 7; i >= 0; i--) {
      if (words[i] != 0) {
        return (i << 5) + 31 - Integer.numberOfLeadingZeros(words[i]);
      }
    }
    return -1;
  }

  int word(int index) {
    return words[index & 7];
  }

  void clear() {
    Arrays.fill(words, 0);
  }
}
