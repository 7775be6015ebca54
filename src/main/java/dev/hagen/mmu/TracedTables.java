package dev.hagen.mmu;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.PageTracing;
import dev.hagen.cpu.TlbSet;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link Shadows} in step with the guest's page tables.
 *
 * <p>A table through which a page that is not global has been translated is traced: each write into it is noted beforehand,
 * with what the entry was. When the guest executes an instruction that tells the processor to look (INVLPG, INVPCID, a write of
 * CR3), what has been noted is compared with what the tables hold now, and the translations that were made of other entries are
 * forgotten ({@link #settle}). Until then a processor may use the old ones (SDM vol. 3A 4.10.4), and an entry that was not
 * present has never been used.
 *
 * <p>Global pages need no tracing: only instructions that name them, or say all, make a processor forget them.
 *
 * <p>A page ceases to be traced when nothing is translated through it any more: its address space is forgotten, or the entry
 * that led to it changes; when much is written into it at once; and after many stores without a translation between.
 */
final class TracedTables implements PageTracing {
  private static final int MOST_NOTES = 256;
  /** Bytes that an instruction may write without being taken for one that fills a page. */
  private static final int LONGEST_STORE = 16;
  private static final int REGIONS = 256;
  private static final int REGION_SHIFT = 21;
  /** Bits of an entry that no translation depends on: memory type, and those that are the software's. */
  private static final long IRRELEVANT = 1 << 3 | 1 << 4 | 7 << 9;

  private final CpuState cpu;
  private final PhysicalMemory memory;
  private final Shadows shadows;
  private final Writers writers;
  private final TableWalk walk;
  private final boolean alwaysExits;
  private final int patience;
  private final @Nullable TracedTable[] byPage;
  private TracedTable[] all = new TracedTable[64];
  private int count;

  /** Where traced pages have been written, at multiples of eight bytes, and what was there. */
  private final long[] noted = new long[MOST_NOTES];
  private final long[] before = new long[MOST_NOTES];
  private int notes;

  /** Regions of which all tables are known: address space, region and {@link #generation}, and the last table. */
  private final long[] regions = new long[REGIONS];
  private final @Nullable TracedTable[] lastTables = new TracedTable[REGIONS];
  private long generation = 1;

  /**
   * Tracing for one processor.
   *
   * @param alwaysExits whether units leave for every store into a traced page
   * @param patience stores into a page without a translation between, after which it is traced no more; if units do not leave
   *     for each
   */
  TracedTables(CpuState cpu, boolean alwaysExits, int patience) {
    this.cpu = cpu;
    this.memory = cpu.memory;
    this.writers = new Writers(cpu);
    this.shadows = new Shadows(cpu, writers);
    this.walk = new TableWalk(cpu);
    this.alwaysExits = alwaysExits;
    this.patience = patience;
    this.byPage = new TracedTable[Math.toIntExact(memory.ramSize() >>> 12)];
  }

  @Override
  public boolean alwaysExits() {
    return alwaysExits;
  }

  @Override
  public boolean isLoose() {
    return shadows.isLoose();
  }

  // Beginning.

  @Override
  public void filled(long linear, int kind, int privilege, boolean global, int page) {
    if (kind == TlbSet.WRITE && page >= 0) {
      writers.note(linear, privilege, page);
    }
    if (!global && (cpu.cr0 & Control.CR0_PG) != 0) {
      learn(linear);
    }
  }

  /** Traces the tables that a page has been translated through. */
  private void learn(long linear) {
    comparePointers();
    int slot = shadows.current();
    long region = linear >>> REGION_SHIFT & 0x7FF_FFFF;
    int index = (int) (region ^ region >>> 9) & REGIONS - 1;
    long key = generation << 32 | region << 4 | slot;
    TracedTable last = lastTables[index];
    if (regions[index] == key && last != null) {
      last.stores = 0;
      return;
    }
    boolean pae = (cpu.cr4 & Control.CR4_PAE) != 0 && !cpu.isLongMode();
    walk.enter(cpu.cr3, pae ? cpu.pdpte : null);
    lastTables[index] = null;
    walk.descend(linear, (table, first, shift) -> lastTables[index] = use(table, TracedTable.place(first, shift), slot));
    regions[index] = key;
  }

  private void comparePointers() {
    if (shadows.comparePointers()) {
      generation++;
    }
  }

  private @Nullable TracedTable use(long physical, long place, int slot) {
    long offset = memory.ramOffset(physical);
    if (offset == PhysicalMemory.NO_RAM) {
      shadows.setLoose();
      return null;
    }
    TracedTable table = begin(memory.ramPage(offset));
    table.add(place, slot);
    table.stores = 0;
    return table;
  }

  private TracedTable begin(int page) {
    TracedTable known = byPage[page];
    if (known != null) {
      return known;
    }
    TracedTable table = new TracedTable(page);
    byPage[page] = table;
    if (count == all.length) {
      all = Arrays.copyOf(all, 2 * count);
    }
    table.number = count;
    all[count++] = table;
    memory.setTraced(page, true);
    writers.slowDown(page);
    // A unit may remember how to write the page.
    cpu.leaveBlock = true;
    cpu.counters.count(Counter.TRACES_BEGUN);
    cpu.counters.listener().pageTraced(memory.physicalAddress(page), true, Counter.TRACES_BEGUN);
    return table;
  }

  // Ending.

  private void end(TracedTable table, Counter cause) {
    byPage[table.page] = null;
    TracedTable moved = all[--count];
    all[table.number] = moved;
    moved.number = table.number;
    memory.setTraced(table.page, false);
    generation++;
    cpu.counters.count(cause);
    cpu.counters.listener().pageTraced(memory.physicalAddress(table.page), false, cause);
  }

  @Override
  public void release(int page) {
    TracedTable table = byPage[page];
    if (table != null) {
      release(table, Counter.TRACES_ENDED_BULK);
    }
  }

  private void release(TracedTable table, Counter cause) {
    int indexBits = TableWalk.entrySize(cpu) == 8 ? 9 : 10;
    for (int i = 0; i < table.count(); i++) {
      int sizeBits = table.shift(i) + indexBits;
      shadows.drop(table.linear(i), sizeBits, table.spaces(i));
      if (table.shift(i) == rootShift()) {
        shadows.discard(table.spaces(i));
      }
    }
    if (table.isOverflown()) {
      dropEverything();
    }
    end(table, cause);
  }

  private int rootShift() {
    return cpu.isLongMode() ? 39 : TableWalk.entrySize(cpu) == 8 ? 64 : 22;
  }

  private void dropEverything() {
    shadows.drop(0, Shadows.ALL_BITS, (1 << cpu.addressSpaces.size()) - 1);
    generation++;
  }

  // Writes.

  @Override
  public boolean storeInUnit(int page, long offset, int length) {
    if (alwaysExits) {
      return false;
    }
    tableWrite(page, offset, length);
    return true;
  }

  @Override
  public void tableWrite(int page, long offset, int length) {
    TracedTable table = byPage[page];
    if (table == null) {
      return;
    }
    cpu.counters.count(Counter.TABLE_WRITES);
    if (length > LONGEST_STORE) {
      release(table, Counter.TRACES_ENDED_BULK);
      return;
    }
    if (++table.stores > patience && !alwaysExits) {
      release(table, Counter.TRACES_ENDED_STORES);
      return;
    }
    for (long at = offset & ~7L; at < offset + length; at += 8) {
      note(at);
    }
  }

  private void note(long at) {
    long value = HostMemory.getLong(at);
    boolean halves = TableWalk.entrySize(cpu) == 4;
    if ((value & (halves ? PageEntry.P | PageEntry.P << 32 : PageEntry.P)) == 0) {
      return;
    }
    if (notes == MOST_NOTES) {
      settle();
    }
    noted[notes] = at;
    before[notes++] = value;
  }

  @Override
  public void settle() {
    if (notes == 0) {
      return;
    }
    boolean halves = TableWalk.entrySize(cpu) == 4;
    int many = notes;
    notes = 0;
    for (int i = 0; i < many; i++) {
      TracedTable table = byPage[memory.ramPage(noted[i])];
      long now = HostMemory.getLong(noted[i]);
      if (table == null || now == before[i]) {
        continue;
      }
      int place = (int) noted[i] & 0xFFF;
      if (halves) {
        compare(table, place >> 2, before[i] & 0xFFFF_FFFFL, now & 0xFFFF_FFFFL);
        compare(table, (place >> 2) + 1, before[i] >>> 32, now >>> 32);
      } else {
        compare(table, place >> 3, before[i], now);
      }
    }
  }

  /** Forgets what was translated by entry {@code index} of a table while it was another. */
  private void compare(TracedTable table, int index, long old, long now) {
    // The processor sets A and D by itself; that they are set takes nothing away.
    long changed = (old ^ now) & ~(IRRELEVANT | now & (PageEntry.A | PageEntry.D));
    if ((old & PageEntry.P) == 0 || changed == 0) {
      return;
    }
    cpu.counters.count(Counter.TABLE_CHANGES);
    if (table.isOverflown()) {
      dropEverything();
      return;
    }
    // Backwards, since a table that leads to itself may lose places meanwhile.
    for (int i = table.count() - 1; i >= 0; i--) {
      int shift = table.shift(i);
      long linear = table.linear(i) + ((long) index << shift);
      if (shift == 39) {
        linear = linear << 16 >> 16;
      }
      int spaces = table.spaces(i);
      shadows.drop(linear, shift, spaces);
      if (shift != 12) {
        generation++;
      }
      if (shift != 12 && ((old & PageEntry.PS) == 0 || shift == 22 && (cpu.cr4 & Control.CR4_PSE) == 0)) {
        leave(old, TracedTable.place(linear, shift == 22 ? 12 : shift - 9), spaces);
      }
    }
  }

  /** The entry that led to a table does no more. */
  private void leave(long entry, long place, int spaces) {
    long mask = TableWalk.entrySize(cpu) == 8 ? PageEntry.ADDRESS : 0xFFFF_F000L;
    long offset = memory.ramOffset(entry & mask);
    TracedTable child = offset == PhysicalMemory.NO_RAM ? null : byPage[memory.ramPage(offset)];
    if (child != null) {
      child.remove(place, spaces);
      if (child.isUnused()) {
        end(child, Counter.TRACES_ENDED_UNUSED);
      }
    }
  }

  // Address spaces.

  @Override
  public Counter enter() {
    settle();
    int before = shadows.current();
    int emptied = shadows.enter();
    if (emptied >= 0) {
      forgetSpace(emptied);
    }
    shadows.settleIn();
    comparePointers();
    Counter found = emptied >= 0 ? Counter.SWITCH_NEW : Counter.SWITCH_KEPT;
    if (shadows.isLoose()) {
      shadows.drop(0, Shadows.ALL_BITS, 1 << shadows.current());
      found = Counter.SWITCH_DROPPED;
    }
    if (before != shadows.current()) {
      cpu.updateTlb();
    }
    return found;
  }

  private void forgetSpace(int slot) {
    for (int i = count - 1; i >= 0; i--) {
      TracedTable table = all[i];
      table.remove(1 << slot);
      if (table.isUnused()) {
        end(table, Counter.TRACES_ENDED_UNUSED);
      }
    }
    generation++;
  }

  @Override
  public void forgetAll() {
    notes = 0;
    while (count > 0) {
      end(all[count - 1], Counter.TRACES_ENDED_UNUSED);
    }
    shadows.forgetAll();
  }

  @Override
  public void assertConsistent() {
    for (int page = 0; page < byPage.length; page++) {
      if (memory.isTraced(page) != (byPage[page] != null)) {
        throw new AssertionError("page %x is traced, or not".formatted(page));
      }
    }
    if (notes == 0) {
      shadows.assertConsistent(walk);
    }
  }
}
