package dev.hagen.interpret;

import java.util.List;

/**
 * How often one of the interpreter's blocks has run.
 *
 * @param entered how often it was entered
 * @param taken how often its last instruction went elsewhere than to the next one
 * @param length bytes from its first instruction to behind its last; long code, and code on two pages, is several blocks
 * @param targets where an indirect jump at its end went, as distances from the block's start, most frequent first
 */
public record BlockProfile(int entered, int taken, int length, List<Long> targets) {
  /** Of a block that has never run. */
  public static final BlockProfile NEVER_RUN = new BlockProfile(0, 0, 0, List.of());

  /** Whether it has run at all. */
  public boolean hasRun() {
    return entered != 0;
  }
}
