package dev.hagen.mmu;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.LargePages;
import dev.hagen.cpu.PageTracing;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import dev.hagen.memory.PhysicalMemory;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Fills and empties the software TLB of a virtual processor.
 *
 * <p>An entry exists only for plain RAM, and a write entry only where the dirty bit is set; of a page that holds code it
 * is for the slow path alone. Everything else takes the slow path with a walk.
 *
 * <p>What users access is kept for each address space. What supervisors access is kept in one set for all: most of it is
 * global, and the rest, which belongs to the current address space, goes when that is left, or is put aside. Which address
 * spaces are remembered, and what becomes of them, depends on {@link dev.hagen.cpu.MmuKind}.
 */
final class Tlb {
  /** Address spaces that are remembered. */
  static final int ADDRESS_SPACES = 16;

  private Tlb() {}

  /** Remembers a walk's answer, if the page is such that it may. */
  static void fill(CpuState cpu, long linear, long walk, int kind, int privilege) {
    TlbSet set = cpu.tlb[privilege];
    boolean global = (walk & PageWalker.GLOBAL) != 0;
    if (kind == TlbSet.EXECUTE) {
      set.executed.add(linear);
      set.executesLocal |= !global;
    }
    set.hasGlobal |= global;
    int page = remember(cpu.memory, set.array(kind), linear, walk, kind);
    int sizeBits = (int) (walk >>> PageWalker.SIZE_SHIFT) & 63;
    PageTracing tracing = cpu.tracing;
    if (sizeBits > 12 && (tracing == null || global)) {
      cpu.largePages.add(linear, sizeBits);
    }
    if (tracing != null) {
      tracing.filled(linear, kind, privilege, global, page);
    }
  }

  /** Puts a walk's answer into an array; returns the RAM page, or a negative number if it is a device's. */
  private static int remember(PhysicalMemory memory, TlbArray array, long linear, long walk, int kind) {
    boolean global = (walk & PageWalker.GLOBAL) != 0;
    long offset = memory.ramOffset(walk & TlbArray.PAGE_MASK);
    if (offset == PhysicalMemory.NO_RAM) {
      array.setDevice(linear, walk, global);
      return -1;
    }
    int page = memory.ramPage(offset);
    if (kind == TlbSet.WRITE) {
      memory.willWrite(page);
    }
    array.fill(linear, offset, page, global, kind == TlbSet.WRITE && memory.isWatched(page));
    return page;
  }

  /** Forgets everything. */
  static void flushAll(CpuState cpu) {
    for (TlbSet set : cpu.tlb) {
      set.clear();
      renew(cpu, set);
    }
    for (TlbSet space : cpu.addressSpaces) {
      if (space != cpu.tlb[TlbSet.USER]) {
        space.clear();
        renew(cpu, space);
      }
    }
    cpu.largePages.clear();
    if (cpu.tracing != null) {
      cpu.tracing.forgetAll();
    }
    cpu.updateTlb();
  }

  /** Whether tracing has seen to it that nothing is remembered, of what is not global, but what page tables say. */
  private static boolean isTraced(CpuState cpu) {
    PageTracing tracing = cpu.tracing;
    if (tracing == null) {
      return false;
    }
    tracing.settle();
    return !tracing.isLoose();
  }

  /** Forgets what is not global in all address spaces. */
  static void flushLocal(CpuState cpu) {
    if (isTraced(cpu)) {
      return;
    }
    for (TlbSet space : cpu.addressSpaces) {
      flushUser(cpu, space);
    }
    flushLocalOfSupervisor(cpu);
    cpu.updateTlb();
  }

  /** Forgets what is not global in the address space with identifier {@code pcid}. */
  static void flushPcid(CpuState cpu, int pcid) {
    if (isTraced(cpu)) {
      return;
    }
    TlbSet space = find(cpu, pcid);
    if (space != null) {
      flushUser(cpu, space);
    }
    if (space == cpu.tlb[TlbSet.USER]) {
      flushLocalOfSupervisor(cpu);
      cpu.updateTlb();
    }
  }

  /**
   * Enters an address space; what is remembered of it counts only if {@code keep} and the page tables are the same.
   *
   * @return what counts it, by what was remembered
   */
  static Counter enter(CpuState cpu, int pcid, long root, boolean keep) {
    switch (cpu.mmu) {
      case SHADOW -> {
        return Objects.requireNonNull(cpu.tracing).enter();
      }
      case FLUSH -> {
        return enterEmpty(cpu, pcid);
      }
      default -> {
        return enterTagged(cpu, pcid, root, keep);
      }
    }
  }

  /** All address spaces have one set in turn. */
  private static Counter enterEmpty(CpuState cpu, int pcid) {
    TlbSet space = cpu.tlb[TlbSet.USER];
    flushUser(cpu, space);
    flushLocalOfSupervisor(cpu);
    space.pcid = pcid;
    cpu.updateTlb();
    return Counter.SWITCH_DROPPED;
  }

  private static Counter enterTagged(CpuState cpu, int pcid, long root, boolean keep) {
    flushLocalOfSupervisor(cpu);
    TlbSet space = find(cpu, pcid);
    Counter found = Counter.SWITCH_KEPT;
    if (space == null) {
      space = unused(cpu);
      space.pcid = pcid;
      found = Counter.SWITCH_NEW;
    } else if (!keep || space.root != root) {
      flushUser(cpu, space);
      found = Counter.SWITCH_DROPPED;
    }
    space.root = root;
    space.entered = ++cpu.lastEpoch;
    cpu.tlb[TlbSet.USER] = space;
    cpu.updateTlb();
    return found;
  }

  private static @Nullable TlbSet find(CpuState cpu, int pcid) {
    List<TlbSet> spaces = cpu.addressSpaces;
    for (int i = 0; i < spaces.size(); i++) {
      if (spaces.get(i).pcid == pcid) {
        return spaces.get(i);
      }
    }
    return null;
  }

  /** A set without entries for another address space: a new one, or that of the space that was entered longest ago. */
  static TlbSet unused(CpuState cpu) {
    List<TlbSet> spaces = cpu.addressSpaces;
    if (spaces.size() < ADDRESS_SPACES) {
      TlbSet fresh = new TlbSet();
      renew(cpu, fresh);
      spaces.add(fresh);
      return fresh;
    }
    TlbSet oldest = spaces.getFirst();
    for (TlbSet space : spaces) {
      if (space.entered < oldest.entered) {
        oldest = space;
      }
    }
    cpu.counters.count(Counter.ADDRESS_SPACES_FORGOTTEN);
    oldest.clear();
    renew(cpu, oldest);
    return oldest;
  }

  private static void flushUser(CpuState cpu, TlbSet space) {
    space.dropLocal();
    if (!space.executed.isEmpty()) {
      renew(cpu, space);
      if (!space.hasGlobal) {
        space.executed.clear();
      }
    }
  }

  private static void flushLocalOfSupervisor(CpuState cpu) {
    TlbSet set = cpu.tlb[TlbSet.SUPERVISOR];
    set.dropLocal();
    cpu.tlb[TlbSet.SUPERVISOR_AC].dropLocal();
    if (set.executesLocal) {
      set.executesLocal = false;
      renew(cpu, set);
    }
  }

  /** Some translation that code was fetched by may have gone: what units have checked of the mapping counts no more. */
  static void renew(CpuState cpu, TlbSet set) {
    set.epoch = ++cpu.lastEpoch;
  }

  /** Forgets one page of the current address space, global or not. */
  static void invalidate(CpuState cpu, long linear) {
    boolean traced = isTraced(cpu);
    for (TlbSet set : cpu.tlb) {
      if (traced) {
        set.dropGlobal(linear);
      } else {
        set.drop(linear);
      }
      if (set.executed.mayContain(linear)) {
        renew(cpu, set);
      }
    }
    boolean large = false;
    for (int sizeBits : LargePages.SIZES) {
      if (cpu.largePages.mayContain(linear, sizeBits)) {
        invalidateLarge(cpu, linear, sizeBits);
        large = true;
      }
    }
    List<TlbSet> spaces = cpu.addressSpaces;
    for (int i = 0; i < spaces.size(); i++) {
      TlbSet space = spaces.get(i);
      if (space.hasGlobal && !large) {
        space.dropGlobal(linear);
        if (space.executed.mayContain(linear)) {
          renew(cpu, space);
        }
      }
    }
    cpu.updateTlb();
  }

  /** Forgets all pieces of a large page in all address spaces. */
  private static void invalidateLarge(CpuState cpu, long linear, int sizeBits) {
    for (TlbSet set : cpu.tlb) {
      dropLarge(cpu, set, linear, sizeBits);
    }
    for (TlbSet space : cpu.addressSpaces) {
      dropLarge(cpu, space, linear, sizeBits);
    }
    cpu.largePages.remove(linear, sizeBits);
  }

  private static void dropLarge(CpuState cpu, TlbSet set, long linear, int sizeBits) {
    set.dropLarge(linear, sizeBits);
    if (!set.executed.isEmpty()) {
      renew(cpu, set);
    }
  }

  /** Forgets one page of another address space, unless it is global. */
  static void invalidate(CpuState cpu, int pcid, long linear) {
    if (isTraced(cpu)) {
      return;
    }
    TlbSet space = find(cpu, pcid);
    if (space == null) {
      return;
    }
    if (space == cpu.tlb[TlbSet.USER]) {
      invalidate(cpu, linear);
      return;
    }
    space.drop(linear);
    if (space.executed.mayContain(linear)) {
      renew(cpu, space);
    }
    for (int sizeBits : LargePages.SIZES) {
      if (cpu.largePages.mayContain(linear, sizeBits)) {
        dropLarge(cpu, space, linear, sizeBits);
      }
    }
  }

  /** Leaves writes to a RAM page that has come to hold code to the slow path. */
  static void protect(CpuState cpu, int page) {
    cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.WRITE).slowDown(page);
    cpu.tlb[TlbSet.SUPERVISOR_AC].array(TlbSet.WRITE).slowDown(page);
    for (TlbSet space : cpu.addressSpaces) {
      space.array(TlbSet.WRITE).slowDown(page);
    }
  }
}
