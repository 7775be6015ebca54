package dev.hagen.profile;

import dev.hagen.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What tells a page of a program's code from others, wherever it lies: a number made of its bytes. Linux maps the pages of
 * programs as they are in their files, so the same number of a page in a file tells which file runs, and which part of it.
 */
final class CodePage {
  /** The code is no user's, or not known. */
  static final long NONE = 0;
  static final int SIZE = 0x1000;
  /** Odd, with as many ones as zeros (2 to the 64 divided by the golden ratio). */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private CodePage() {}

  /** The number of the page of guest memory around a guest-physical address; never {@link #NONE}. Takes a microsecond or two. */
  static long of(PhysicalMemory memory, long physical) {
    byte[] page = new byte[SIZE];
    memory.copyOut(physical & -SIZE, page, 0, SIZE);
    return of(page, 0);
  }

  /** The number of a page in a file; what lies behind the file's end is taken as zero. */
  static long of(byte[] file, int at) {
    byte[] page = file;
    int from = at;
    if (file.length - at < SIZE) {
      page = java.util.Arrays.copyOfRange(file, at, at + SIZE);
      from = 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(page, from, SIZE).order(ByteOrder.LITTLE_ENDIAN);
    long number = 0;
    for (int i = 0; i < SIZE / Long.BYTES; i++) {
      number = (number ^ bytes.getLong()) * SPREAD;
      number ^= number >>> 29;
    }
    return number == NONE ? SPREAD : number;
  }
}
