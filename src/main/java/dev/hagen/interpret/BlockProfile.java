package dev.hagen.interpret;

/**
 * How often a block has run.
 *
 * @param entered how often it was entered
 * @param taken how often its last instruction went elsewhere than to the next one
 */
public record BlockProfile(int entered, int taken) {
  static final BlockProfile NEVER_RUN = new BlockProfile(0, 0);
}
