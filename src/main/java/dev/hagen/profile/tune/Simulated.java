package dev.hagen.profile.tune;

import dev.hagen.cache.CachePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that is simulated: a policy, or the optimum.
 *
 * @param policy empty for the optimum
 */
public record Simulated(Optional<CachePolicy> policy) {
  /** Knowledge of the future. */
  public static final Simulated OPTIMUM = new Simulated(Optional.empty());

  /** Every policy that has a limit, and the optimum behind them. */
  public static List<Simulated> all() {
    List<Simulated> all = new ArrayList<>();
    for (CachePolicy policy : CachePolicy.values()) {
      if (policy != CachePolicy.UNBOUNDED) {
        all.add(new Simulated(Optional.of(policy)));
      }
    }
    all.add(OPTIMUM);
    return all;
  }

  /** How users spell it. */
  public String spelling() {
    return policy.map(CachePolicy::spelling).orElse("optimum");
  }

  Outcome run(UnitTrace trace, long maximum) {
    return policy.map(known -> Replay.of(trace, known, maximum)).orElseGet(() -> Optimum.of(trace, maximum));
  }
}
