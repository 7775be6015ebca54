package dev.hagen.region;

import dev.hagen.decode.Instruction;
import java.util.List;

/**
 * A straight run of instructions in a region.
 *
 * @param start distance of the first instruction from the region's head in linear addresses; may be negative
 * @param instructions what it consists of; only the last may transfer control
 * @param terminal how control leaves it
 * @param taken how often the conditional jump at its end, if there is one, has been taken: from 0, never, to 1
 */
public record RegionBlock(long start, List<Instruction> instructions, Terminal terminal, double taken) {
  /** A block of which it is not known where it goes more often. */
  public RegionBlock(long start, List<Instruction> instructions, Terminal terminal) {
    this(start, instructions, terminal, 0.5);
  }

  /** Distance of the byte behind the last instruction from the region's head. */
  public long end() {
    long end = start;
    for (Instruction instruction : instructions) {
      end += instruction.length();
    }
    return end;
  }
}
