package dev.hagen.profile;

import dev.hagen.cache.TranslationListener;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.emit.UnitFactory;
import dev.hagen.interpret.RegionCode;
import dev.hagen.region.Region;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps account of all units that are made: their sizes, and how often each was made anew and why. Any thread may call. */
public final class UnitBook {
  /** A guest can have units made without end. */
  private static final int MOST = 200_000;
  /** Of so many the code is kept, which takes some 5 KB each. */
  private static final int MOST_REGIONS = 20_000;

  /**
   * What is known of a unit.
   *
   * @param instructions guest instructions in its region
   * @param bytecodes bytes of the method
   * @param made how often a unit has been made for this place
   * @param retranslations how often that was since it was left often, by what it was left for
   * @param runs how often units for this place have been entered, by the run loop or by other units
   * @param retired instructions that they have retired
   */
  public record Facts(int instructions, int bytecodes, int made, Map<String, Integer> retranslations, long runs, long retired) {
    static final Facts NONE = new Facts(0, 0, 0, Map.of(), 0, 0);

    private Facts made(UnitFactory.Made unit) {
      return new Facts(unit.region().size(), unit.bytecodes(), made + 1, retranslations, runs, retired);
    }

    private Facts retranslated(Counter cause) {
      Map<String, Integer> more = new TreeMap<>(retranslations);
      more.merge(cause.value(), 1, Integer::sum);
      return new Facts(instructions, bytecodes, made, Map.copyOf(more), runs, retired);
    }

    private Facts ran(RegionCode code) {
      return new Facts(instructions, bytecodes, made, retranslations, runs + code.runs(), retired + code.retired());
    }

    /** How often a unit was made anew since the one before was left often. */
    public int retranslated() {
      return retranslations.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private final Map<UnitKey, Facts> units = new HashMap<>();
  /** The regions that have been seen to run last for their places. */
  private final Map<UnitKey, RegionCode> codes = new HashMap<>();
  private final Map<UnitKey, Long> pages = new HashMap<>();
  private final Map<UnitKey, Region> regions = new HashMap<>();

  /** What is known of a unit; zeros if nothing is. */
  public synchronized Facts of(UnitKey key) {
    RegionCode code = codes.get(key);
    Facts facts = units.getOrDefault(key, Facts.NONE);
    return code == null ? facts : facts.ran(code);
  }

  private synchronized void put(UnitKey key, Facts facts) {
    if (units.size() < MOST || units.containsKey(key)) {
      units.put(key, facts);
    }
  }

  /** Notes that a unit has been seen to run, so that its counts matter, and whose code it is; on the processor's thread. */
  synchronized void seen(UnitKey key, RegionCode code, CpuState cpu) {
    RegionCode before = codes.get(key);
    if (before != null && before != code) {
      put(key, units.getOrDefault(key, Facts.NONE).ran(before));
    }
    if (before != null || codes.size() < MOST_REGIONS) {
      codes.put(key, code);
    }
    if (cpu.cpl == 3 && units.containsKey(key)) {
      pages.computeIfAbsent(key, place -> CodePage.of(cpu.memory, place.physical()));
    }
  }

  /** Which page of user code a unit begins in, by {@link CodePage}. */
  synchronized long page(UnitKey key) {
    return pages.getOrDefault(key, CodePage.NONE);
  }

  /** The code that a unit was last made of, or null if it is not kept. */
  public synchronized @Nullable Region region(UnitKey key) {
    return regions.get(key);
  }

  private synchronized void made(RegionCode code, UnitFactory.Made unit) {
    UnitKey key = UnitKey.of(code);
    put(key, units.getOrDefault(key, Facts.NONE).made(unit));
    if (regions.size() < MOST_REGIONS || regions.containsKey(key)) {
      regions.put(key, unit.region());
    }
  }

  private synchronized void retranslated(RegionCode code, Counter cause) {
    put(UnitKey.of(code), units.getOrDefault(UnitKey.of(code), Facts.NONE).retranslated(cause));
  }

  /** A listener that keeps this book and tells {@code other} everything. */
  public TranslationListener with(TranslationListener other) {
    return new TranslationListener() {
      @Override
      public Translation begin(RegionCode code, Counter reason) {
        Translation translation = other.begin(code, reason);
        return unit -> {
          translation.end(unit);
          made(code, unit);
        };
      }

      @Override
      public void retranslated(RegionCode code, long instruction, Counter cause) {
        other.retranslated(code, instruction, cause);
        UnitBook.this.retranslated(code, cause);
      }

      @Override
      public void evicted(RegionCode code, int bytes) {
        other.evicted(code, bytes);
      }

      @Override
      public void retired(RegionCode code, Counter cause) {
        other.retired(code, cause);
      }

      @Override
      public void classUnloaded(String name, long address) {
        other.classUnloaded(name, address);
      }
    };
  }
}
