package dev.hagen.util;

/** What the JVM that runs Hagen does with methods. */
public final class HotSpot {
  /** Whether the JVM has been started with the flags of {@code src/main/launcher/jvm.options}. */
  public static final boolean IS_LAUNCHED = Boolean.getBoolean("hagen.launcher");
  /**
   * Bytes of bytecode that a method may have and still be compiled. HotSpot's own limit is 8,000; without that, C2 takes too
   * long for what it gains in the end.
   */
  public static final int LARGEST_METHOD = IS_LAUNCHED ? 48_000 : 7999;
  /**
   * Bytes of bytecode that a draft may have. The unit for C2 that comes in its place can be larger, and if it does not fit, the
   * draft runs for ever.
   */
  public static final int LARGEST_DRAFT = IS_LAUNCHED ? LARGEST_METHOD / 2 : LARGEST_METHOD;

  private HotSpot() {}
}
