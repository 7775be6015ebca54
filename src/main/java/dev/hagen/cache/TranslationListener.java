package dev.hagen.cache;

import dev.hagen.cpu.Counter;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.RegionCode;

/** Hears what becomes of translation units; each once, and never of their execution. */
public interface TranslationListener {
  /** Nobody listens. */
  TranslationListener NONE = new TranslationListener() {
    @Override
    public Translation begin(RegionCode code, Counter reason) {
      return made -> {};
    }

    @Override
    public void retranslated(RegionCode code, long instruction, Counter cause) {}

    @Override
    public void evicted(RegionCode code, int bytes) {}

    @Override
    public void retired(RegionCode code, Counter cause) {}

    @Override
    public void classUnloaded(String name, long address) {}
  };

  /** A unit that is being made. */
  interface Translation {
    /** It has been made, and its class defined; not called if it was too large. On the thread that makes it. */
    void end(UnitFactory.Made made);
  }

  /**
   * A unit is about to be made; on the thread that makes it.
   *
   * @param reason one of {@link dev.hagen.cpu.CounterFamily#UNITS_MADE}
   */
  Translation begin(RegionCode code, Counter reason);

  /**
   * A unit is to be made anew since the one that runs is left often at an instruction; on the processor's thread.
   *
   * @param instruction its linear address
   * @param cause what it was left there for last, one of {@link dev.hagen.cpu.CounterFamily#UNIT_LEAVES}
   */
  void retranslated(RegionCode code, long instruction, Counter cause);

  /**
   * A unit had to go since the cache was full; on the processor's thread.
   *
   * @param bytes of class files that are free now
   */
  void evicted(RegionCode code, int bytes);

  /**
   * A unit runs no more since it is wrong; on the processor's thread.
   *
   * @param cause one of {@link dev.hagen.cpu.CounterFamily#UNITS_GONE}
   */
  void retired(RegionCode code, Counter cause);

  /**
   * The JVM has unloaded a unit's class; on the processor's thread, some time later.
   *
   * @param name of the class
   * @param address linear address of the unit's head when it was made
   */
  void classUnloaded(String name, long address);
}
