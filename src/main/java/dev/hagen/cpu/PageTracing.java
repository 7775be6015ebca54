package dev.hagen.cpu;

import dev.hagen.memory.TableListener;

/**
 * What keeps translations in step with page tables under {@link MmuKind#SHADOW}, as the TLB's slow paths see it; it is in
 * {@code dev.hagen.mmu}. The RAM pages where page tables lie are traced: no TLB lets them be written by the fast path.
 */
public interface PageTracing extends TableListener {
  /**
   * The TLB has been filled.
   *
   * @param page the RAM page, or negative if there is none behind the address
   */
  void filled(long linear, int kind, int privilege, boolean global, int page);

  /**
   * A unit wants to write {@code length} bytes of a traced page by itself.
   *
   * @return whether it may, now; if not, it has to leave
   */
  boolean storeInUnit(int page, long offset, int length);

  /** Ceases to trace a page, and forgets what was translated through it. */
  void release(int page);

  /** Forgets the translations that page tables no longer say: an instruction tells the processor to do so. */
  void settle();

  /** Whether something in the current address space was translated through page tables that cannot be traced. */
  boolean isLoose();

  /**
   * Enters the address space of CR3.
   *
   * @return what counts it, by what was remembered of it
   */
  Counter enter();

  /** All translations have been forgotten. */
  void forgetAll();

  /** Whether units leave for every store into a traced page, however often. */
  boolean alwaysExits();

  /**
   * Checks that what is remembered is what page tables say, but for those written since the last {@link #settle}; slow, for tests.
   *
   * @throws AssertionError if it is not
   */
  void assertConsistent();
}
