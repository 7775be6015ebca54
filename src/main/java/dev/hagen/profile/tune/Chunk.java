package dev.hagen.profile.tune;

import java.nio.ByteBuffer;

/**
 * Some events in a row, deflated: each is a number whose low bits say what happened, as {@link Lookup#to} puts them, and whose others
 * are how far the unit is from that of the event before, which is 0 at the start.
 *
 * @param count events
 * @param bytes deflated
 * @param afterGap whether events are missing before it
 */
record Chunk(int count, byte[] bytes, boolean afterGap) {
  /** Bytes of a chunk before it is deflated. */
  static final int SIZE = 1 << 16;

  Chunk withGap() {
    return new Chunk(count, bytes, true);
  }

  /** Collects events until there is no room for another. */
  static final class Builder {
    private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);
    private int count;
    private int previous;

    void add(int event) {
      int unit = Lookup.unit(event);
      int distance = unit - previous;
      EventCoder.write(buffer, (long) (distance << 1 ^ distance >> 31) << Lookup.BITS | event & (1 << Lookup.BITS) - 1);
      previous = unit;
      count++;
    }

    boolean isFull() {
      return buffer.remaining() < EventCoder.LONGEST;
    }

    boolean isEmpty() {
      return count == 0;
    }

    /** What has been added since this was called last. */
    Chunk take(boolean afterGap) {
      Chunk chunk = new Chunk(count, EventCoder.deflate(buffer.array(), buffer.position()), afterGap);
      buffer.clear();
      count = 0;
      previous = 0;
      return chunk;
    }
  }

  /**
   * Writes the events into {@code events} from {@code at} on.
   *
   * @param units how many there are
   * @throws TraceException if that is not what the chunk holds
   */
  void decode(int[] events, int at, int units) throws TraceException {
    ByteBuffer in = ByteBuffer.wrap(EventCoder.inflate(bytes, SIZE));
    long unit = 0;
    for (int i = 0; i < count; i++) {
      long number = EventCoder.read(in);
      long distance = number >>> Lookup.BITS;
      unit += distance >>> 1 ^ -(distance & 1);
      if (unit < 0 || unit >= units) {
        throw new TraceException(TraceFile.DAMAGED);
      }
      events[at + i] = (int) unit << Lookup.BITS | (int) number & (1 << Lookup.BITS) - 1;
    }
    if (in.hasRemaining()) {
      throw new TraceException(TraceFile.DAMAGED);
    }
  }
}
