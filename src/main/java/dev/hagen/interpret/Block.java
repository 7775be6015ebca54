package dev.hagen.interpret;

import dev.hagen.cpu.Counter;
import dev.hagen.memory.PhysicalMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A straight run of decoded instructions: it ends at a control transfer, at an instruction after which the run loop must
 * look, at the end of the page, or at a limit.
 *
 * <p>HotSpot lays fields out in the order of declaration, those of eight bytes first, then those of four, then references.
 * So what every run wants lies together here.
 */
final class Block extends CodeRange {
  /** Guest-physical address of the first byte. */
  final long physical;
  /**
   * Guest-physical address of the page that the block's last instruction runs into, or {@link #ONE_PAGE}. Only a block
   * of one instruction crosses pages.
   */
  final long secondPage;
  /** The distance of the block from the head of {@link #code}, in linear addresses. */
  long entryDistance;
  /**
   * Where the block goes when it does not go on behind itself, as a distance from its start, or {@link #ELSEWHERE} if its last
   * instruction alone does not say so.
   */
  private final long target;
  /** By what {@link BlockCache} knows the block: while it does so, else {@link #UNKNOWN}. */
  long key = UNKNOWN;
  /** The execution context that the bytes were decoded for. */
  final int context;
  /** The number of the block among the entries of {@link #code}. */
  int entry;
  /** How often the block has been entered. */
  int heat;
  /** With how much heat it is reported as hot; below zero, it is not, see {@link #suspend}. */
  int limit;
  /** Bytes. */
  final int length;
  /** How many instructions there are. */
  final int size;
  /** How often it was left otherwise than towards the next instruction. */
  int taken;
  /** Whether {@link #next} and {@link #other} lie where this block goes in any case. */
  private boolean isNextNear;
  private boolean isOtherNear;
  /** What is known of the block's first instruction if units have left for it. */
  private @Nullable LeaveRecord leaves;
  /** Where the block went that ends in an indirect jump or call; null for others. */
  final @Nullable IndirectTargets targets;
  /** What runs instead of the block, once it is translated. */
  @Nullable RegionCode code;
  /** The block that ran behind it last time that it was left towards the next instruction, and otherwise. */
  private @Nullable Block next;
  private @Nullable Block other;
  /** The first step, which leads to the others. */
  final Step first;

  static final long ONE_PAGE = -1;
  /** The key of no block. */
  static final long UNKNOWN = -1;
  /** See {@link #target}. */
  static final long ELSEWHERE = Long.MIN_VALUE;
  /** A limit that is never reached. */
  static final int NEVER = -1;

  Block(long physical, int context, List<Step> steps, int length, long secondPage, boolean indirect, long target) {
    this.physical = physical;
    this.context = context;
    this.first = steps.getFirst();
    int instructions = first.count();
    for (int i = 1; i < steps.size(); i++) {
      steps.get(i - 1).next = steps.get(i);
      instructions += steps.get(i).count();
    }
    this.size = instructions;
    this.length = length;
    this.secondPage = secondPage;
    this.targets = indirect ? new IndirectTargets() : null;
    this.target = target;
  }

  /** What is known of the block's first instruction, which units leave for. */
  LeaveRecord leaves() {
    LeaveRecord known = leaves;
    if (known == null) {
      known = new LeaveRecord();
      leaves = known;
    }
    return known;
  }

  /** What a unit last left for the first instruction for. */
  Counter cause() {
    return leaves == null ? Counter.LEAVE_INSTRUCTION : leaves.cause;
  }

  /** The record of the first instruction, see {@link Interpreter#record}. */
  int record() {
    return leaves == null ? 0 : leaves.record();
  }

  /** Which block will probably run behind it, if it is left towards the next instruction or otherwise. */
  @Nullable Block successor(boolean towardsNext) {
    return towardsNext ? next : other;
  }

  /** Remembers which block has run behind it, unless it is retired. */
  void setSuccessor(boolean towardsNext, Block block) {
    if (isRetired()) {
      return;
    }
    if (towardsNext) {
      next = block;
      isNextNear = isNear(block, length);
    } else {
      other = block;
      isOtherNear = isNear(block, target);
    }
  }

  /** Whether it is {@code block} that runs behind this one whenever this one goes so far: both lie in one page. */
  private boolean isNear(Block block, long distance) {
    return target != ELSEWHERE && secondPage == ONE_PAGE && block.context == context && block.physical == physical + distance
        && (block.physical ^ physical) >>> 12 == 0;
  }

  /**
   * The block that is interpreted when this one has gone on behind itself, if that is known whatever the TLB says; or null.
   * Between the two nothing has happened for which a block is left early.
   */
  @Nullable Block nearNext() {
    return isNextNear ? interpreted(next) : null;
  }

  /** The same when this one has gone elsewhere. */
  @Nullable Block nearOther() {
    return isOtherNear ? interpreted(other) : null;
  }

  private static @Nullable Block interpreted(@Nullable Block block) {
    return block != null && block.key >= 0 && block.code == null ? block : null;
  }

  /** Besides, the block lets go of others: nothing that is retired leads to more of that kind. */
  @Override
  void retire() {
    super.retire();
    key = UNKNOWN;
    next = null;
    other = null;
  }

  /** The block is not reported for now: a region that has it is under way, or begins with it. */
  void suspend() {
    limit = -Math.abs(limit);
  }

  /**
   * It may be reported again, but not soon: after {@code patience} more entries, or once it has been entered as often as was said
   * when that was said before, so that regions of which each has the block do not put it off for ever.
   *
   * @param threshold with how much heat blocks are reported that have been in no region; after so many entries at the earliest
   */
  void resume(int threshold, int patience) {
    int said = Math.abs(limit);
    int later = heat + patience;
    limit = said <= threshold ? later : Math.min(later, Math.max(said, heat + threshold));
  }

  /** The distance of instruction {@code number} from the first. */
  int start(int number) {
    int start = 0;
    Step step = first;
    int left = number;
    while (left >= step.count()) {
      left -= step.count();
      start = step.end;
      step = step.next;
    }
    return start + step.end(left);
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
