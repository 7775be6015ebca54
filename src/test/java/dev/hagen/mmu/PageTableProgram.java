package dev.hagen.mmu;

import dev.hagen.cpu.MmuKind;
import dev.hagen.x86.PageEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A random program about page tables: it changes entries by every kind of write there is, says so as the architecture demands
 * (SDM vol. 3A 4.10.4), enters address spaces, and accesses memory. Processors of all kinds run it side by side, with one that
 * walks for each access: whatever they load, and their memory, must be the same, accessed and dirty bits included.
 *
 * <p>Tables lie in few pages and refer to each other at random, so that they are shared, recursive, and data as well. Global
 * pages lie in an area whose tables all address spaces share.
 */
final class PageTableProgram implements AutoCloseable {
  private static final long TABLES = 0x10_0000;
  private static final int TABLE_COUNT = 20;
  private static final int DATA_COUNT = 8;
  private static final int ROOTS = 3;
  /** The tables of the area that all address spaces share, behind the others; and the linear address of all RAM in it. */
  private static final long SHARED = TABLES + (TABLE_COUNT + DATA_COUNT) * 0x1000L;
  private static final int INDICES = 3;
  /** Tracing ends soon, so that it begins often. */
  private static final int FEW_STORES = 2;
  /** Pages that are mapped by global entries which change. */
  private static final long GLOBALS = 0x30_0000;
  private static final int GLOBAL_COUNT = 4;
  /** From this word on no table has entries that matter to the program, for 300 words. */
  private static final int QUIET = 4;
  /** Pages of the device that entries may lead to. */
  private static final int DEVICE_PAGES = 4;
  private static final long[] LARGE_PAGES = {0, 0x20_0000, PagedProcessor.DEVICE};
  private static final long RESERVED_IN_POINTERS = 0x1E6 | PageEntry.NX;
  private static final long PW = PageEntry.P | PageEntry.W;

  private final PagingMode mode;
  private final Random random;
  private final PagedProcessor truth;
  private final List<PagedProcessor> processors = new ArrayList<>();
  private final List<Long> addresses = new ArrayList<>();
  private final boolean[] stale = new boolean[ROOTS];
  private int current;

  PageTableProgram(PagingMode mode, long seed) {
    this.mode = mode;
    this.random = new Random(seed);
    this.truth = PagedProcessor.forgetful(mode);
    processors.add(truth);
    for (MmuKind kind : MmuKind.values()) {
      processors.add(new PagedProcessor(mode, kind, FEW_STORES));
    }
    processors.add(new PagedProcessor(mode, MmuKind.SHADOW, PagedProcessor.ALWAYS_EXITS));
    buildSharedArea();
    collectAddresses();
    enter(0, false);
  }

  @Override
  public void close() {
    processors.forEach(PagedProcessor::close);
  }

  void run(int steps) {
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3 -> change();
        case 4, 5 -> switchSpace();
        case 6, 7, 8 -> store();
        case 9 -> rarely();
        default -> read();
      }
      if (step % 32 == 0) {
        processors.forEach(processor -> Paging.assertConsistent(processor.cpu));
        assertSameMemory(step);
      }
    }
  }

  private void assertSameMemory(int step) {
    for (PagedProcessor processor : processors) {
      long different = truth.memory.mismatch(processor.memory, 0);
      if (different >= 0) {
        throw new AssertionError("%s differs at physical %x after step %d".formatted(processor.cpu.mmu, different, step));
      }
    }
  }

  private String same(Function<PagedProcessor, String> action) {
    String expected = action.apply(truth);
    for (PagedProcessor processor : processors.subList(1, processors.size())) {
      String outcome = action.apply(processor);
      if (!outcome.equals(expected)) {
        throw new AssertionError("%s: %s instead of %s".formatted(processor.cpu.mmu, outcome, expected));
      }
    }
    return expected;
  }

  private void all(Consumer<PagedProcessor> action) {
    processors.forEach(action);
  }

  // The address spaces.

  private void put(long physical, long entry) {
    all(processor -> processor.memory.write(physical, entry, mode.entrySize));
  }

  /** Tables that map all RAM for supervisors, by pages that are global but for the last 32. */
  private void buildSharedArea() {
    long flags = PW | PageEntry.A | PageEntry.D;
    int entries = 0x1000 / mode.entrySize;
    for (int page = 0; page < PagedProcessor.RAM >> 12; page++) {
      long global = page % 64 < 32 ? PageEntry.G : 0;
      put(SHARED + 0x2000 + (long) page * mode.entrySize, (long) page << 12 | flags | global);
    }
    for (int table = 0; table < (PagedProcessor.RAM >> 12) / entries; table++) {
      put(SHARED + 0x1000 + (long) table * mode.entrySize, SHARED + 0x2000 + 0x1000L * table | flags);
    }
    put(SHARED, SHARED + 0x1000 | flags);
    for (int i = 0; i < ROOTS; i++) {
      linkSharedArea(root(i));
    }
  }

  private void linkSharedArea(long root) {
    long flags = PW | PageEntry.A | PageEntry.D;
    switch (mode) {
      case LEGACY -> put(root + 4 * 0x300, SHARED + 0x2000 | flags);
      case PAE -> put(root + 8 * 3, SHARED + 0x1000 | PageEntry.P);
      case LONG -> {
        put(root + 8 * 511, SHARED | flags);
        put(root + 8 * 510, root | flags);
      }
    }
  }

  /** The linear address at which supervisors see the first byte of RAM. */
  private long ram() {
    return mode == PagingMode.LONG ? -1L << 39 : 0xC000_0000L;
  }

  private long root(int number) {
    return TABLES + 0x1000L * number;
  }

  private void collectAddresses() {
    int top = mode == PagingMode.LONG ? INDICES : 1;
    for (long a = 0; a < top; a++) {
      for (long b = 0; b < INDICES; b++) {
        for (long c = 0; c < INDICES; c++) {
          for (long d = 0; d < INDICES; d++) {
            addresses.add(mode == PagingMode.LEGACY ? b << 22 | c << 20 | d << 12 : a << 39 | b << 30 | c << 21 | d << 12);
          }
        }
      }
    }
    if (mode == PagingMode.LONG) {
      for (long b = 0; b < INDICES; b++) {
        addresses.add(-1L << 47 | b << 21);
        addresses.add(-1L << 47 | 1 << 30 | b << 12);
      }
    }
    for (int i = 0; i < GLOBAL_COUNT; i++) {
      addresses.add(ram() + GLOBALS + 0x1000L * i);
    }
    for (int i = 0; i < TABLE_COUNT + DATA_COUNT; i++) {
      addresses.add(ram() + TABLES + 0x1000L * i);
    }
    if (mode.window != 0) {
      long loop = 510;
      addresses.add(mode.window | loop << 30 | loop << 21 | loop << 12);
      for (long i = 0; i < INDICES; i++) {
        addresses.add(mode.window | loop << 30 | loop << 21 | i << 12);
        addresses.add(mode.window | loop << 30 | i << 12);
        addresses.add(mode.window | i << 21 | i << 12);
      }
    }
  }

  private long anyAddress() {
    return addresses.get(random.nextInt(addresses.size()));
  }

  private void enter(int number, boolean keep) {
    String outcome = same(processor -> processor.enter(root(number), number + 1, keep));
    if (outcome.equals("0")) {
      current = number;
      stale[number] &= keep;
    }
  }

  private void switchSpace() {
    int next = random.nextInt(ROOTS);
    enter(next, mode == PagingMode.LONG && !stale[next] && random.nextBoolean());
  }

  // Accesses.

  private void read() {
    long linear = anyAddress() + 8L * random.nextInt(512);
    int cpl = random.nextInt(4) == 0 ? 3 : 0;
    if (random.nextInt(4) == 0) {
      same(processor -> processor.fetch(cpl, linear));
    } else {
      same(processor -> processor.load(cpl, linear));
    }
  }

  private void store() {
    long linear = anyAddress() + 8L * (QUIET + random.nextInt(300));
    int cpl = random.nextInt(4) == 0 ? 3 : 0;
    long value = random.nextInt(4) == 0 ? entry() : 0;
    byte[] before = tables();
    same(processor -> processor.store(cpl, linear, value, 8));
    if (!Arrays.equals(before, tables())) {
      invalidate();
    }
  }

  private byte[] tables() {
    byte[] bytes = new byte[(int) (SHARED - TABLES) + 0x6000];
    truth.memory.copyOut(TABLES, bytes, 0, bytes.length);
    return bytes;
  }

  // Changes of page tables.

  private long entry() {
    long target = TABLES + 0x1000L * random.nextInt(TABLE_COUNT + DATA_COUNT);
    if (random.nextInt(8) == 0) {
      target = PagedProcessor.DEVICE + 0x1000L * random.nextInt(DEVICE_PAGES);
    }
    long flags = random.nextInt(8) == 0 ? 0 : PageEntry.P;
    flags |= random.nextInt(4) == 0 ? 0 : PageEntry.W | PageEntry.U;
    flags |= random.nextInt(4) == 0 ? 0 : PageEntry.U;
    flags |= random.nextLong() & (PageEntry.A | PageEntry.D | 7 << 9);
    if (random.nextInt(8) == 0) {
      target = LARGE_PAGES[random.nextInt(LARGE_PAGES.length)];
      flags |= PageEntry.PS;
    }
    if (mode == PagingMode.LEGACY && (target & 0x20_0000) != 0) {
      target = 0;
    }
    if (mode != PagingMode.LEGACY && random.nextInt(16) == 0) {
      flags |= PageEntry.NX;
    }
    return target | flags;
  }

  /** A table entry: one that an address is translated through, or where one may well be looked at. */
  private long slot() {
    for (int i = random.nextInt(4); i > 0; i--) {
      long used = slotInUse(anyAddress(), random.nextInt(4));
      if (used != 0) {
        return used;
      }
    }
    long table = TABLES + 0x1000L * random.nextInt(TABLE_COUNT);
    int index = random.nextInt(INDICES);
    if (mode == PagingMode.LEGACY && random.nextBoolean()) {
      index = index << 8 | random.nextInt(INDICES);
    }
    return table + (long) index * mode.entrySize;
  }

  /** The entry for an address in the table that is so many levels below the root, if that is the program's; else 0. */
  private long slotInUse(long linear, int level) {
    List<Long> slots = new ArrayList<>();
    TableWalk walk = new TableWalk(truth.cpu);
    walk.enter(truth.cpu.cr3, mode == PagingMode.PAE ? truth.cpu.pdpte : null);
    int mask = 0x1000 / mode.entrySize - 1;
    walk.descend(linear, (table, first, shift) -> slots.add(table + (linear >>> shift & mask) * mode.entrySize));
    if (slots.isEmpty()) {
      return 0;
    }
    long slot = slots.get(Math.min(level, slots.size() - 1));
    boolean linksSharedArea = (slot & 0xFFF) >= 0xC00 || isPointers(slot) && (slot & 0xFFF) >= 24;
    return slot < TABLES || slot >= TABLES + 0x1000L * TABLE_COUNT || linksSharedArea ? 0 : slot;
  }

  private void change() {
    long slot = slot();
    long old = truth.memory.read(slot, mode.entrySize);
    long word = truth.memory.read(slot & ~7L, 8);
    long value = random.nextInt(3) == 0 ? old ^ anyBit() : entry();
    write(slot, isPointers(slot) ? value & ~RESERVED_IN_POINTERS : value);
    boolean wasPresent = (word & (mode.entrySize == 8 ? PageEntry.P : PageEntry.P | PageEntry.P << 32)) != 0;
    if (wasPresent || random.nextBoolean()) {
      invalidate();
    }
  }

  private long anyBit() {
    long[] bits = {PageEntry.P, PageEntry.W, PageEntry.U, PageEntry.A, PageEntry.D, 1 << 9};
    return bits[random.nextInt(bits.length)];
  }

  /** Lets a page of the area that is shared lead elsewhere, and says that of this page alone. */
  private void changeGlobal() {
    int page = random.nextInt(GLOBAL_COUNT);
    long slot = SHARED + 0x2000 + ((GLOBALS >> 12) + page) * mode.entrySize;
    long target = random.nextInt(4) == 0 ? PagedProcessor.DEVICE : GLOBALS;
    long value = target + 0x1000L * random.nextInt(DEVICE_PAGES) | PW | PageEntry.A | PageEntry.D | PageEntry.G;
    same(processor -> processor.store(0, ram() + slot, value, mode.entrySize));
    all(processor -> Paging.invalidate(processor.cpu, ram() + GLOBALS + 0x1000L * page));
  }

  private boolean isPointers(long slot) {
    return mode == PagingMode.PAE && slot < TABLES + 0x1000L * ROOTS;
  }

  private void write(long slot, long value) {
    int size = mode.entrySize;
    long linear = ram() + slot;
    switch (random.nextInt(6)) {
      case 0 -> same(processor -> processor.store(0, linear, value, size));
      case 1, 2 -> same(processor -> processor.storeInUnit(linear, value, size));
      case 3 -> {
        byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
        all(processor -> processor.dma(slot, Arrays.copyOf(bytes, size)));
      }
      case 4 -> same(processor -> processor.fill(linear & ~7L, value, 1));
      default -> all(processor -> processor.memory.write(slot, value, size));
    }
    if (random.nextInt(16) == 0) {
      fill();
    }
  }

  /** Writes much at once into a page where tables may lie. */
  private void fill() {
    long table = TABLES + 0x1000L * random.nextInt(TABLE_COUNT) + 8L * (QUIET + random.nextInt(60));
    if (random.nextBoolean()) {
      same(processor -> processor.fill(ram() + table, 0, 40));
    } else {
      all(processor -> processor.dma(table, new byte[320]));
    }
    invalidate();
  }

  /** Says that page tables have changed: at least as much as the current address space needs. */
  private void invalidate() {
    Arrays.fill(stale, true);
    switch (random.nextInt(mode == PagingMode.LONG ? 26 : 20)) {
      case 0 -> flush();
      case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ->
          all(processor -> addresses.forEach(linear -> Paging.invalidate(processor.cpu, linear)));
      case 20, 21, 22 -> {
        all(processor -> Paging.flushLocal(processor.cpu));
        Arrays.fill(stale, false);
      }
      case 23, 24, 25 -> all(processor -> Paging.flushPcid(processor.cpu, current + 1));
      default -> reenter();
    }
  }

  private void flush() {
    all(processor -> Paging.flush(processor.cpu));
    Arrays.fill(stale, false);
  }

  /** Writes CR3 again; where that faults, everything is flushed. */
  private void reenter() {
    enter(current, false);
    if (stale[current]) {
      flush();
    }
  }

  private void rarely() {
    switch (random.nextInt(16)) {
      case 0 -> {
        boolean on = random.nextBoolean();
        all(processor -> processor.setWriteProtection(on));
        Arrays.fill(stale, false);
      }
      case 6 -> {
        boolean on = random.nextBoolean();
        all(processor -> processor.setGlobalPages(on));
        Arrays.fill(stale, false);
      }
      case 1 -> {
        long linear = anyAddress();
        all(processor -> Paging.invalidate(processor.cpu, linear));
      }
      case 2, 3, 4, 5 -> changeGlobal();
      default -> read();
    }
  }
}
