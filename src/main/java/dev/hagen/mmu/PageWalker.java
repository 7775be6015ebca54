package dev.hagen.mmu;

import static dev.hagen.x86.PageEntry.A;
import static dev.hagen.x86.PageEntry.ADDRESS;
import static dev.hagen.x86.PageEntry.D;
import static dev.hagen.x86.PageEntry.FAULT_FETCH;
import static dev.hagen.x86.PageEntry.FAULT_PROTECTION;
import static dev.hagen.x86.PageEntry.FAULT_RESERVED;
import static dev.hagen.x86.PageEntry.FAULT_USER;
import static dev.hagen.x86.PageEntry.FAULT_WRITE;
import static dev.hagen.x86.PageEntry.G;
import static dev.hagen.x86.PageEntry.NX;
import static dev.hagen.x86.PageEntry.P;
import static dev.hagen.x86.PageEntry.PS;
import static dev.hagen.x86.PageEntry.RESERVED_ADDRESS;
import static dev.hagen.x86.PageEntry.U;
import static dev.hagen.x86.PageEntry.W;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;

/**
 * Walks the guest's page tables (SDM vol. 3A chapter 4): 32-bit with PSE, PAE and 4-level paging.
 *
 * <p>A walk checks every rule, sets the accessed and dirty bits once the access is known to be allowed, and answers one
 * {@code long}: the physical address of the 4 KiB page, and in its low bits {@link #GLOBAL} and the size of the page
 * that maps it.
 */
final class PageWalker {
  /** The page is global. */
  static final long GLOBAL = 1;
  /** No answer of a walk: it has raised a page fault, which is {@link CpuState#raised}. */
  static final long FAULT = -1;
  /** The page is larger than 4 KiB; bits 4 to 9 of the answer hold the binary logarithm of its size. */
  static final int SIZE_SHIFT = 4;

  private static final int PAGE_BITS = 12;
  private static final int BITS_OF_LEVEL = 9;

  private PageWalker() {}

  /**
   * Translates {@code linear} for one kind of access.
   *
   * @param kind {@link TlbSet#READ}, {@link TlbSet#WRITE} or {@link TlbSet#EXECUTE}
   * @param privilege {@link TlbSet#SUPERVISOR}, {@link TlbSet#USER} or {@link TlbSet#SUPERVISOR_AC}
   * @return {@link #FAULT} if the access is not allowed: whoever would only catch the exception need not throw it
   */
  static long walk(CpuState cpu, long linear, int kind, int privilege) {
    if ((cpu.cr0 & Control.CR0_PG) == 0) {
      return linear & TlbArray.PAGE_MASK | PAGE_BITS << SIZE_SHIFT;
    }
    cpu.counters.count(Counter.PAGE_WALKS);
    if ((cpu.cr4 & Control.CR4_PAE) == 0) {
      return walk32(cpu, linear, kind, privilege);
    }
    if (cpu.isLongMode()) {
      long root = cpu.cr3 & ADDRESS;
      return descend(cpu, linear, root, 39, kind, privilege);
    }
    long pdpte = cpu.pdpte[(int) (linear >>> 30) & 3];
    if ((pdpte & P) == 0) {
      return fault(cpu, linear, 0, kind, privilege);
    }
    return descend(cpu, linear, pdpte & ADDRESS, 21, kind, privilege);
  }

  /** A walk over 8-byte entries; {@code top} is the lowest linear-address bit that the first level resolves. */
  private static long descend(CpuState cpu, long linear, long root, int top, int kind, int privilege) {
    PhysicalMemory memory = cpu.memory;
    long table = root;
    long rights = P | W | U;
    long accessed = A;
    for (int shift = top;; shift -= BITS_OF_LEVEL) {
      long slot = slot(table, linear, shift);
      long entry = memory.read(slot, 8);
      if ((entry & P) == 0) {
        return fault(cpu, linear, 0, kind, privilege);
      }
      boolean large = shift != PAGE_BITS && (entry & PS) != 0;
      if (hasReservedBits(cpu, entry, shift, large)) {
        return fault(cpu, linear, FAULT_PROTECTION | FAULT_RESERVED, kind, privilege);
      }
      rights = rights & entry & (P | W | U) | (rights | entry) & NX;
      if (shift == PAGE_BITS || large) {
        if (!isAllowed(cpu, rights, kind, privilege)) {
          return fault(cpu, linear, FAULT_PROTECTION, kind, privilege);
        }
        mark(memory, slot, entry, kind == TlbSet.WRITE ? A | D : A, 8);
        if (accessed == 0) {
          markAbove(memory, linear, root, top, shift);
        }
        long offset = linear & (1L << shift) - 1 & TlbArray.PAGE_MASK;
        long base = entry & ADDRESS & -(1L << shift);
        return base | offset | global(cpu, entry) | (long) shift << SIZE_SHIFT;
      }
      accessed &= entry;
      table = entry & ADDRESS;
    }
  }

  /** Where a level's entry for an address is. */
  private static long slot(long table, long linear, int shift) {
    return table + (linear >>> shift & 0x1FF) * 8;
  }

  /** Sets the accessed bits of the levels above the one that resolves {@code bottom}: the access is known to be allowed. */
  private static void markAbove(PhysicalMemory memory, long linear, long root, int top, int bottom) {
    long table = root;
    for (int shift = top; shift != bottom; shift -= BITS_OF_LEVEL) {
      long slot = slot(table, linear, shift);
      long entry = memory.read(slot, 8);
      mark(memory, slot, entry, A, 8);
      table = entry & ADDRESS;
    }
  }

  private static boolean hasReservedBits(CpuState cpu, long entry, int shift, boolean large) {
    if ((entry & RESERVED_ADDRESS) != 0 || (entry & NX) != 0 && (cpu.efer & Control.EFER_NXE) == 0) {
      return true;
    }
    if (!cpu.isLongMode() && (entry & 0x7FF0_0000_0000_0000L) != 0) {
      return true;
    }
    if (large) {
      // Bit 12 is the PAT bit of a large page; 512 GiB pages do not exist.
      return shift == 39 || (entry & (1L << shift) - 1 & ~0x1FFFL) != 0;
    }
    return false;
  }

  private static long walk32(CpuState cpu, long linear, int kind, int privilege) {
    PhysicalMemory memory = cpu.memory;
    long directorySlot = (cpu.cr3 & 0xFFFF_F000L) + (linear >>> 22 & 0x3FF) * 4;
    long directory = memory.read(directorySlot, 4);
    if ((directory & P) == 0) {
      return fault(cpu, linear, 0, kind, privilege);
    }
    if ((directory & PS) != 0 && (cpu.cr4 & Control.CR4_PSE) != 0) {
      // PSE-36: bits 13 to 20 are the address bits 32 to 39, bit 21 must be zero.
      if ((directory & 1 << 21) != 0) {
        return fault(cpu, linear, FAULT_PROTECTION | FAULT_RESERVED, kind, privilege);
      }
      if (!isAllowed(cpu, directory & (W | U), kind, privilege)) {
        return fault(cpu, linear, FAULT_PROTECTION, kind, privilege);
      }
      mark(memory, directorySlot, directory, kind == TlbSet.WRITE ? A | D : A, 4);
      return directory & 0xFFC0_0000L | (directory >>> 13 & 0xFF) << 32 | linear & 0x3F_F000
          | global(cpu, directory) | 22L << SIZE_SHIFT;
    }
    long slot = (directory & 0xFFFF_F000L) + (linear >>> 12 & 0x3FF) * 4;
    long entry = memory.read(slot, 4);
    if ((entry & P) == 0) {
      return fault(cpu, linear, 0, kind, privilege);
    }
    if (!isAllowed(cpu, directory & entry & (W | U), kind, privilege)) {
      return fault(cpu, linear, FAULT_PROTECTION, kind, privilege);
    }
    mark(memory, directorySlot, directory, A, 4);
    mark(memory, slot, entry, kind == TlbSet.WRITE ? A | D : A, 4);
    return entry & 0xFFFF_F000L | global(cpu, entry) | PAGE_BITS << SIZE_SHIFT;
  }

  private static long global(CpuState cpu, long entry) {
    return (entry & G) != 0 && (cpu.cr4 & Control.CR4_PGE) != 0 ? GLOBAL : 0;
  }

  /** Access rights (SDM vol. 3A 4.6.1): {@code rights} has W and U if all levels have, NX if one has. */
  private static boolean isAllowed(CpuState cpu, long rights, int kind, int privilege) {
    boolean userPage = (rights & U) != 0;
    boolean writable = (rights & W) != 0;
    if (kind == TlbSet.EXECUTE && (rights & NX) != 0) {
      return false;
    }
    if (privilege == TlbSet.USER) {
      return userPage && (kind != TlbSet.WRITE || writable);
    }
    if (kind == TlbSet.EXECUTE) {
      return !userPage || (cpu.cr4 & Control.CR4_SMEP) == 0;
    }
    return (kind != TlbSet.WRITE || writable || (cpu.cr0 & Control.CR0_WP) == 0)
        && (!userPage || privilege == TlbSet.SUPERVISOR_AC || (cpu.cr4 & Control.CR4_SMAP) == 0);
  }

  private static long fault(CpuState cpu, long linear, int cause, int kind, int privilege) {
    cpu.counters.slow((cause & FAULT_RESERVED) != 0 ? Counter.PAGE_FAULT_RESERVED
        : cause != 0 ? Counter.PAGE_FAULT_PROTECTION : Counter.PAGE_FAULT_NOT_PRESENT, Counter.LEAVE_PAGE_FAULT);
    int code = cause;
    if (kind == TlbSet.WRITE) {
      code |= FAULT_WRITE;
    }
    if (privilege == TlbSet.USER) {
      code |= FAULT_USER;
    }
    boolean reportsFetch = (cpu.cr4 & Control.CR4_SMEP) != 0
        || (cpu.cr4 & Control.CR4_PAE) != 0 && (cpu.efer & Control.EFER_NXE) != 0;
    if (kind == TlbSet.EXECUTE && reportsFetch) {
      code |= FAULT_FETCH;
    }
    cpu.pageFault(linear, code);
    return FAULT;
  }

  /** Sets {@code bits} in an entry atomically, unless they are set already or the table is not in RAM. */
  private static void mark(PhysicalMemory memory, long slot, long entry, long bits, int size) {
    if ((entry & bits) == bits) {
      return;
    }
    long offset = memory.ramOffset(slot);
    if (offset == PhysicalMemory.NO_RAM) {
      return;
    }
    if (size == 4) {
      int now;
      do {
        now = HostMemory.getInt(offset);
      } while (!HostMemory.compareAndSetInt(offset, now, now | (int) bits));
    } else {
      long now;
      do {
        now = HostMemory.getLong(offset);
      } while (!HostMemory.compareAndSetLong(offset, now, now | bits));
    }
    memory.written(offset, size);
  }
}
