package dev.hagen.cache;

/**
 * How much the translation cache holds.
 *
 * @param policy what goes when it is full
 * @param maximum bytes of class files
 */
public record CacheLimits(CachePolicy policy, long maximum) {
  private static final long STANDARD_MAXIMUM = 64L << 20;

  public CacheLimits {
    if (maximum <= 0) {
      throw new IllegalArgumentException("a cache of " + maximum + " bytes");
    }
  }

  /** What a machine gets if nobody chooses. */
  public static CacheLimits standard() {
    return new CacheLimits(CachePolicy.W_TINYLFU, STANDARD_MAXIMUM);
  }
}
