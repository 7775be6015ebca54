package dev.hagen.cli;

import dev.hagen.cache.CacheLimits;
import dev.hagen.cache.CachePolicy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --cache policy=NAME,max=SIZE}. */
final class CacheOption {
  /** Room for a few units of the largest kind. */
  private static final long SMALLEST = 64L << 10;

  private CacheOption() {}

  static CacheLimits parse(@Nullable String text) {
    CacheLimits limits = CacheLimits.standard();
    for (String part : Main.commaSeparated(text == null ? "" : text)) {
      int equals = part.indexOf('=');
      String value = part.substring(equals + 1);
      limits = switch (equals < 0 ? part : part.substring(0, equals)) {
        case "policy" -> new CacheLimits(policy(value), limits.maximum());
        case "max" -> new CacheLimits(limits.policy(), size(value));
        default -> throw new UserError("--cache: there is no '" + part + "', only policy=NAME and max=SIZE.");
      };
    }
    return limits;
  }

  private static CachePolicy policy(String name) {
    try {
      return CachePolicy.named(name);
    } catch (IllegalArgumentException e) {
      throw new UserError("--cache: " + e.getMessage() + ".");
    }
  }

  private static long size(String text) {
    long size;
    try {
      size = MemorySize.parse(text);
    } catch (TypeConversionException e) {
      throw new UserError("--cache: " + e.getMessage());
    }
    if (size < SMALLEST) {
      throw new UserError("--cache: max is 64K at least, not " + text + ".");
    }
    return size;
  }
}
