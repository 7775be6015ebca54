package dev.hagen.mmu;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ParkedEntries;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import java.util.List;

/**
 * The shadows: what has been translated of each of the address spaces that were used last. An address space is known by its
 * page tables; its process-context identifier does not matter.
 *
 * <p>A shadow has the user's set of the address space. What supervisors use of it is in their own set, beside the global pages
 * that all address spaces share, while it is the current one; else it is parked.
 */
final class Shadows {
  /** How many are remembered; each has a bit in an {@code int}. */
  static final int MOST = Tlb.ADDRESS_SPACES;
  /** All linear addresses. */
  static final int ALL_BITS = 48;
  private static final long ROOT_OF_PAE = ~0x1FL;
  private static final int POINTERS = 4;
  private static final int POINTER_SHIFT = 30;

  private final CpuState cpu;
  private final Writers writers;
  private final ParkedEntries[] parked = new ParkedEntries[MOST];
  /** The page-directory pointers that were used, under PAE paging; zero if none is known. */
  private final long[][] pointers = new long[MOST][POINTERS];
  /** Whether something was translated through page tables outside of RAM. */
  private final boolean[] loose = new boolean[MOST];

  Shadows(CpuState cpu, Writers writers) {
    this.cpu = cpu;
    this.writers = writers;
    for (int i = 0; i < MOST; i++) {
      parked[i] = new ParkedEntries();
    }
  }

  /** The slot of the current address space. */
  int current() {
    return cpu.tlb[TlbSet.USER].slot;
  }

  private long root() {
    return cpu.cr3 & (usesPointers() ? ROOT_OF_PAE : ~Control.CR3_PCID);
  }

  private boolean usesPointers() {
    return (cpu.cr0 & Control.CR0_PG) != 0 && (cpu.cr4 & Control.CR4_PAE) != 0 && !cpu.isLongMode();
  }

  boolean isLoose() {
    return loose[current()];
  }

  void setLoose() {
    loose[current()] = true;
  }

  // Entering and leaving.

  /**
   * Enters the address space of CR3.
   *
   * @return its slot if that held another one until now, else a negative number
   */
  int enter() {
    long root = root();
    TlbSet left = cpu.tlb[TlbSet.USER];
    if (left.root == root) {
      return -1;
    }
    park(left.slot);
    TlbSet space = find(root);
    int emptied = -1;
    if (space == null) {
      space = unused();
      space.root = root;
      emptied = space.slot;
    }
    cpu.tlb[TlbSet.USER] = space;
    return emptied;
  }

  /** Makes what is remembered of the address space that has been entered available. */
  void settleIn() {
    TlbSet space = cpu.tlb[TlbSet.USER];
    space.entered = ++cpu.lastEpoch;
    unpark(space.slot);
  }

  private @org.jspecify.annotations.Nullable TlbSet find(long root) {
    List<TlbSet> spaces = cpu.addressSpaces;
    for (int i = 0; i < spaces.size(); i++) {
      if (spaces.get(i).root == root) {
        return spaces.get(i);
      }
    }
    return null;
  }

  private TlbSet unused() {
    int known = cpu.addressSpaces.size();
    TlbSet space = Tlb.unused(cpu);
    if (cpu.addressSpaces.size() > known) {
      space.slot = known;
    } else {
      reset(space.slot);
    }
    return space;
  }

  private void reset(int slot) {
    parked[slot].clear();
    java.util.Arrays.fill(pointers[slot], 0);
    loose[slot] = false;
  }

  /** Lets an address space be the next to be forgotten: its page tables are in use for something else. */
  void discard(int mask) {
    for (int left = mask; left != 0; left &= left - 1) {
      TlbSet space = cpu.addressSpaces.get(Integer.numberOfTrailingZeros(left));
      if (space != cpu.tlb[TlbSet.USER]) {
        space.entered = 0;
      }
    }
  }

  private void park(int slot) {
    TlbSet set = cpu.tlb[TlbSet.SUPERVISOR];
    parked[slot].take(set);
    cpu.tlb[TlbSet.SUPERVISOR_AC].dropLocal();
    if (set.executesLocal) {
      set.executesLocal = false;
      Tlb.renew(cpu, set);
    }
  }

  private void unpark(int slot) {
    ParkedEntries entries = parked[slot];
    TlbSet set = cpu.tlb[TlbSet.SUPERVISOR];
    for (int i = 0; i < entries.count(); i++) {
      int kind = entries.kind(i);
      TlbArray array = set.array(kind);
      if (array.isFree(entries.linear(i))) {
        boolean slow = kind == TlbSet.WRITE && cpu.memory.isWatched(entries.page(i));
        array.fill(entries.linear(i), entries.offset(i), entries.page(i), false, slow);
        set.executesLocal |= kind == TlbSet.EXECUTE;
        if (kind == TlbSet.WRITE) {
          writers.note(entries.linear(i), TlbSet.SUPERVISOR, entries.page(i));
        }
      }
    }
    entries.clear();
  }

  /** All translations have been forgotten, and the current address space is the one of CR3. */
  void forgetAll() {
    for (int i = 0; i < MOST; i++) {
      reset(i);
    }
    cpu.tlb[TlbSet.USER].root = root();
  }

  /**
   * Forgets what was translated through other page-directory pointers than those that are loaded now.
   *
   * @return whether there are others
   */
  boolean comparePointers() {
    if (!usesPointers()) {
      return false;
    }
    boolean changed = false;
    int slot = current();
    for (int i = 0; i < POINTERS; i++) {
      long known = pointers[slot][i];
      if (known != cpu.pdpte[i]) {
        if ((known & PageEntry.P) != 0) {
          drop((long) i << POINTER_SHIFT, POINTER_SHIFT, 1 << slot);
        }
        pointers[slot][i] = cpu.pdpte[i];
        changed = true;
      }
    }
    return changed;
  }

  // Forgetting.

  /**
   * Forgets the pages that are not global of a range of linear addresses in some address spaces.
   *
   * @param sizeBits how many address bits the range covers; {@link #ALL_BITS} or more: all
   * @param mask the address spaces, as bits
   */
  void drop(long linear, int sizeBits, int mask) {
    for (int left = mask; left != 0; left &= left - 1) {
      int slot = Integer.numberOfTrailingZeros(left);
      TlbSet user = cpu.addressSpaces.get(slot);
      drop(user, linear, sizeBits, true);
      if (user == cpu.tlb[TlbSet.USER]) {
        TlbSet supervisor = cpu.tlb[TlbSet.SUPERVISOR];
        drop(supervisor, linear, sizeBits, supervisor.executesLocal);
        drop(cpu.tlb[TlbSet.SUPERVISOR_AC], linear, sizeBits, false);
      } else if (sizeBits >= ALL_BITS) {
        parked[slot].clear();
      } else {
        parked[slot].drop(linear, sizeBits);
      }
    }
  }

  private void drop(TlbSet set, long linear, int sizeBits, boolean executes) {
    if (sizeBits == 12) {
      set.drop(linear);
    } else if (sizeBits < ALL_BITS) {
      set.dropLocal(linear, sizeBits);
    } else {
      set.dropLocal();
    }
    if (executes && (sizeBits == 12 ? set.executed.mayContain(linear) : !set.executed.isEmpty())) {
      Tlb.renew(cpu, set);
      cpu.updateTlb();
    }
  }

  // For tests.

  /** Compares what is remembered of all address spaces with their page tables; without paging there is one, the identity. */
  void assertConsistent(TableWalk walk) {
    for (TlbSet space : cpu.addressSpaces) {
      walk.enter(space.root, usesPointers() ? pointers[space.slot] : null);
      assertSet(walk, space);
      if (space == cpu.tlb[TlbSet.USER]) {
        assertSet(walk, cpu.tlb[TlbSet.SUPERVISOR]);
        assertSet(walk, cpu.tlb[TlbSet.SUPERVISOR_AC]);
      }
      ParkedEntries entries = parked[space.slot];
      for (int i = 0; i < entries.count(); i++) {
        assertEntry(walk, entries.linear(i), cpu.memory.physicalAddress(entries.page(i)));
      }
    }
  }

  private void assertSet(TableWalk walk, TlbSet set) {
    for (int kind = TlbSet.READ; kind <= TlbSet.EXECUTE; kind++) {
      TlbArray array = set.array(kind);
      for (int entry = 0; entry < TlbArray.ENTRIES; entry++) {
        if (array.isLocal(entry)) {
          assertEntry(walk, array.linearAt(entry), cpu.memory.physicalAddress(array.pageAt(entry)));
        }
      }
      if (array.hasLocalDevice()) {
        assertEntry(walk, array.devicePage(), array.deviceAddress(array.devicePage()));
      }
    }
  }

  private void assertEntry(TableWalk walk, long linear, long remembered) {
    long physical = (cpu.cr0 & Control.CR0_PG) == 0 ? linear : walk.translate(linear);
    if (physical != remembered) {
      throw new AssertionError("linear %x is remembered at physical %x".formatted(linear, remembered));
    }
  }
}
