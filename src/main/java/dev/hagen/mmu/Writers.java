package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import java.util.List;

/**
 * Where RAM pages may be written by way of the TLB: for each page the linear address of the write entry that supervisors
 * have for it, and that of users. Where there are several, all entries are searched.
 */
final class Writers {
  private static final long NONE = 0;
  private static final long SEVERAL = -1;

  private final CpuState cpu;
  /** By RAM page: the linear address with 1 in its low bits. */
  private final long[] supervisors;
  /** By RAM page: the linear address with the slot of the address space, plus 1, in its low bits. */
  private final long[] users;
  /** Whether supervisors have written with EFLAGS.AC set under SMAP; then these are searched always. */
  private boolean usesAc;

  Writers(CpuState cpu) {
    this.cpu = cpu;
    int pages = Math.toIntExact(cpu.memory.ramSize() >>> 12);
    supervisors = new long[pages];
    users = new long[pages];
  }

  /** A write entry has been made. */
  void note(long linear, int privilege, int page) {
    switch (privilege) {
      case TlbSet.SUPERVISOR -> note(supervisors, page, linear & TlbArray.PAGE_MASK | 1);
      case TlbSet.USER -> note(users, page, linear & TlbArray.PAGE_MASK | cpu.tlb[TlbSet.USER].slot + 1);
      default -> usesAc = true;
    }
  }

  private void note(long[] writers, int page, long writer) {
    long known = writers[page];
    if (known != writer) {
      writers[page] = known == NONE || known != SEVERAL && !isThere(writers, page) ? writer : SEVERAL;
    }
  }

  /** Whether the one writer of a page is in the TLB. */
  private boolean isThere(long[] writers, int page) {
    TlbArray array = array(writers, page);
    return array != null && array.contains(writers[page], page);
  }

  private @org.jspecify.annotations.Nullable TlbArray array(long[] writers, int page) {
    int slot = (int) (writers[page] & ~TlbArray.PAGE_MASK) - 1;
    List<TlbSet> spaces = cpu.addressSpaces;
    if (writers == supervisors) {
      return cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.WRITE);
    }
    return slot < spaces.size() ? spaces.get(slot).array(TlbSet.WRITE) : null;
  }

  /** Leaves writes to a RAM page to the slow path. */
  void slowDown(int page) {
    if (supervisors[page] == SEVERAL) {
      cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.WRITE).slowDown(page);
    } else if (supervisors[page] != NONE) {
      cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.WRITE).slowDown(page, supervisors[page]);
    }
    if (usesAc) {
      cpu.tlb[TlbSet.SUPERVISOR_AC].array(TlbSet.WRITE).slowDown(page);
    }
    if (users[page] == SEVERAL) {
      List<TlbSet> spaces = cpu.addressSpaces;
      for (int i = 0; i < spaces.size(); i++) {
        spaces.get(i).array(TlbSet.WRITE).slowDown(page);
      }
    } else if (users[page] != NONE) {
      TlbArray array = array(users, page);
      if (array != null) {
        array.slowDown(page, users[page]);
      }
    }
  }
}
