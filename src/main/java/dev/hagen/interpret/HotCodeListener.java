package dev.hagen.interpret;

import dev.hagen.cpu.Counter;

/** Hears of code that is executed often. */
public interface HotCodeListener {
  /** Nobody listens. */
  HotCodeListener NONE = linear -> {};

  /** The block at CS:RIP, whose linear address is {@code linear}, has become hot; called before it runs once more. */
  void hot(long linear);

  /** An instruction that units leave for has got a worse record, see {@link Interpreter#record}. */
  default void recordChanged() {}

  /**
   * A region whose unit might have run is no longer what memory holds, or forgotten with all decoded code; it is the
   * listener's to count.
   *
   * @param cause {@link Counter#UNITS_RETIRED} or {@link Counter#UNITS_FLUSHED}
   */
  default void retired(RegionCode code, Counter cause) {}

  /** A unit on trial goes on being tried. */
  default void onTrial(RegionCode code) {}

  /** A unit has been on trial long enough for HotSpot to know its ways; it waits for {@link Interpreter#prefer}. */
  default void tried(RegionCode code) {}
}
