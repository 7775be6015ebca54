package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbLayout;
import dev.hagen.memory.PhysicalMemory;

/**
 * Fills and empties the software TLB of a virtual processor; {@link TlbLayout} says where its entries lie.
 *
 * <p>An entry exists only for plain RAM. A write entry exists only for a page that holds no code and whose dirty bit is
 * set, so that everything else takes the slow path. For each entry the array also holds the number of the RAM page
 * and, in bit 63, whether it is global.
 */
final class Tlb {
  private static final long GLOBAL = 1L << 63;

  private Tlb() {}

  /** Remembers a walk's answer, if the page is such that the fast path may have it. */
  static void fill(CpuState cpu, long linear, long walk, int kind, int privilege) {
    PhysicalMemory memory = cpu.memory;
    long offset = memory.ramOffset(walk & TlbLayout.PAGE_MASK);
    if (offset == PhysicalMemory.NO_RAM) {
      return;
    }
    int page = memory.ramPage(offset);
    if (kind == TlbLayout.WRITE && memory.codeLines(page) != 0) {
      return;
    }
    long tag = linear & TlbLayout.PAGE_MASK;
    long info = page | ((walk & PageWalker.GLOBAL) != 0 ? GLOBAL : 0);
    TlbLayout.set(cpu.tlb[TlbLayout.array(kind, privilege)], TlbLayout.entry(linear), tag, offset - tag, info);
    int sizeBits = (int) (walk >>> PageWalker.SIZE_SHIFT) & 63;
    if (sizeBits > 12) {
      coverLargePage(cpu, linear, sizeBits);
    }
  }

  /** Widens the range of large pages so that it covers the one around {@code linear}. */
  private static void coverLargePage(CpuState cpu, long linear, int sizeBits) {
    long mask = -1L << sizeBits;
    if (cpu.largePageMask == -1) {
      cpu.largePageBase = linear & mask;
      cpu.largePageMask = mask;
      return;
    }
    mask &= cpu.largePageMask;
    while (((linear ^ cpu.largePageBase) & mask) != 0) {
      mask <<= 1;
    }
    cpu.largePageMask = mask;
    cpu.largePageBase &= mask;
  }

  static void flush(CpuState cpu, boolean globalToo) {
    cpu.mappingEpoch++;
    if (globalToo) {
      cpu.largePageMask = -1;
    }
    for (long[] array : cpu.tlb) {
      if (globalToo) {
        TlbLayout.clear(array);
        continue;
      }
      for (int entry = 0; entry < TlbLayout.ENTRIES; entry++) {
        if (TlbLayout.info(array, entry) >= 0) {
          TlbLayout.drop(array, entry);
        }
      }
    }
  }

  static void invalidate(CpuState cpu, long linear) {
    cpu.mappingEpoch++;
    if (cpu.largePageMask != -1 && ((linear ^ cpu.largePageBase) & cpu.largePageMask) == 0) {
      flush(cpu, true);
      return;
    }
    long tag = linear & TlbLayout.PAGE_MASK;
    for (long[] array : cpu.tlb) {
      if (TlbLayout.tag(array, linear) == tag) {
        TlbLayout.drop(array, TlbLayout.entry(linear));
      }
    }
  }

  /** Drops the write entries of a RAM page that has come to hold code. */
  static void dropWrites(CpuState cpu, int page) {
    for (int privilege = 0; privilege < TlbLayout.CHECKED; privilege++) {
      long[] array = cpu.tlb[TlbLayout.array(TlbLayout.WRITE, privilege)];
      for (int entry = 0; entry < TlbLayout.ENTRIES; entry++) {
        if ((int) TlbLayout.info(array, entry) == page) {
          TlbLayout.drop(array, entry);
        }
      }
    }
  }
}
