package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A region on its way to becoming a translation unit, and the unit once it is published. */
public final class RegionCode extends CodeRange {
  /**
   * A page that holds code of the region.
   *
   * @param distance of the page from the page of the region's head, in linear addresses
   * @param physical guest-physical address of the page
   * @param lines the lines in use
   */
  public record Page(long distance, long physical, long lines) {}

  private final Block head;
  private final long linear;
  private final List<Page> pages;
  /** Whether there are several pages, so that it must be asked whether they are still mapped side by side. */
  private final boolean spansPages;
  /** Distances of the blocks from the head. */
  private final List<Long> blocks;
  private final long distanceOfPage;
  private List<Long> entries = List.of();
  private @Nullable Unit unit;
  /** What runs until something better is there, and again if that has to go. */
  private @Nullable Unit draft;
  /** What is to run instead of the draft. */
  private @Nullable Unit candidate;
  /** Entries left until the candidate has been tried. */
  private int trial;
  private int trialInstructions;
  private int trialTotal;
  /** See {@link #changingPages}. */
  private int changing;
  private boolean judged;
  private boolean anew;
  /** Instructions that the draft has retired. */
  private long heat;
  /** How often the draft has been left for an instruction that the interpreter had to do; some of it without any retired. */
  private long leaves;
  /** What units that count have counted: entries, and instructions that better units have retired. */
  private long runs;
  private long retired;
  private boolean promoted;
  /** How often a better unit may still be made. */
  private int budget;
  /** How many changes of records the unit that runs has been checked against. */
  private int seenChanges;
  private long checkedEpoch;
  private long checkedLinear = -1;

  RegionCode(Block head, long linear, List<Page> pages, List<Long> blocks, int improvements) {
    this.head = head;
    this.linear = linear;
    this.pages = List.copyOf(pages);
    this.spansPages = pages.size() > 1;
    this.blocks = List.copyOf(blocks);
    this.distanceOfPage = linear & 0xFFF;
    this.budget = improvements;
  }

  /** Distances of the blocks where the unit may be entered from the head, the head first. */
  List<Long> entries() {
    return entries;
  }

  /** Distances of the blocks from the head. */
  List<Long> blocks() {
    return blocks;
  }

  /** Guest-physical address of the region's code at a distance from the head. */
  public long physical(long distance) {
    long fromPage = distanceOfPage + distance;
    for (Page page : pages) {
      if (page.distance == (fromPage & ~0xFFFL)) {
        return page.physical | fromPage & 0xFFF;
      }
    }
    throw new AssertionError("no code at distance " + distance);
  }

  Block head() {
    return head;
  }

  List<Page> pages() {
    return pages;
  }

  /** Guest-physical address of the head. */
  public long physical() {
    return head.physical;
  }

  /** Linear address of the head when the region was formed. */
  public long linear() {
    return linear;
  }

  /** The execution context that the code was decoded for. */
  public int context() {
    return head.context;
  }

  /** The unit that was published, or null. */
  @Nullable Unit draft() {
    return isRetired() ? null : draft;
  }

  /** Besides, its unit is entered no more. */
  @Override
  void retire() {
    super.retire();
    unit = null;
  }

  /** Lets go of the units, so that their classes can be unloaded. */
  void dropUnits() {
    takeTouched();
    unit = null;
    draft = null;
    candidate = null;
    trial = 0;
  }

  void setUnit(Unit newUnit, List<Long> newEntries) {
    unit = newUnit;
    draft = newUnit;
    entries = List.copyOf(newEntries);
  }

  void improve(Unit better) {
    takeCounts();
    candidate = better;
  }

  /** Lets the better unit be entered by {@link #enterTrial} so often and for so many instructions. */
  void startTrial(int entriesOfTrial, int instructionsOfTrial) {
    trial = entriesOfTrial;
    trialInstructions = instructionsOfTrial;
    trialTotal = instructionsOfTrial;
  }

  /** Whether a better unit is being tried. */
  boolean isOnTrial() {
    return trial > 0;
  }

  /** Entries that are left of the trial. */
  int trial() {
    return trial;
  }

  /** Takes what has retired off what the trial may last. */
  void spend(int instructions) {
    trialInstructions -= instructions;
    if (trialInstructions < 0) {
      trial = 0;
    }
  }

  /** The unit on trial, for one more entry. */
  @Nullable Unit enterTrial() {
    trial--;
    return candidate;
  }

  /**
   * Whether the unit that has been tried is worth being compiled. The first one of a region is not if it remembers pages that
   * change all the time: then {@link #takeAnew} will ask for another.
   *
   * @param often a group of accesses that meets another page once in so many instructions had better not remember it
   */
  public boolean passesTrial(int often) {
    if (!judged && candidate != null) {
      judged = true;
      changing = candidate.changingPages((trialTotal - trialInstructions) / often);
      anew = changing != 0;
    }
    return !anew;
  }

  /** The groups of accesses that have been seen to change their page often, as bits by number. */
  public int changingPages() {
    return changing;
  }

  /** Whether another unit is wanted in place of one that has been tried; then not again. */
  public boolean takeAnew() {
    boolean now = anew;
    anew = false;
    return now;
  }

  /** Lets the better unit run, or the draft again. */
  void prefer(boolean better) {
    unit = better ? candidate : draft;
  }

  /** Whether a unit has been entered since the last call; counts what a draft has retired. */
  public boolean takeTouched() {
    boolean touched = unit != null && unit.takeTouched();
    if (!touched && !hasBetterUnit()) {
      return false;
    }
    if (draft != null) {
      heat += draft.takeHeat();
      leaves += draft.takeLeaves();
      runs += draft.takeRuns();
    }
    takeCounts();
    return touched;
  }

  /** Whether a better unit than the draft has been made, be it on trial or discarded. */
  public boolean hasBetterUnit() {
    return candidate != null;
  }

  /** Takes over what the better unit has counted, if it counts. */
  private void takeCounts() {
    if (candidate != null) {
      retired += candidate.takeHeat();
      runs += candidate.takeRuns();
    }
  }

  /** How often units that count had been entered when that was last looked at; calls and jumps from other units are among it. */
  public long runs() {
    return runs;
  }

  /** How many instructions the draft, and better units if they count, had retired when that was last looked at. */
  public long retired() {
    return heat + retired;
  }

  /**
   * Whether to look if the draft is left often, now that records have changed {@code changes} times: it has retired
   * {@code instructions}, those that it was left for among them, is not promoted yet, and this has not been answered for as
   * many changes before.
   */
  public boolean takeRecordsOfDraft(int changes, int instructions) {
    boolean now = !promoted && heat + leaves >= instructions && seenChanges != changes;
    seenChanges = now ? changes : seenChanges;
    return now;
  }

  /** Whether a better unit runs than the draft. */
  public boolean isImproved() {
    return unit != null && unit == candidate;
  }

  /** Whether the draft has retired {@code instructions} now and had not when this was asked before. */
  public boolean takePromotion(int instructions) {
    boolean now = !promoted && heat >= instructions;
    promoted |= now;
    budget -= now ? 1 : 0;
    return now;
  }

  /**
   * Whether to look if another unit would be better, now that records have changed {@code changes} times: a better one than the
   * draft runs, none is under way, and this has not been answered for as many changes before.
   */
  public boolean takeRecords(int changes) {
    boolean settled = candidate != null && unit == candidate && trial == 0;
    boolean now = settled && seenChanges != changes;
    seenChanges = now ? changes : seenChanges;
    return now;
  }

  /** Whether another unit may be made; if so, that counts as done. */
  public boolean takeImprovement() {
    return budget-- > 0;
  }

  /** How many instructions the draft had retired when it was last looked at; other threads may hear an old number. */
  public long heat() {
    return heat;
  }

  /** How often the head has been entered by the interpreter; other threads may hear an old number. */
  public int demand() {
    return head.heat;
  }

  /** The unit, if it is there and every page of the region is still mapped where it was; {@code linear} is the head. */
  @Nullable Unit enter(CpuState cpu, long linear) {
    if (unit == null) {
      return null;
    }
    if (spansPages && (checkedEpoch != cpu.mappingEpoch || checkedLinear != linear) && !isMapped(cpu, linear)) {
      return null;
    }
    return unit;
  }

  private boolean isMapped(CpuState cpu, long linear) {
    long base = linear & ~0xFFFL;
    try {
      for (Page page : pages) {
        if (LinearMemory.fetch(cpu, base + page.distance) != page.physical) {
          return false;
        }
      }
    } catch (GuestException e) {
      return false;
    }
    checkedEpoch = cpu.mappingEpoch;
    checkedLinear = linear;
    return true;
  }

  @Override
  long linesOn(int page, PhysicalMemory memory) {
    long lines = 0;
    for (Page part : pages) {
      if (memory.ramPage(memory.ramOffset(part.physical)) == page) {
        lines |= part.lines;
      }
    }
    return lines;
  }
}
