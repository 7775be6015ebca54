package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;

/** What instructions do to the paging structures as a whole; the walker is behind {@link LinearMemory}. */
public final class Paging {
  private Paging() {}

  /** Forgets all translations; {@code globalToo} those of global pages as well. */
  public static void flush(CpuState cpu, boolean globalToo) {
    throw new AssertionError();
  }

  /** Forgets the translations of one page (INVLPG), global or not. */
  public static void invalidate(CpuState cpu, long linear) {
    throw new AssertionError();
  }

  /** Forgets what was translated under PCID {@code pcid}, global pages excepted. */
  public static void flushPcid(CpuState cpu, int pcid) {
    throw new AssertionError();
  }

  /**
   * Loads the PAE page-directory pointers from memory at {@code cr3} into {@link CpuState#pdpte}.
   *
   * @throws dev.hagen.cpu.GuestException #GP(0) if one has reserved bits set; nothing has changed then
   */
  public static void loadPdptes(CpuState cpu, long cr3) {
    throw new AssertionError();
  }
}
