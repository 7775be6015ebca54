package dev.hagen.profile.tune;

/** Sizes of caches as users write them. */
final class Sizes {
  private static final long KIBI = 1L << 10;
  private static final long MEBI = 1L << 20;

  private Sizes() {}

  /** With a suffix if it is a multiple: {@code 64M}, {@code 1540K}; else in bytes. */
  static String text(long bytes) {
    if (bytes % MEBI == 0) {
      return bytes / MEBI + "M";
    }
    if (bytes % KIBI == 0) {
      return bytes / KIBI + "K";
    }
    return "%d bytes".formatted(bytes);
  }
}
