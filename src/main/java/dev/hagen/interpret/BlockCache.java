package dev.hagen.interpret;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.cpu.TlbArray;
import dev.hagen.memory.CodeListener;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The decoded blocks of one virtual processor, keyed by guest-physical address and execution context.
 *
 * <p>In front of the map a direct-mapped jump cache answers what was run lately. It too is keyed by the place in memory,
 * which the TLB knows: so it holds for every address space, and nothing has to be done when mappings change. Before that is
 * asked, a block says what ran behind it last time; the key tells whether that is what is wanted now. A write into a line that
 * holds decoded code retires the blocks on it.
 */
final class BlockCache implements CodeListener {
  /** A boot of Linux decodes some 70,000 blocks. */
  private static final int JUMP_BITS = 16;
  private static final int JUMP_ENTRIES = 1 << JUMP_BITS;
  /** Where the key of the jump cache has the execution context; below is the offset in host memory. */
  private static final int CONTEXT_SHIFT = 48;
  /** In the key of a block that lies in two pages or may reach the end of its segment: more is to be checked. */
  private static final long CHECKED = 1L << 63;
  /** What is looked for where the TLB does not know the place: no block has it, not even one that the cache does not know. */
  private static final long NO_KEY = CHECKED;
  /** Steps that the cache holds at most; then it is emptied. About 100 bytes each. */
  private static final int MAX_STEPS = 1 << 20;

  /** The methods are written out: those of records are made when they are first called, by the guest's thread here. */
  private record Key(long physical, int context) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && key.physical == physical && key.context == context;
    }

    @Override
    public int hashCode() {
      return 31 * Long.hashCode(physical) + context;
    }
  }

  /** An entry of a region's unit: its number, and its distance from the head. */
  private record Entry(RegionCode code, int number, long distance) {}

  private final CpuState cpu;
  private final BlockDecoder decoder;
  private final int patience;
  private final Map<Key, Block> blocks = new HashMap<>();
  private final Map<Integer, List<CodeRange>> byPage = new HashMap<>();
  /** Where units may be entered. */
  private final Map<Key, Entry> entries = new HashMap<>();
  private final Map<Key, Link> links = new HashMap<>();
  private int steps;
  private int threshold = Block.NEVER;
  private HotCodeListener listener = HotCodeListener.NONE;

  private final @Nullable Block[] jumpBlock = new Block[JUMP_ENTRIES];

  /**
   * An empty cache.
   *
   * @param patience how many times longer than others a block stays cold that a region has
   */
  BlockCache(CpuState cpu, BlockDecoder decoder, int patience) {
    this.cpu = cpu;
    this.decoder = decoder;
    this.patience = patience;
  }

  /** Who hears of regions that are retired, and with how much heat a block is reported as hot. */
  void setListener(HotCodeListener newListener, int times) {
    listener = newListener;
    threshold = times;
  }

  /**
   * The block at CS:RIP.
   *
   * @throws dev.hagen.cpu.GuestException the fault of fetching its first instruction
   */
  Block at(CpuState cpu, long linear) {
    return at(linear, key(cpu, linear));
  }

  private Block at(long linear, long key) {
    Block known = jumpBlock[slot(key)];
    return known != null && known.key == key ? known : find(linear);
  }

  /**
   * The same behind {@code before}, which remembers it.
   *
   * @param towardsNext whether {@code before} went on to the instruction behind it
   */
  Block behind(Block before, boolean towardsNext, CpuState cpu, long linear) {
    long key = key(cpu, linear);
    Block likely = before.successor(towardsNext);
    if (likely != null && likely.key == key) {
      return likely;
    }
    Block block = at(linear, key);
    before.setSuccessor(towardsNext, block);
    return block;
  }

  /** The key of the block at {@code linear}, or one that no block has if the TLB does not know where that is. */
  private static long key(CpuState cpu, long linear) {
    long[] tlb = cpu.executeTlb;
    return TlbArray.hits(TlbArray.tag(tlb, linear), linear, 1)
        ? TlbArray.place(tlb, linear) | (long) cpu.context << CONTEXT_SHIFT : NO_KEY;
  }

  private static int slot(long key) {
    return (int) (key ^ key >>> JUMP_BITS) & JUMP_ENTRIES - 1;
  }

  private Block find(long linear) {
    long physical = LinearMemory.fetch(cpu, linear);
    long offset = cpu.memory.ramOffset(physical);
    if (offset == PhysicalMemory.NO_RAM) {
      return decoder.decode(cpu, physical, Integer.MAX_VALUE);
    }
    long key = offset | (long) cpu.context << CONTEXT_SHIFT;
    int slot = slot(key);
    Block known = jumpBlock[slot];
    if (known != null && (known.key & ~CHECKED) == key && fits(known, linear)) {
      return known;
    }
    Block block = blocks.get(new Key(physical, cpu.context));
    if (block == null || !fits(block, linear)) {
      block = decoder.decode(cpu, physical, Integer.MAX_VALUE);
      if (!fits(block, linear)) {
        return block;
      }
      add(block);
      block.key = block.secondPage == Block.ONE_PAGE && endsInSegment() ? key : key | CHECKED;
    }
    jumpBlock[slot] = block;
    return block;
  }

  /** Whether the block may run here: it lies within the code segment, and its second page is the one it was made of. */
  private boolean fits(Block block, long linear) {
    if (ExecutionContext.codeSize(cpu.context) != 8 && cpu.rip + block.length - 1 > cpu.segment[Reg.CS].limit) {
      return false;
    }
    if (block.secondPage == Block.ONE_PAGE) {
      return true;
    }
    long next = (linear | 0xFFF) + 1;
    return LinearMemory.fetch(cpu, cpu.is64Bit() ? next : next & 0xFFFF_FFFFL) == block.secondPage;
  }

  /** Whether no run of the block at its present linear address can leave the code segment, whatever CS.limit becomes. */
  private boolean endsInSegment() {
    return (cpu.context & ExecutionContext.FLAT) != 0 || ExecutionContext.codeSize(cpu.context) == 8;
  }

  private void add(Block block) {
    if (steps > MAX_STEPS) {
      flush();
    }
    steps += block.size;
    block.limit = threshold;
    Block old = blocks.put(new Key(block.physical, block.context), block);
    if (old != null) {
      old.retire();
      forgetJump(old);
    }
    Entry entry = entries.get(new Key(block.physical, block.context));
    if (entry != null) {
      enter(block, entry);
    }
    cover(block, block.physical, CodeRange.lines(block.physical, block.firstPart()));
    if (block.secondPage != Block.ONE_PAGE) {
      cover(block, block.secondPage, CodeRange.lines(block.secondPage, block.length - block.firstPart()));
    }
  }

  /** From now on the region's unit runs at each of its entries where no other region has its head. */
  void publish(RegionCode region) {
    int context = region.head().context;
    for (int i = 0; i < region.entries().size(); i++) {
      long distance = region.entries().get(i);
      Key key = new Key(region.physical(distance), context);
      Entry known = entries.get(key);
      if (i == 0 || known == null || known.number != 0) {
        Entry entry = new Entry(region, i, distance);
        entries.put(key, entry);
        Block block = blocks.get(key);
        if (block != null) {
          enter(block, entry);
        }
      }
    }
    release(region);
    relink(region);
  }

  /** Lets links look again for the unit to run. */
  void relink(RegionCode region) {
    link(region.head().physical, region.head().context).set(region);
  }

  private static void enter(Block block, Entry entry) {
    block.code = entry.code;
    block.entry = entry.number;
    block.entryDistance = entry.distance;
  }

  private void unpublish(RegionCode region) {
    int context = region.head().context;
    for (long distance : region.entries()) {
      Key key = new Key(region.physical(distance), context);
      Entry entry = entries.get(key);
      if (entry != null && entry.code == region) {
        entries.remove(key);
      }
      Block block = blocks.get(key);
      if (block != null && block.code == region) {
        block.code = null;
      }
    }
    // What is still there may become hot again.
    forEachBlock(region, block -> block.limit = block.heat + threshold);
    Link link = link(region.head().physical, context);
    if (link.region() == region) {
      link.set(null);
    }
    region.dropUnits();
  }

  /** The link to the code at {@code physical} under a context. */
  Link link(long physical, int context) {
    return links.computeIfAbsent(new Key(physical, context), key -> new Link(physical));
  }

  /** The decoded block that begins at {@code physical} under a context, if there is one. */
  @Nullable Block decoded(long physical, int context) {
    return blocks.get(new Key(physical, context));
  }

  /** From now on a write to the region's code retires it. */
  void add(RegionCode region) {
    for (RegionCode.Page page : region.pages()) {
      cover(region, page.physical(), page.lines());
    }
    forEachBlock(region, Block::suspend);
  }

  /** Nothing is under way any more for the region's blocks: those that go on being entered may head regions, but not soon. */
  void release(RegionCode region) {
    forEachBlock(region, block -> {
      if (block != region.head()) {
        block.resume(threshold, patience * threshold);
      }
    });
  }

  private void forEachBlock(RegionCode region, Consumer<Block> action) {
    for (long distance : region.blocks()) {
      Block block = blocks.get(new Key(region.physical(distance), region.context()));
      if (block != null) {
        action.accept(block);
      }
    }
  }

  /**
   * Forgets a region that is still right, and no blocks. Its lines stay covered: a call of its unit may be under way, and must
   * end when its code is written.
   */
  void evict(RegionCode region) {
    retire(region);
    for (RegionCode.Page part : region.pages()) {
      long offset = cpu.memory.ramOffset(part.physical());
      if (offset == PhysicalMemory.NO_RAM) {
        continue;
      }
      int page = cpu.memory.ramPage(offset);
      List<CodeRange> onPage = byPage.get(page);
      if (onPage != null && onPage.remove(region) && onPage.isEmpty()) {
        byPage.remove(page);
      }
    }
  }

  /** Whether the region is what is entered at its head. */
  boolean isEntry(RegionCode region) {
    Entry entry = entries.get(new Key(region.physical(), region.context()));
    return entry != null && entry.code == region && entry.number == 0;
  }

  void forEachPublished(Consumer<RegionCode> action) {
    entries.values().stream().map(Entry::code).distinct().forEach(action);
  }

  private void cover(CodeRange range, long physical, long lines) {
    PhysicalMemory memory = cpu.memory;
    long offset = memory.ramOffset(physical);
    if (offset == PhysicalMemory.NO_RAM) {
      return;
    }
    int page = memory.ramPage(offset);
    boolean fresh = memory.codeLines(page) == 0;
    memory.addCodeLines(page, lines);
    if (fresh) {
      Paging.protectCode(cpu, page);
    }
    byPage.computeIfAbsent(page, key -> new ArrayList<>()).add(range);
  }

  @Override
  public void codeWritten(int page, long lines) {
    cpu.counters.count(Counter.CODE_WRITES);
    List<CodeRange> onPage = byPage.getOrDefault(page, List.of());
    long left = 0;
    List<CodeRange> remaining = new ArrayList<>();
    for (CodeRange range : onPage) {
      long covered = range.linesOn(page, cpu.memory);
      if (range.isRetired() || (covered & lines) != 0) {
        count(range);
        retire(range);
      } else {
        remaining.add(range);
        left |= covered;
      }
    }
    cpu.memory.removeCodeLines(page, ~left);
    if (remaining.isEmpty()) {
      byPage.remove(page);
    } else {
      byPage.put(page, remaining);
    }
    cpu.leaveBlock = true;
  }

  /** Counts what is about to be retired since its code was written. */
  private void count(CodeRange range) {
    if (range instanceof RegionCode region) {
      report(region, Counter.UNITS_RETIRED);
    } else if (!range.isRetired()) {
      cpu.counters.count(Counter.BLOCKS_RETIRED);
    }
  }

  /** Tells the listener of a region that is about to be retired, if it has a unit. */
  private void report(RegionCode region, Counter cause) {
    if (region.draft() != null) {
      listener.retired(region, cause);
    }
  }

  private void retire(CodeRange range) {
    if (!range.isRetired()) {
      range.retire();
      if (range instanceof Block block) {
        steps -= block.size;
        blocks.remove(new Key(block.physical, block.context), block);
        forgetJump(block);
      } else if (range instanceof RegionCode region) {
        unpublish(region);
      }
    }
  }

  private void forgetJump(Block block) {
    int slot = slot(cpu.memory.ramOffset(block.physical) | (long) block.context << CONTEXT_SHIFT);
    if (jumpBlock[slot] == block) {
      jumpBlock[slot] = null;
    }
  }

  /** Forgets every block. */
  void flush() {
    cpu.counters.count(Counter.BLOCK_CACHE_FLUSHES);
    forEachPublished(region -> report(region, Counter.UNITS_FLUSHED));
    for (int page : byPage.keySet()) {
      cpu.memory.removeCodeLines(page, -1);
    }
    byPage.values().forEach(ranges -> ranges.forEach(CodeRange::retire));
    byPage.clear();
    blocks.clear();
    entries.clear();
    links.values().forEach(link -> link.set(null));
    Arrays.fill(jumpBlock, null);
    steps = 0;
    cpu.leaveBlock = true;
  }

  /**
   * Checks what must hold between two instructions: all that can be found is still what memory holds, every write to it
   * will be heard of, and nothing is counted twice.
   *
   * @throws AssertionError if it does not
   */
  void assertConsistent() {
    int counted = 0;
    for (Map.Entry<Key, Block> entry : blocks.entrySet()) {
      Block block = entry.getValue();
      check(entry.getKey().equals(new Key(block.physical, block.context)), "is found under another key", block);
      assertReachable(block);
      counted += block.size;
    }
    if (counted != steps) {
      throw new AssertionError("%d steps in blocks, %d counted".formatted(counted, steps));
    }
    byPage.forEach((page, ranges) -> {
      for (CodeRange range : ranges) {
        long lines = range.linesOn(page, cpu.memory);
        check(lines != 0, "is registered on page %x, where it has no code".formatted(page), range);
        check(range.isRetired() || (lines & ~cpu.memory.codeLines(page)) == 0, "has lines that nobody watches", range);
      }
    });
    for (int slot = 0; slot < JUMP_ENTRIES; slot++) {
      Block block = jumpBlock[slot];
      if (block != null) {
        check(blocks.get(new Key(block.physical, block.context)) == block, "is in the jump cache only", block);
        long key = cpu.memory.ramOffset(block.physical) | (long) block.context << CONTEXT_SHIFT;
        check((block.key & ~CHECKED) == key, "is in the jump cache of another place", block);
      }
    }
    Paging.assertConsistent(cpu);
  }

  private void assertReachable(Block block) {
    assertSuccessor(block, block.successor(true));
    assertSuccessor(block, block.successor(false));
    check(!block.isRetired(), "is retired and can be found", block);
    assertRegistered(block, block.physical);
    if (block.secondPage != Block.ONE_PAGE) {
      assertRegistered(block, block.secondPage);
    }
    RegionCode region = block.code;
    if (region != null) {
      check(!region.isRetired(), "has a retired region", block);
      check(region.physical(block.entryDistance) == block.physical, "is no entry of its region", block);
      region.pages().forEach(page -> assertRegistered(region, page.physical()));
    }
  }

  private void assertSuccessor(Block block, @Nullable Block successor) {
    if (successor != null && successor.key != Block.UNKNOWN) {
      check(blocks.get(new Key(successor.physical, successor.context)) == successor, "leads to a block that is lost", block);
    }
  }

  private void assertRegistered(CodeRange range, long physical) {
    long offset = cpu.memory.ramOffset(physical);
    if (offset != PhysicalMemory.NO_RAM) {
      List<CodeRange> onPage = byPage.getOrDefault(cpu.memory.ramPage(offset), List.of());
      check(onPage.contains(range), "is not registered on page %x".formatted(physical >>> 12), range);
    }
  }

  private static void check(boolean holds, String otherwise, CodeRange range) {
    if (!holds) {
      long physical = range instanceof RegionCode region ? region.head().physical : ((Block) range).physical;
      throw new AssertionError("%s at physical %x %s".formatted(range.getClass().getSimpleName(), physical, otherwise));
    }
  }
}
