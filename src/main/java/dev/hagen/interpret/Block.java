package dev.hagen.interpret;

import dev.hagen.cpu.Counter;
import dev.hagen.memory.PhysicalMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A straight run of decoded instructions: it ends at a control transfer, at an instruction after which the run loop must
 * look, at the end of the page, or at a limit.
 */
final class Block extends CodeRange {
  /** Guest-physical address of the first byte. */
  final long physical;
  /** The execution context that the bytes were decoded for. */
  final int context;
  final Step[] steps;
  /** Bytes. */
  final int length;
  /**
   * Guest-physical address of the page that the block's last instruction runs into, or {@link #ONE_PAGE}. Only a block
   * of one instruction crosses pages.
   */
  final long secondPage;
  /** How often the block has been entered. */
  int heat;
  /** With how much heat it is reported as hot. */
  int limit;
  /** How often a unit has left for the block's first instruction, which it could not execute, since that last got a record. */
  int misses;
  /** The record of the block's first instruction, see {@link Interpreter#record}. */
  int record;
  /** What a unit last left for the block's first instruction for. */
  Counter cause = Counter.LEAVE_INSTRUCTION;
  /** How often it was left otherwise than towards the next instruction. */
  int taken;
  /** Where the block went that ends in an indirect jump or call; null for others. */
  final @Nullable IndirectTargets targets;
  /** What runs instead of the block, once it is translated. */
  @Nullable RegionCode code;
  /** The number of the block among the entries of {@link #code}, and its distance from the head in linear addresses. */
  int entry;
  long entryDistance;

  static final long ONE_PAGE = -1;
  /** A limit that is never reached: a region that has the block is under way, or begins with it. */
  static final int NEVER = -1;

  Block(long physical, int context, Step[] steps, int length, long secondPage, boolean indirect) {
    this.physical = physical;
    this.context = context;
    this.steps = steps;
    this.length = length;
    this.secondPage = secondPage;
    this.targets = indirect ? new IndirectTargets() : null;
  }

  /**
   * Makes the record of the first instruction worse, or keeps it while a unit that knows of it is under way; says whether it
   * has changed.
   *
   * @param known whether the unit that has left knows of the record
   * @param page {@link Interpreter#CODE_PAGE} if units leave for that reason, else 0
   */
  boolean worsenRecord(boolean known, int page) {
    int before = record;
    if (before == 0 || (page & ~before) != 0) {
      record = before | Interpreter.BAD_RECORD | page;
    } else if (known) {
      record = before & Interpreter.CODE_PAGE | Interpreter.WORST_RECORD;
    }
    return record != before;
  }

  BlockProfile profile() {
    return new BlockProfile(heat, taken, length, targets == null ? List.of() : targets.frequent());
  }

  /** Bytes in the first page. */
  int firstPart() {
    return (int) Math.min(length, 0x1000 - (physical & 0xFFF));
  }

  @Override
  long linesOn(int page, PhysicalMemory memory) {
    long lines = 0;
    if (memory.ramPage(memory.ramOffset(physical)) == page) {
      lines = lines(physical, firstPart());
    }
    if (secondPage != ONE_PAGE && memory.ramOffset(secondPage) != PhysicalMemory.NO_RAM
        && memory.ramPage(memory.ramOffset(secondPage)) == page) {
      lines |= lines(secondPage, length - firstPart());
    }
    return lines;
  }
}
