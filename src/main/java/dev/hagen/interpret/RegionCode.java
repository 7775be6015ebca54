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
  private final List<Page> pages;
  private final long distanceOfPage;
  private List<Long> entries = List.of();
  private @Nullable Unit unit;
  /** Entries left until the unit has been tried; then it waits for HotSpot's code. */
  private int trial;
  private int trialInstructions;
  private boolean waits;
  /** How often the unit has been wanted while it waited. */
  private int demand;
  private long checkedEpoch;
  private long checkedLinear = -1;

  RegionCode(Block head, long linear, List<Page> pages) {
    this.head = head;
    this.pages = List.copyOf(pages);
    this.distanceOfPage = linear & 0xFFF;
  }

  /** Distances of the blocks where the unit may be entered from the head, the head first. */
  List<Long> entries() {
    return entries;
  }

  /** Guest-physical address of the code at a distance from the head. */
  long physical(long distance) {
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

  /** The execution context that the code was decoded for. */
  public int context() {
    return head.context;
  }

  /** The unit that runs, or null. */
  @Nullable Unit unit() {
    return isRetired() ? null : unit;
  }

  /** Lets go of the unit, so that its class can be unloaded. */
  void dropUnit() {
    unit = null;
  }

  void setUnit(Unit newUnit, List<Long> newEntries) {
    unit = newUnit;
    entries = List.copyOf(newEntries);
  }

  /** From now on the unit may be entered by {@link #enterTrial} alone, so often and for so many instructions; then it waits. */
  void startTrial(int entriesOfTrial, int instructionsOfTrial) {
    trial = entriesOfTrial;
    trialInstructions = instructionsOfTrial;
    waits = true;
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

  /** The unit may be entered from everywhere, or from nowhere until its code is there. */
  void setWaits(boolean newWaits) {
    waits = newWaits;
    trial = 0;
  }

  /** How often the unit has been wanted while it waited for HotSpot; a thread that asks may hear an old number. */
  public int demand() {
    return demand;
  }

  /** The unit for one more entry on trial, if it may be entered; {@code linear} is the head. */
  @Nullable Unit enterTrial(CpuState cpu, long linear) {
    waits = false;
    Unit tried = enter(cpu, linear);
    waits = true;
    if (tried != null) {
      trial--;
    }
    return tried;
  }

  /** Counts that the unit is wanted while it waits; whether that is for the first time since its trial. */
  boolean want() {
    return demand++ == 0;
  }

  /** Whether the unit waits for HotSpot, on trial or after it. */
  boolean waits() {
    return waits;
  }

  /** The unit, if it is there and every page of the region is still mapped where it was; {@code linear} is the head. */
  @Nullable Unit enter(CpuState cpu, long linear) {
    if (isRetired() || unit == null || waits) {
      return null;
    }
    if (pages.size() > 1 && (checkedEpoch != cpu.mappingEpoch || checkedLinear != linear) && !isMapped(cpu, linear)) {
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
