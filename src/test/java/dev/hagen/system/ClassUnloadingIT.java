package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.machine.MachineConfig;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Units that are evicted leave nothing behind. */
class ClassUnloadingIT {
  private static final ClassLoadingMXBean CLASSES = ManagementFactory.getClassLoadingMXBean();
  /** Bytes: room for some 150 units, of the thousands that a boot makes. */
  private static final long TINY = 300_000;

  /**
   * Units are made while the guest waits, and its clock counts instructions: how many units there are does not depend
   * on how fast it runs.
   */
  private static final MachineConfig CONFIG = MachineConfig.standard().withDeterminism(true)
      .withTunables(Tunables.standard().with(Tunable.THRESHOLD, 50).with(Tunable.BACKGROUND, 0))
      .withCache(new CacheLimits(CachePolicy.W_TINYLFU, TINY));

  @Test
  void kernel_whoseUnitsAreEvictedAllTheTime_boots_andTheirClassesAreUnloaded() throws Exception {
    System.gc();
    long unloadedBefore = CLASSES.getUnloadedClassCount();
    int loadedBefore = CLASSES.getLoadedClassCount();
    Counters counters = new CacheBoot().run("amd64", CONFIG);
    long unloaded = CLASSES.getUnloadedClassCount() - unloadedBefore;
    System.gc();
    int loaded = CLASSES.getLoadedClassCount() - loadedBefore;
    System.out.printf("amd64: %,d evicted, %,d classes unloaded meanwhile, %,d more classes than before%n",
        counters.of(Counter.UNITS_EVICTED), unloaded, loaded);
    assertThat(counters.of(Counter.UNITS_EVICTED)).as("tens of thousands").isGreaterThan(20_000);
    assertThat(counters.of(Counter.UNITS_HELD)).isLessThan(1000);
    // While the kernel ran, when the collector had reason to, and at the end.
    assertThat(unloaded).isGreaterThan(counters.of(Counter.UNITS_EVICTED) / 4);
    assertThat(loaded).isLessThan(5000);
  }
}
