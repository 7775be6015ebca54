package dev.hagen.semantics;

import dev.hagen.memory.HostMemory;

/**
 * Looks at strings in RAM eight bytes at a time. Answers are numbers of elements that need no closer look; they may fall
 * short by less than eight bytes.
 */
final class StringSearch {
  private static final int WORD = 8;

  private StringSearch() {}

  /** How many of {@code count} elements at the host offsets {@code first} and {@code second} are surely equal. */
  static long equalElements(long first, long second, long count, int size) {
    long length = count * size;
    long at = 0;
    while (at + WORD <= length && HostMemory.getLong(first + at) == HostMemory.getLong(second + at)) {
      at += WORD;
    }
    return at / size;
  }

  /**
   * How many of {@code count} elements at host offset {@code from} are surely equal ({@code equal}) or surely different
   * (else) from {@code value}, which is zero-extended.
   */
  static long elementsBefore(long from, long value, long count, int size, boolean equal) {
    long length = count * size;
    // One in the lowest and in the highest bit of every element.
    long lowest = switch (size) {
      case 1 -> 0x0101_0101_0101_0101L;
      case 2 -> 0x0001_0001_0001_0001L;
      case 4 -> 0x0000_0001_0000_0001L;
      default -> 1;
    };
    long highest = lowest << (size << 3) - 1;
    long pattern = value * lowest;
    long at = 0;
    while (at + WORD <= length) {
      long difference = HostMemory.getLong(from + at) ^ pattern;
      // Not zero if and only if an element of the difference is zero.
      long zeros = difference - lowest & ~difference & highest;
      if (equal ? difference != 0 : zeros != 0) {
        break;
      }
      at += WORD;
    }
    return at / size;
  }
}
