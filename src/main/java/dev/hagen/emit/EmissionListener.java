package dev.hagen.emit;

import dev.hagen.region.Region;

/** Hears of emitted classes. */
public interface EmissionListener {
  /** A region's class has been emitted and is about to be defined; called by the thread that emits. */
  void emitted(Region region, UnitEmitter.Emitted emitted);
}
