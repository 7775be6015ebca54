package dev.hagen.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cache.ProgramMachine.State;
import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.emit.MethodClass;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.util.Tunable;
import dev.hagen.util.Tunables;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random programs, interpreted and translated: they stop alike at every exception and after the same number of
 * instructions. Each build runs others; {@code -Dprograms.seed=SEED -Dprograms.count=1} runs one again.
 */
final class RandomProgramTest {
  private static final long SEED = Long.getLong("programs.seed", System.nanoTime());
  private static final int COUNT = Integer.getInteger("programs.count", 200);
  private static final int STOPS = 12;
  private static final int SHORTEST_RUN = 4200;
  /** Bytes: room for one unit, if it is small. */
  private static final long SMALLEST_CACHE = 2000;
  private static final SemanticMethods METHODS = new SemanticMethods(MethodClass::bind);

  @Test
  void programs_interpretedAndTranslated_goThroughTheSameStates() {
    System.out.println("random programs: " + COUNT + " from seed " + SEED);
    long translated = 0;
    long evicted = 0;
    for (long seed = SEED; seed < SEED + COUNT; seed++) {
      Counters counters = compare(seed);
      translated += counters.of(Counter.UNITS_TRANSLATED);
      evicted += counters.of(Counter.UNITS_EVICTED);
    }
    assertThat(translated).as("units").isGreaterThan(COUNT);
    assertThat(evicted).as("evictions").isGreaterThan(COUNT);
  }

  /** Answers what has become of translated code. */
  private static Counters compare(long seed) {
    RandomProgram program = new RandomProgram(seed);
    Random random = new Random(seed);
    long[] stops = LongStream.iterate(0, stop -> stop + SHORTEST_RUN + random.nextInt(8000)).skip(1).limit(STOPS).toArray();
    Tunables tunables = Tunables.standard().with(Tunable.BACKGROUND, 0).with(Tunable.THRESHOLD, 1 + random.nextInt(4))
        .with(Tunable.REGION_BLOCKS, 1 + random.nextInt(48)).with(Tunable.INTRINSICS, random.nextInt(4) == 0 ? 0 : 1)
        .with(Tunable.TIERS, random.nextInt(4) == 0 ? 0 : 1).with(Tunable.PROMOTION, 1 + random.nextInt(10_000))
        .with(Tunable.ADAPTIVE, random.nextInt(4) == 0 ? 0 : 1).with(Tunable.MISSES, 1 + random.nextInt(20));
    CachePolicy[] policies = CachePolicy.values();
    CacheLimits limits = new CacheLimits(policies[random.nextInt(policies.length)], SMALLEST_CACHE << random.nextInt(5));
    tunables = withLimits(tunables, random);
    try (ProgramMachine interpreted = new ProgramMachine(program, Tunables.standard().with(Tunable.THRESHOLD, 0), METHODS);
        ProgramMachine translated = new ProgramMachine(program, tunables, limits, METHODS)) {
      List<State> expected = interpreted.run(stops);
      List<State> actual = List.of();
      Throwable thrown = null;
      try {
        actual = translated.run(stops);
      } catch (AssertionError | RuntimeException | VerifyError e) {
        thrown = e;
      }
      int at = 0;
      while (at < actual.size() && at < expected.size() && expected.get(at).equals(actual.get(at))) {
        at++;
      }
      if (thrown != null || at < expected.size() || at < actual.size()) {
        throw new AssertionError(describe(seed, program, tunables, expected, actual, at), thrown);
      }
      if (Boolean.getBoolean("programs.verbose")) {
        State last = expected.getLast();
        System.out.printf("seed %d: %d bytes, %d states, %d units, %s%n", seed, program.code().length, expected.size(),
            translated.counters().of(Counter.UNITS_TRANSLATED), last.toString().substring(0, 60));
      }
      return translated.counters();
    }
  }

  /** Limits of what is translated together and of how: a program takes its course whatever they are. */
  private static Tunables withLimits(Tunables tunables, Random random) {
    return tunables.with(Tunable.SMALL_LEAF, random.nextInt(32)).with(Tunable.TARGETS, random.nextInt(25))
        .with(Tunable.ENTRIES, 1 + random.nextInt(24)).with(Tunable.LOOP_ROUNDS, 1 + random.nextInt(8))
        .with(Tunable.UNROLL, 1 + random.nextInt(16)).with(Tunable.UNROLL_INSTRUCTIONS, 1 + random.nextInt(100))
        .with(Tunable.WINDOW, random.nextInt(4097)).with(Tunable.IMPROVEMENTS, 1 + random.nextInt(8))
        .with(Tunable.PATIENCE, random.nextInt(9)).with(Tunable.DEPTH, 1 + random.nextInt(200))
        .with(Tunable.HARVEST, 1 + random.nextInt(20_000)).with(Tunable.HARVEST_UNITS, 1 + random.nextInt(300));
  }

  private static String describe(long seed, RandomProgram program, Tunables tunables, List<State> expected,
      List<State> actual, int at) {
    return "program of seed %d (%d-bit) goes wrong after %s%n  interpreted: %s%n  translated:  %s%n%s%n%s".formatted(seed,
        program.is64Bit() ? 64 : 32, state(expected, at - 1), state(expected, at), state(actual, at), tunables, program);
  }

  private static String state(List<State> states, int index) {
    return index < 0 ? "the start" : index < states.size() ? states.get(index).toString() : "nothing";
  }
}
