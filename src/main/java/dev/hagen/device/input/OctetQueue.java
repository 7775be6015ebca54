package dev.hagen.device.input;

/** A bounded queue of bytes from a keyboard or a mouse to its controller. */
final class OctetQueue {
  private final byte[] octets;
  private int head;
  private int count;

  OctetQueue(int capacity) {
    octets = new byte[capacity];
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return count;
  }

  /** Adds a byte; without room it is lost. */
  void add(int value) {
    if (count < octets.length) {
      octets[(head + count++) % octets.length] = (byte) value;
    }
  }

  /** Takes the oldest byte; there must be one. */
  int remove() {
    int value = octets[head] & 0xFF;
    head = (head + 1) % octets.length;
    count--;
    return value;
  }

  void clear() {
    count = 0;
  }
}
