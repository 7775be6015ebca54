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
   * @param retired instructions that its drafts have retired
   */
  public record Facts(int instructions, int bytecodes, int made, Map<String, Integer> retranslations, long retired) {
    static final Facts NONE = new Facts(0, 0, 0, Map.of(), 0);

    private Facts made(UnitFactory.Made unit) {
      return new Facts(unit.region().size(), unit.bytecodes(), made + 1, retranslations, retired);
    }

    private Facts retranslated(Counter cause) {
      Map<String, Integer> more = new TreeMap<>(retranslations);
      more.merge(cause.value(), 1, Integer::sum);
      return new Facts(instructions, bytecodes, made, Map.copyOf(more), retired);
    }

    private Facts retired(long count) {
      return new Facts(instructions, bytecodes, made, retranslations, Math.max(retired, count));
    }

    /** How often a unit was made anew since the one before was left often. */
    public int retranslated() {
      return retranslations.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private final Map<UnitKey, Facts> units = new HashMap<>();
  private final Map<UnitKey, Long> pages = new HashMap<>();
  private final Map<UnitKey, Region> regions = new HashMap<>();

  /** What is known of a unit; zeros if nothing is. */
  public synchronized Facts of(UnitKey key) {
    return units.getOrDefault(key, Facts.NONE);
  }

  private synchronized void put(UnitKey key, Facts facts) {
    if (units.size() < MOST || units.containsKey(key)) {
      units.put(key, facts);
    }
  }

  /** Notes how much a unit's draft has retired, and whose code it is; on the processor's thread. */
  synchronized void seen(UnitKey key, RegionCode code, CpuState cpu) {
    put(key, of(key).retired(code.heat()));
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
    put(key, of(key).made(unit));
    if (regions.size() < MOST_REGIONS || regions.containsKey(key)) {
      regions.put(key, unit.region());
    }
  }

  private synchronized void retranslated(RegionCode code, Counter cause) {
    put(UnitKey.of(code), of(UnitKey.of(code)).retranslated(cause));
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
