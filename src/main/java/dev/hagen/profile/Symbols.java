package dev.hagen.profile;

/** Names for the guest's code. */
public interface Symbols {
  /** Nothing is known of the guest. */
  Symbols NONE = linear -> "";

  /** The function at a linear address with the distance from its start, {@code memcpy+0x10}; empty if unknown. Any thread calls. */
  String at(long linear);
}
