package dev.hagen.region;

import dev.hagen.interpret.Link;
import dev.hagen.interpret.RegionCode;
import java.util.List;
import java.util.Map;

/**
 * Blocks that are translated together, the head first and each block before its successors but for the ends of loops.
 *
 * @param linear linear address of the head
 * @param context the execution context that the bytes were decoded for
 * @param blocks the blocks; no two begin at the same place
 * @param pages where the bytes were read
 * @param links for the distances of other code that is called or often jumped to, the way there
 */
public record Region(long linear, int context, List<RegionBlock> blocks, List<RegionCode.Page> pages,
    Map<Long, Link> links) {
  /** The number of instructions. */
  public int size() {
    return blocks.stream().mapToInt(block -> block.instructions().size()).sum();
  }

  /** The same with the first {@code count} blocks alone. */
  public Region first(int count) {
    return new Region(linear, context, blocks.subList(0, count), pages, links);
  }
}
