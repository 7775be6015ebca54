package dev.hagen.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hagen.boot.FlatImage;
import dev.hagen.boot.ImageFile;
import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.profile.tune.Outcome;
import dev.hagen.profile.tune.Replay;
import dev.hagen.profile.tune.TraceFile;
import dev.hagen.profile.tune.TraceRecorder;
import dev.hagen.profile.tune.UnitTrace;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import dev.hagen.vmm.StopReason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest with far more code than its translation cache holds, under each policy; and the replay of its trace. */
class CachePolicyMachineTest {
  /** Room for a fraction of the guest's units. */
  private static final long SMALL = 96 << 10;
  private static final int CALLS = 5_000;
  private static final double HALF_A_POINT = 0.005;
  /** Little is needed to be hot, and to be made anew. */
  private static final Tunables EAGER = Tunables.standard().with(Tunable.THRESHOLD, 100).with(Tunable.BACKGROUND, 0)
      .with(Tunable.PROMOTION, 500_000);

  @TempDir
  private Path directory;

  @ParameterizedTest
  @EnumSource(CachePolicy.class)
  void guest_runs_andItsTraceIsReplayedWithTheSameHitRatio(CachePolicy policy) throws Exception {
    CacheLimits limits = new CacheLimits(policy, SMALL);
    Path file = directory.resolve("trace");
    Counters counters;
    MachineConfig config = MachineConfig.standard().withMemory(16L << 20).withTunables(EAGER).withCache(limits)
        .withDebugExit(SkewedGuest.DEBUG_EXIT).withDeterminism(true);
    try (Machine machine = new Machine(config); TraceRecorder recorder = TraceRecorder.open(file, limits,
        EAGER.get(Tunable.THRESHOLD), TraceRecorder.STANDARD_ROOM)) {
      machine.setLookupListener(recorder);
      machine.boot(new FlatImage(new ImageFile("the guest", SkewedGuest.image(CALLS)), SkewedGuest.BASE), "", List.of());
      assertThat(machine.run()).isEqualTo(StopReason.DEBUG_EXIT);
      machine.assertConsistent();
      machine.takeStock();
      counters = machine.counters().getFirst();
      recorder.finish(counters);
    }
    assertThat(counters.of(Counter.UNITS_EVICTED) > 200).isEqualTo(policy != CachePolicy.UNBOUNDED);
    assertThat(counters.of(Counter.UNITS_HELD_BYTES) > SMALL).isEqualTo(policy == CachePolicy.UNBOUNDED);
    long hits = counters.of(Counter.CACHE_HITS);
    long translated = counters.of(Counter.UNITS_TRANSLATED);
    double live = (double) hits / (hits + translated);
    assertThat(hits).isGreaterThan(500);
    UnitTrace trace = TraceFile.read(file);
    Outcome outcome = Replay.of(trace, policy, SMALL);
    System.out.printf("%s: %.3f %% live, %.3f %% simulated%n", policy.spelling(), 100 * live, 100 * outcome.hitRatio());
    assertThat(outcome.hitRatio()).isCloseTo(live, within(HALF_A_POINT));
    assertThat(outcome.hits() + outcome.misses()).isEqualTo(hits + translated);
    assertThat(trace.recorded().hitRatio()).isEqualTo(live);
  }
}
