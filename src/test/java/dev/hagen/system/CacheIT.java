package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.util.Tunables;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Debian's kernels with translation caches that are too small, under each policy. {@code -Pnightly} boots each with each. */
class CacheIT {
  private static final boolean ALL = "all".equals(System.getProperty("cache.boots"));
  /** Bytes: room for some 300 units. */
  private static final long SMALL = 600_000;

  static Stream<Arguments> boots() {
    if (ALL) {
      return Stream.of("amd64", "i386").flatMap(architecture -> Stream.of(CachePolicy.values())
          .map(policy -> Arguments.of(architecture, policy, CacheBoot.EAGER)));
    }
    return Stream.of("amd64", "i386").flatMap(architecture -> Stream.of(
        Arguments.of(architecture, CachePolicy.W_TINYLFU, CacheBoot.WARY),
        Arguments.of(architecture, CachePolicy.LRU, CacheBoot.WARY),
        Arguments.of(architecture, CachePolicy.FIFO, CacheBoot.WARY),
        Arguments.of(architecture, CachePolicy.FLUSH, CacheBoot.WARY),
        Arguments.of(architecture, CachePolicy.UNBOUNDED, CacheBoot.WARY)));
  }

  @ParameterizedTest
  @MethodSource("boots")
  void kernel_boots(String architecture, CachePolicy policy, Tunables tunables) throws Exception {
    Counters counters = new CacheBoot().run(architecture, new CacheLimits(policy, SMALL), tunables);
    assertThat(counters.of(Counter.UNITS_EVICTED) > 100).isEqualTo(policy != CachePolicy.UNBOUNDED);
    assertThat(counters.of(Counter.UNITS_HELD_BYTES) > SMALL).isEqualTo(policy == CachePolicy.UNBOUNDED);
  }
}
