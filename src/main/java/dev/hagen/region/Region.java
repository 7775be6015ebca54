package dev.hagen.region;

import dev.hagen.decode.Instruction;
import dev.hagen.interpret.Interpreter;
import dev.hagen.interpret.Link;
import dev.hagen.interpret.RegionCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks that are translated together, the head first and each block before its successors but for the ends of loops.
 *
 * @param linear linear address of the head
 * @param context the execution context that the bytes were decoded for
 * @param blocks the blocks; no two begin at the same place
 * @param pages where the bytes were read
 * @param records for the distances of instructions that units have left for often, what {@link Interpreter#record} says
 * @param changing the groups of accesses that have been seen to change their page often, as bits by number
 * @param links for the distances of other code that is called or often jumped to, the way there
 */
public record Region(long linear, int context, List<RegionBlock> blocks, List<RegionCode.Page> pages,
    Map<Long, Integer> records, int changing, Map<Long, Link> links) {
  /** The number of instructions. */
  public int size() {
    return blocks.stream().mapToInt(block -> block.instructions().size()).sum();
  }

  /** The same with the first {@code count} blocks alone. */
  public Region first(int count) {
    return new Region(linear, context, blocks.subList(0, count), pages, records, changing, links);
  }

  /** The same with what is known by now of its instructions; {@code code} knows where they lie. */
  public Region withRecords(Interpreter interpreter, RegionCode code) {
    Map<Long, Integer> now = new HashMap<>();
    for (RegionBlock block : blocks) {
      long at = block.start();
      for (Instruction instruction : block.instructions()) {
        int record = interpreter.record(code.physical(at), context);
        if (record != 0) {
          now.put(at, record);
        }
        at += instruction.length();
      }
    }
    return new Region(linear, context, blocks, pages, now, code.changingPages(), links);
  }

  /** The record of the instruction at a distance from the head. */
  public int record(long distance) {
    return records.getOrDefault(distance, 0);
  }
}
