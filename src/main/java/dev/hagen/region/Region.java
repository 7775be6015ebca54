package dev.hagen.region;

import dev.hagen.interpret.RegionCode;
import java.util.List;

/**
 * Blocks that are translated together, the head first.
 *
 * @param linear linear address of the head
 * @param context the execution context that the bytes were decoded for
 * @param blocks the blocks; no two begin at the same place
 * @param pages where the bytes were read
 */
public record Region(long linear, int context, List<RegionBlock> blocks, List<RegionCode.Page> pages) {
  /** The number of instructions. */
  public int size() {
    return blocks.stream().mapToInt(block -> block.instructions().size()).sum();
  }
}
