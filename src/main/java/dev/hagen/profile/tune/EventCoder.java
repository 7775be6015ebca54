package dev.hagen.profile.tune;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Numbers of varying length, and Deflate. A number takes a byte for each seven bits, the lowest first, and bit 7 says that
 * there are more. Signed ones have their sign in bit 0.
 */
final class EventCoder {
  /** Bytes that a number may take. */
  static final int LONGEST = 10;
  private static final int LEVEL = 3;

  private EventCoder() {}

  static void write(ByteBuffer out, long number) {
    long left = number;
    while ((left & ~0x7FL) != 0) {
      out.put((byte) (left | 0x80));
      left >>>= 7;
    }
    out.put((byte) left);
  }

  static void writeSigned(ByteBuffer out, long number) {
    write(out, number << 1 ^ number >> 63);
  }

  /**
   * Reads a number.
   *
   * @throws TraceException if there is none
   */
  static long read(ByteBuffer in) throws TraceException {
    try {
      long number = 0;
      for (int shift = 0; shift < Long.SIZE; shift += 7) {
        byte next = in.get();
        number |= (long) (next & 0x7F) << shift;
        if (next >= 0) {
          return number;
        }
      }
      throw new TraceException(TraceFile.DAMAGED);
    } catch (BufferUnderflowException e) {
      throw new TraceException(TraceFile.DAMAGED);
    }
  }

  static long readSigned(ByteBuffer in) throws TraceException {
    long number = read(in);
    return number >>> 1 ^ -(number & 1);
  }

  static byte[] deflate(byte[] bytes, int length) {
    try (Deflater deflater = new Deflater(LEVEL)) {
      deflater.setInput(bytes, 0, length);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(length / 4);
      byte[] buffer = new byte[1 << 13];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  /**
   * What was deflated.
   *
   * @param most bytes that there may be
   * @throws TraceException if there are more, or it is not whole
   */
  static byte[] inflate(byte[] bytes, int most) throws TraceException {
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(bytes);
      byte[] out = new byte[Math.min(most, Math.max(64, 4 * bytes.length))];
      int length = 0;
      while (!inflater.finished()) {
        if (length == out.length) {
          if (length == most) {
            throw new TraceException(TraceFile.DAMAGED);
          }
          out = Arrays.copyOf(out, (int) Math.min(most, 2L * length));
        }
        int more = inflater.inflate(out, length, out.length - length);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw new TraceException(TraceFile.DAMAGED);
        }
        length += more;
      }
      return Arrays.copyOf(out, length);
    } catch (DataFormatException e) {
      throw new TraceException(TraceFile.DAMAGED);
    }
  }
}
