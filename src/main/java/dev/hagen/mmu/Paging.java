package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbLayout;
import dev.hagen.x86.PageEntry;

/** What instructions do to the paging structures as a whole; the walker is behind {@link LinearMemory}. */
public final class Paging {
  /** Bits of a PAE page-directory pointer that must be zero: 1, 2, 5 to 8 and those above the address. */
  private static final long PDPTE_RESERVED = 0x1E6 | -(1L << PageEntry.PHYSICAL_BITS);

  private Paging() {}

  /** Forgets all translations; {@code globalToo} those of global pages as well. */
  public static void flush(CpuState cpu, boolean globalToo) {
    Tlb.flush(cpu, globalToo);
  }

  /** Forgets the translations of one page (INVLPG), global or not. */
  public static void invalidate(CpuState cpu, long linear) {
    Tlb.invalidate(cpu, linear);
  }

  /** Forgets what was translated under PCID {@code pcid}, global pages excepted. */
  public static void flushPcid(CpuState cpu, int pcid) {
    Tlb.flush(cpu, false);
  }

  /** A page of RAM has come to hold code: from now on writes to it take the slow path. */
  public static void protectCode(CpuState cpu, int page) {
    Tlb.dropWrites(cpu, page);
  }

  /**
   * Fails if the TLB allows a write to a page that holds code.
   *
   * @throws AssertionError if so, with the linear address
   */
  public static void assertConsistent(CpuState cpu) {
    for (int privilege = 0; privilege <= TlbLayout.CHECKED; privilege++) {
      long[] tlb = cpu.tlb[TlbLayout.array(TlbLayout.WRITE, privilege)];
      for (int entry = 0; entry < TlbLayout.ENTRIES; entry++) {
        long linear = tlb[2 * entry];
        int page = cpu.memory.ramPage(linear + tlb[2 * entry + 1]);
        if (linear != TlbLayout.EMPTY && (privilege == TlbLayout.CHECKED || cpu.memory.codeLines(page) != 0)) {
          throw new AssertionError("code at linear %x can be written without notice".formatted(linear));
        }
      }
    }
  }

  /**
   * Loads the PAE page-directory pointers from memory at {@code cr3} into {@link CpuState#pdpte}.
   *
   * @throws dev.hagen.cpu.GuestException #GP(0) if one has reserved bits set; nothing has changed then
   */
  public static void loadPdptes(CpuState cpu, long cr3) {
    long table = cr3 & 0xFFFF_FFE0L;
    for (int i = 0; i < 4; i++) {
      long entry = cpu.memory.read(table + 8L * i, 8);
      if ((entry & PageEntry.P) != 0 && (entry & PDPTE_RESERVED) != 0) {
        throw cpu.generalProtection(0);
      }
    }
    for (int i = 0; i < 4; i++) {
      cpu.pdpte[i] = cpu.memory.read(table + 8L * i, 8);
    }
  }
}
