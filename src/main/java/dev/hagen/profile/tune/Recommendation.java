package dev.hagen.profile.tune;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What to choose after a study.
 *
 * @param limits the choice
 * @param reason sentences for users
 */
public record Recommendation(CacheLimits limits, String reason) {
  /** What is worth no more memory, and no other policy: this part of the translation that nothing can avoid. */
  private static final double NOTHING_MUCH = 0.01;
  /** Seconds that are not mentioned. */
  private static final double NOTHING_TO_SPEAK_OF = 0.005;

  /**
   * The smallest cache that is almost as good as the best, and the policy that is best there, or the default if that is almost
   * as good.
   *
   * @param most bytes that the cache may hold
   * @throws IllegalArgumentException if no size of the study is that small
   */
  public static Recommendation of(Study study, long most) {
    List<Long> sizes = study.sizes().stream().filter(size -> size <= most).toList();
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("all sizes are larger than " + most);
    }
    double tolerance = NOTHING_MUCH * study.unbounded().firstNanos();
    long least = sizes.stream().mapToLong(size -> lost(study, best(study, size), size)).min().orElseThrow();
    long size = sizes.stream().filter(each -> lost(study, best(study, each), each) <= least + tolerance).findFirst()
        .orElseThrow();
    Simulated best = best(study, size);
    Simulated standard = simulated(CacheLimits.standard().policy());
    Simulated choice = lost(study, standard, size) <= lost(study, best, size) + tolerance ? standard : best;
    return new Recommendation(new CacheLimits(choice.policy().orElseThrow(), size), reason(study, choice, standard, size, sizes));
  }

  private static Simulated simulated(CachePolicy policy) {
    return Simulated.all().stream().filter(who -> who.policy().filter(policy::equals).isPresent()).findFirst().orElseThrow();
  }

  private static long lost(Study study, Simulated who, long size) {
    return study.outcome(who, size).lost();
  }

  private static Simulated best(Study study, long size) {
    return Simulated.all().stream().filter(who -> who.policy().isPresent())
        .min(Comparator.comparingLong(who -> lost(study, who, size))).orElseThrow();
  }

  private static String reason(Study study, Simulated choice, Simulated standard, long size, List<Long> sizes) {
    StringBuilder text = new StringBuilder(sentence(study, choice, size));
    if (!choice.equals(standard)) {
      Outcome other = study.outcome(standard, size);
      text.append(String.format(Locale.ROOT, " The default, %s, would translate %,d again (%.2f s).", standard.spelling(),
          other.again(), other.seconds()));
    }
    int index = sizes.indexOf(size);
    if (index > 0) {
      long smaller = sizes.get(index - 1);
      Simulated best = best(study, smaller);
      text.append(String.format(Locale.ROOT, " With %s the best, %s, takes %.2f s.", Sizes.text(smaller), best.spelling(),
          lost(study, best, smaller) / 1e9));
    }
    if (index < sizes.size() - 1) {
      long largest = sizes.getLast();
      Simulated best = best(study, largest);
      text.append(String.format(Locale.ROOT, " More room gains little: with %s it is %.2f s.", Sizes.text(largest),
          lost(study, best, largest) / 1e9));
    }
    return text.toString();
  }

  private static String sentence(Study study, Simulated choice, long size) {
    Outcome outcome = study.outcome(choice, size);
    if (outcome.again() == 0 && outcome.seconds() < NOTHING_TO_SPEAK_OF) {
      return "With %s and %s nothing is translated twice.".formatted(choice.spelling(), Sizes.text(size));
    }
    return String.format(Locale.ROOT, "With %s and %s, %.3f %% of look-ups hit, and %,d units are translated again; that and the"
        + " interpreter meanwhile take %.2f s.", choice.spelling(), Sizes.text(size), 100 * outcome.hitRatio(), outcome.again(), outcome.seconds());
  }

  /** The choice as {@code --cache} takes it. */
  public String option() {
    return "policy=%s,max=%s".formatted(limits.policy().spelling(), Sizes.text(limits.maximum()));
  }
}
