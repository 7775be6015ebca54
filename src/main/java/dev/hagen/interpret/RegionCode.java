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
  private @Nullable Unit unit;
  private long checkedEpoch;
  private long checkedLinear = -1;

  RegionCode(Block head, List<Page> pages) {
    this.head = head;
    this.pages = List.copyOf(pages);
  }

  Block head() {
    return head;
  }

  List<Page> pages() {
    return pages;
  }

  void setUnit(Unit newUnit) {
    unit = newUnit;
  }

  /** The unit, if it is there and every page of the region is still mapped where it was; {@code linear} is the head. */
  @Nullable Unit enter(CpuState cpu, long linear) {
    if (isRetired() || unit == null) {
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
