package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.mmu.LinearMemory;
import org.jspecify.annotations.Nullable;

/**
 * The way from one unit to another: a place that other units call through, so that a unit that comes, goes or is replaced
 * changes one field and none of its callers. One exists for each address and execution context that units call.
 *
 * <p>The same code may lie at several linear addresses, and what lies at one changes with the page tables. So the link
 * remembers for which linear address and which state of the mapping it has been checked.
 */
public final class Link {
  /** Guest-physical address of the code that the link leads to. */
  private final long physical;
  private @Nullable RegionCode region;
  private Unit unit = Unit.ABSENT;
  private long checkedEpoch = -1;
  private long checkedLinear = -1;

  Link(long physical) {
    this.physical = physical;
  }

  /** Leads to the region's unit from now on; null: nowhere. */
  void set(@Nullable RegionCode newRegion) {
    region = newRegion;
    unit = Unit.ABSENT;
    checkedEpoch = -1;
  }

  /** The region that the link leads to. */
  @Nullable RegionCode region() {
    return region;
  }

  /** The unit to run for RIP at linear address {@code linear}; if there is none, one that leaves at once. */
  public Unit enter(CpuState cpu, long linear) {
    return checkedEpoch == cpu.mappingEpoch && checkedLinear == linear ? unit : check(cpu, linear);
  }

  private Unit check(CpuState cpu, long linear) {
    RegionCode code = region;
    Unit found = code == null || code.isOnTrial() || !isMapped(cpu, linear) ? null : code.enter(cpu, linear);
    unit = found == null ? Unit.ABSENT : found;
    checkedEpoch = cpu.mappingEpoch;
    checkedLinear = linear;
    return unit;
  }

  private boolean isMapped(CpuState cpu, long linear) {
    try {
      return LinearMemory.fetch(cpu, linear) == physical;
    } catch (GuestException e) {
      return false;
    }
  }
}
