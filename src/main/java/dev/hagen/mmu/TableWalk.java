package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import org.jspecify.annotations.Nullable;

/**
 * A look at page tables that checks and changes nothing: it finds which tables a linear address is translated through, and
 * where it leads. The paging mode is the current one.
 */
final class TableWalk {
  /** No such page. */
  static final long NOWHERE = -1;

  /** Hears of each table on the way. */
  interface Visitor {
    /**
     * The next table.
     *
     * @param table its guest-physical address
     * @param linear the first address that it translates
     * @param shift how many address bits one of its entries covers
     */
    void visit(long table, long linear, int shift);
  }

  private static final Visitor NOBODY = (table, linear, shift) -> {};

  private final CpuState cpu;
  private long root;
  private long @Nullable [] pointers;

  TableWalk(CpuState cpu) {
    this.cpu = cpu;
  }

  /** From now on it is about an address space with these page tables or, under PAE paging, page-directory pointers. */
  void enter(long newRoot, long @Nullable [] newPointers) {
    root = newRoot;
    pointers = newPointers;
  }

  /** The bytes of an entry. */
  static int entrySize(CpuState cpu) {
    return (cpu.cr4 & Control.CR4_PAE) != 0 ? 8 : 4;
  }

  /** The guest-physical address of the page of {@code linear}, or {@link #NOWHERE}. */
  long translate(long linear) {
    return descend(linear, NOBODY);
  }

  /** The same, and shows the tables on the way, the root first. */
  long descend(long linear, Visitor visitor) {
    if (entrySize(cpu) == 4) {
      return descend4(linear, visitor);
    }
    if (pointers == null) {
      return descend8(linear, root & PageEntry.ADDRESS, 39, visitor);
    }
    long pointer = pointers[(int) (linear >>> 30) & 3];
    return (pointer & PageEntry.P) == 0 ? NOWHERE : descend8(linear, pointer & PageEntry.ADDRESS, 21, visitor);
  }

  private long descend8(long linear, long first, int firstShift, Visitor visitor) {
    PhysicalMemory memory = cpu.memory;
    long table = first;
    for (int shift = firstShift;; shift -= 9) {
      visitor.visit(table, shift + 9 >= Shadows.ALL_BITS ? 0 : linear & -1L << shift + 9, shift);
      long entry = memory.read(table + (linear >>> shift & 0x1FF) * 8, 8);
      if ((entry & PageEntry.P) == 0) {
        return NOWHERE;
      }
      if (shift == 12 || (entry & PageEntry.PS) != 0) {
        return entry & PageEntry.ADDRESS & -1L << shift | linear & (1L << shift) - 1 & ~0xFFFL;
      }
      table = entry & PageEntry.ADDRESS;
    }
  }

  private long descend4(long linear, Visitor visitor) {
    PhysicalMemory memory = cpu.memory;
    long directory = root & 0xFFFF_F000L;
    visitor.visit(directory, 0, 22);
    long entry = memory.read(directory + (linear >>> 22 & 0x3FF) * 4, 4);
    if ((entry & PageEntry.P) == 0) {
      return NOWHERE;
    }
    if ((entry & PageEntry.PS) != 0 && (cpu.cr4 & Control.CR4_PSE) != 0) {
      return entry & 0xFFC0_0000L | (entry >>> 13 & 0xFF) << 32 | linear & 0x3F_F000;
    }
    long table = entry & 0xFFFF_F000L;
    visitor.visit(table, linear & 0xFFC0_0000L, 12);
    long last = memory.read(table + (linear >>> 12 & 0x3FF) * 4, 4);
    return (last & PageEntry.P) == 0 ? NOWHERE : last & 0xFFFF_F000L;
  }
}
