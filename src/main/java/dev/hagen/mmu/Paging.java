package dev.hagen.mmu;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.MmuKind;
import dev.hagen.cpu.PageTracing;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;

/** What instructions do to the paging structures as a whole; the walker is behind {@link LinearMemory}. */
public final class Paging {
  /** Bits of a PAE page-directory pointer that must be zero: 1, 2, 5 to 8 and those above the address. */
  private static final long PDPTE_RESERVED = 0x1E6 | -(1L << PageEntry.PHYSICAL_BITS);

  private Paging() {}

  /** Forgets all translations. */
  public static void flush(CpuState cpu) {
    cpu.counters.count(Counter.FLUSH_ALL);
    Tlb.flushAll(cpu);
    cpu.leaveBlock = true;
  }

  /**
   * Chooses what becomes of translations when CR3 is written; before the processor runs, and once.
   *
   * @param alwaysExits whether units leave for every store into a traced page
   * @param patience stores into a traced page without a translation between, after which it is traced no more
   */
  public static void choose(CpuState cpu, MmuKind kind, boolean alwaysExits, int patience) {
    cpu.mmu = kind;
    if (kind == MmuKind.SHADOW) {
      PageTracing tracing = new TracedTables(cpu, alwaysExits, patience);
      cpu.tracing = tracing;
      cpu.memory.setTableListener(tracing);
    }
    Tlb.flushAll(cpu);
  }

  /** The rest of the block must not run if what it was fetched from may no longer be what it would be fetched from. */
  private static void leaveIfCodeMoved(CpuState cpu, long epoch) {
    if (cpu.mappingEpoch != epoch) {
      cpu.leaveBlock = true;
    }
  }

  /** Forgets the translations of all address spaces, those of global pages excepted. */
  public static void flushLocal(CpuState cpu) {
    cpu.counters.count(Counter.FLUSH_LOCAL);
    long epoch = cpu.mappingEpoch;
    Tlb.flushLocal(cpu);
    leaveIfCodeMoved(cpu, epoch);
  }

  /** Forgets what was translated under PCID {@code pcid}, global pages excepted. */
  public static void flushPcid(CpuState cpu, int pcid) {
    cpu.counters.count(Counter.FLUSH_PCID);
    long epoch = cpu.mappingEpoch;
    Tlb.flushPcid(cpu, pcid);
    leaveIfCodeMoved(cpu, epoch);
  }

  /** Forgets the translations of one page in the current address space (INVLPG), global or not. */
  public static void invalidate(CpuState cpu, long linear) {
    cpu.counters.count(Counter.FLUSH_PAGE);
    long epoch = cpu.mappingEpoch;
    Tlb.invalidate(cpu, linear);
    leaveIfCodeMoved(cpu, epoch);
  }

  /** Forgets the translations of one page under PCID {@code pcid}. */
  public static void invalidate(CpuState cpu, int pcid, long linear) {
    cpu.counters.count(Counter.FLUSH_PAGE);
    long epoch = cpu.mappingEpoch;
    Tlb.invalidate(cpu, pcid, linear);
    leaveIfCodeMoved(cpu, epoch);
  }

  /**
   * Makes the address space of CR3 the current one; its PCID is 0 unless CR4.PCIDE is set.
   *
   * @param keep whether translations remembered under its PCID may be used; global ones always may
   */
  public static void enterAddressSpace(CpuState cpu, boolean keep) {
    int pcid = (cpu.cr4 & Control.CR4_PCIDE) != 0 ? (int) (cpu.cr3 & Control.CR3_PCID) : 0;
    long epoch = cpu.mappingEpoch;
    Counter found = Tlb.enter(cpu, pcid, cpu.cr3 & ~Control.CR3_PCID, keep);
    leaveIfCodeMoved(cpu, epoch);
    cpu.counters.count(found);
    cpu.counters.listener().addressSpaceEntered(cpu.cr3, found == Counter.SWITCH_KEPT);
  }

  /** A page of RAM has come to hold code: from now on writes to it take the slow path. */
  public static void protectCode(CpuState cpu, int page) {
    Tlb.protect(cpu, page);
  }

  /**
   * Fails if the TLB of any address space allows a write to a page that is watched, or remembers what page tables do not say.
   *
   * @throws AssertionError if so, with the linear address
   */
  public static void assertConsistent(CpuState cpu) {
    assertProtected(cpu, cpu.tlb[TlbSet.SUPERVISOR]);
    assertProtected(cpu, cpu.tlb[TlbSet.SUPERVISOR_AC]);
    cpu.addressSpaces.forEach(space -> assertProtected(cpu, space));
    if (!cpu.addressSpaces.contains(cpu.tlb[TlbSet.USER])) {
      throw new AssertionError("the current address space is not remembered");
    }
    if (cpu.tracing != null) {
      cpu.tracing.assertConsistent();
    }
  }

  private static void assertProtected(CpuState cpu, TlbSet set) {
    TlbArray writes = set.array(TlbSet.WRITE);
    for (int entry = 0; entry < TlbArray.ENTRIES; entry++) {
      long linear = writes.fastPage(entry);
      if (linear != TlbArray.EMPTY && cpu.memory.isWatched(writes.pageAt(entry))) {
        throw new AssertionError("what is watched at linear %x can be written without notice".formatted(linear));
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
