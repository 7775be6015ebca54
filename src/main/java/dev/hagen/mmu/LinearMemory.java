package dev.hagen.mmu;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.PageTracing;
import dev.hagen.cpu.TlbArray;
import dev.hagen.cpu.TlbSet;
import dev.hagen.memory.HostMemory;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;

/**
 * Guest memory by linear address, as an instruction at the current privilege sees it: translation, access rights, page
 * faults, device registers, alignment checks, data breakpoints. Sizes are 1, 2, 4 or 8 bytes; an access may cross pages.
 *
 * <p>Each access first asks the software TLB; a hit is plain RAM and nothing else can happen. Everything else takes the
 * slow path below.
 */
public final class LinearMemory {
  /** Answer of {@link #ramForLoad} and {@link #ramForStore}: the access must be done element by element. */
  public static final long NOT_PLAIN = -1;
  /** Answer of {@link #walkForUnit}: the access raises {@link CpuState#raised}. */
  public static final long FAULT = -2;

  /** By kind of access, see {@link TlbSet}. */
  private static final Counter[] MISSES = {Counter.TLB_MISS_READ, Counter.TLB_MISS_WRITE, Counter.TLB_MISS_EXECUTE};

  private LinearMemory() {}

  /** Loads {@code size} bytes, zero-extended. */
  public static long load(CpuState cpu, long linear, int size) {
    long[] tlb = cpu.readTlb;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      return HostMemory.get(TlbArray.place(tlb, linear), size);
    }
    return loadSlow(cpu, linear, size, TlbSet.READ, cpu.privilege());
  }

  /**
   * Asks the TLB alone: the offset in {@link HostMemory} of {@code size} bytes at {@code linear}, or
   * {@link #NOT_PLAIN}. For translation units.
   *
   * @param tlb the array for the kind of access, {@link CpuState#readTlb} for example
   */
  private static long probe(long[] tlb, long linear, int size) {
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      return TlbArray.place(tlb, linear);
    }
    return NOT_PLAIN;
  }

  /**
   * Asks the page tables, and fills the TLB: the offset in {@link HostMemory} of {@code size} bytes at {@code linear}, or
   * {@link #FAULT} if the tables forbid the access, or {@link #NOT_PLAIN} if it needs the slow path, which may find other
   * faults. For translation units. The page may hold code, if the lines that are to be written hold none.
   */
  public static long walkForUnit(CpuState cpu, long linear, int size, boolean write) {
    return walkForUnit(cpu, linear, size, write, false);
  }

  /** The same for a store by a unit that will write the same line again without asking: its page may not be traced. */
  public static long walkForLine(CpuState cpu, long linear, int size) {
    return walkForUnit(cpu, linear, size, true, true);
  }

  private static long walkForUnit(CpuState cpu, long linear, int size, boolean write, boolean again) {
    if (crossesPage(linear, size) || !Bits.isCanonical(linear) || cpu.checksAlignment() || cpu.hasDataBreakpoints()) {
      return NOT_PLAIN;
    }
    if (find(cpu, linear, write ? TlbSet.WRITE : TlbSet.READ, cpu.privilege()) == PageWalker.FAULT) {
      return FAULT;
    }
    // The walk may have set a bit in a page table that lies among code, or traced a page that the unit knows how to write.
    if (cpu.leaveBlock) {
      return NOT_PLAIN;
    }
    long place = probe(write ? cpu.writeTlb : cpu.readTlb, linear, size);
    return place == NOT_PLAIN && write ? watched(cpu, linear, size, again) : place;
  }

  /** The same for a store into a page that holds code or page tables, which is in the TLB for the slow path alone. */
  private static long watched(CpuState cpu, long linear, int size, boolean again) {
    TlbArray array = cpu.tlb[cpu.privilege()].array(TlbSet.WRITE);
    if (!array.contains(linear)) {
      return NOT_PLAIN;
    }
    int page = array.page(linear);
    if (cpu.memory.holdsCode(page, linear, size)) {
      return NOT_PLAIN;
    }
    long place = TlbArray.place(array.entries, linear);
    PageTracing tracing = cpu.tracing;
    if (tracing != null && cpu.memory.isTraced(page) && (again || !tracing.storeInUnit(page, place, size))) {
      return NOT_PLAIN;
    }
    return place;
  }

  /** Stores the low {@code size} bytes of {@code value}. */
  public static void store(CpuState cpu, long linear, long value, int size) {
    long[] tlb = cpu.writeTlb;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      HostMemory.put(TlbArray.place(tlb, linear), value, size);
      return;
    }
    storeSlow(cpu, linear, value, size, cpu.privilege());
  }

  /**
   * Loads from the stack with a 64-bit pointer or in a flat 32-bit segment: #SS(0) unless all bytes are canonical, or
   * before the end of the segment.
   */
  public static long loadStack(CpuState cpu, long linear, int size) {
    long[] tlb = cpu.readTlb;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      return HostMemory.get(TlbArray.place(tlb, linear), size);
    }
    checkStack(cpu, linear, size);
    return loadSlow(cpu, linear, size, TlbSet.READ, cpu.privilege());
  }

  /** Stores likewise. */
  public static void storeStack(CpuState cpu, long linear, long value, int size) {
    long[] tlb = cpu.writeTlb;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      HostMemory.put(TlbArray.place(tlb, linear), value, size);
      return;
    }
    checkStack(cpu, linear, size);
    storeSlow(cpu, linear, value, size, cpu.privilege());
  }

  private static void checkStack(CpuState cpu, long linear, int size) {
    long last = linear + size - 1;
    if (!Bits.isCanonical(linear) || !Bits.isCanonical(last) || !cpu.is64Bit() && last > 0xFFFF_FFFFL) {
      throw cpu.raise(Vector.SS, 0);
    }
  }

  /** Loads as the first half of a read-modify-write: faults as a write would. A {@link #store} to it cannot fault. */
  public static long loadForWrite(CpuState cpu, long linear, int size) {
    long[] tlb = cpu.writeTlb;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size)) {
      return HostMemory.get(TlbArray.place(tlb, linear), size);
    }
    return loadSlow(cpu, linear, size, TlbSet.WRITE, cpu.privilege());
  }

  /** Faults if {@code length} bytes (1 to 4096) from {@code linear} on cannot be read. */
  public static void checkLoad(CpuState cpu, long linear, int length) {
    check(cpu, linear, length, TlbSet.READ);
  }

  /** Faults if {@code length} bytes (1 to 4096) from {@code linear} on cannot be written; then stores cannot fault. */
  public static void checkStore(CpuState cpu, long linear, int length) {
    check(cpu, linear, length, TlbSet.WRITE);
  }

  private static void check(CpuState cpu, long linear, int length, int kind) {
    int privilege = cpu.privilege();
    checkCanonical(cpu, linear, length);
    if (Integer.bitCount(length) == 1 && length <= 8) {
      checkAlignment(cpu, linear, length);
    }
    translate(cpu, linear, kind, privilege);
    if (crossesPage(linear, length)) {
      translate(cpu, nextPage(cpu, linear), kind, privilege);
    }
  }

  /** Loads with supervisor rights whatever the CPL: descriptor tables, TSS, IDT (SDM vol. 3A 4.6.1 implicit access). */
  public static long loadSystem(CpuState cpu, long linear, int size) {
    long[] tlb = cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.READ).entries;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size) && !cpu.hasDataBreakpoints()) {
      return HostMemory.get(TlbArray.place(tlb, linear), size);
    }
    cpu.counters.count(Counter.SLOW_SYSTEM);
    return loadSlow(cpu, linear, size, TlbSet.READ, TlbSet.SUPERVISOR);
  }

  /** Stores with supervisor rights whatever the CPL. */
  public static void storeSystem(CpuState cpu, long linear, long value, int size) {
    long[] tlb = cpu.tlb[TlbSet.SUPERVISOR].array(TlbSet.WRITE).entries;
    if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, size) && !cpu.hasDataBreakpoints()) {
      HostMemory.put(TlbArray.place(tlb, linear), value, size);
      return;
    }
    cpu.counters.count(Counter.SLOW_SYSTEM);
    storeSlow(cpu, linear, value, size, TlbSet.SUPERVISOR);
  }

  /**
   * The offset in {@link HostMemory} of the byte at {@code linear} for reading, if the rest of its page is plain RAM;
   * else {@link #NOT_PLAIN}. Raises the page fault of a load.
   */
  public static long ramForLoad(CpuState cpu, long linear) {
    return ram(cpu, linear, TlbSet.READ, cpu.readTlb);
  }

  /**
   * The offset in {@link HostMemory} of the byte at {@code linear} for writing, if the rest of its page is plain RAM
   * without code; else {@link #NOT_PLAIN}. Raises the page fault of a store. A page that is traced is traced no more: what
   * is filled is hardly a page table in use.
   */
  public static long ramForStore(CpuState cpu, long linear) {
    return ram(cpu, linear, TlbSet.WRITE, cpu.writeTlb);
  }

  private static long ram(CpuState cpu, long linear, int kind, long[] tlb) {
    if (!TlbArray.hits(TlbArray.tag(tlb, linear), linear, 1)) {
      checkCanonical(cpu, linear, 1);
      translate(cpu, linear, kind, cpu.privilege());
      if (kind == TlbSet.WRITE && cpu.tracing != null) {
        endTracing(cpu, cpu.tracing, linear);
      }
      if (!TlbArray.hits(TlbArray.tag(tlb, linear), linear, 1)) {
        return NOT_PLAIN;
      }
    }
    return TlbArray.place(tlb, linear);
  }

  private static void endTracing(CpuState cpu, PageTracing tracing, long linear) {
    TlbArray array = cpu.tlb[cpu.privilege()].array(TlbSet.WRITE);
    if (array.contains(linear) && cpu.memory.isTraced(array.page(linear))) {
      tracing.release(array.page(linear));
      translate(cpu, linear, TlbSet.WRITE, cpu.privilege());
    }
  }

  /**
   * The guest-physical address of the code byte at {@code linear}.
   *
   * @throws dev.hagen.cpu.GuestException #PF of an instruction fetch, #GP(0) if the address is not canonical
   */
  public static long fetch(CpuState cpu, long linear) {
    checkCanonical(cpu, linear, 1);
    return translate(cpu, linear, TlbSet.EXECUTE, cpu.cpl == 3 ? TlbSet.USER : TlbSet.SUPERVISOR);
  }

  /**
   * The address of the page behind the one of {@code linear}, in the width of the mode: 32 bits outside 64-bit mode,
   * where only the descriptor tables and stacks of a 64-bit kernel lie higher.
   */
  private static long nextPage(CpuState cpu, long linear) {
    long next = (linear | 0xFFF) + 1;
    return cpu.is64Bit() || linear >>> 32 != 0 ? next : next & 0xFFFF_FFFFL;
  }

  private static boolean crossesPage(long linear, int length) {
    return (linear & 0xFFF) + length > 0x1000;
  }

  private static void checkCanonical(CpuState cpu, long linear, int length) {
    if (!Bits.isCanonical(linear) || !Bits.isCanonical(linear + length - 1)) {
      throw cpu.generalProtection(0);
    }
  }

  /** The guest-physical address of {@code linear}, by the TLB or else by a walk that fills it. */
  private static long translate(CpuState cpu, long linear, int kind, int privilege) {
    long physical = find(cpu, linear, kind, privilege);
    if (physical == PageWalker.FAULT) {
      throw cpu.raised();
    }
    return physical;
  }

  /** The same, but answers {@link PageWalker#FAULT} instead of throwing. */
  private static long find(CpuState cpu, long linear, int kind, int privilege) {
    TlbArray array = cpu.tlb[privilege].array(kind);
    if (array.contains(linear)) {
      int page = array.page(linear);
      if (array.isSlow(linear)) {
        slowPage(cpu, array, linear, page);
      }
      return cpu.memory.physicalAddress(page) | linear & 0xFFF;
    }
    if (array.hasDevice(linear)) {
      return array.deviceAddress(linear);
    }
    cpu.counters.slow(MISSES[kind], Counter.LEAVE_TLB_MISS);
    long walk = PageWalker.walk(cpu, linear, kind, privilege);
    if (walk == PageWalker.FAULT) {
      return PageWalker.FAULT;
    }
    Tlb.fill(cpu, linear, walk, kind, privilege);
    return walk & TlbArray.PAGE_MASK | linear & 0xFFF;
  }

  /** A page that is watched, or has been: then the slow path is no longer needed. */
  private static void slowPage(CpuState cpu, TlbArray array, long linear, int page) {
    if (cpu.memory.isTraced(page)) {
      cpu.counters.slow(Counter.SLOW_TRACED_PAGE, Counter.LEAVE_TRACED_PAGE);
    } else if (cpu.memory.codeLines(page) == 0) {
      array.speedUp(linear);
    } else {
      cpu.counters.slow(Counter.SLOW_CODE_PAGE, Counter.LEAVE_CODE_PAGE);
    }
  }

  /** #AC(0) if alignment checks are on and {@code linear} is no multiple of {@code alignment}, a power of two. */
  public static void checkAlignment(CpuState cpu, long linear, int alignment) {
    if ((linear & alignment - 1) != 0 && cpu.checksAlignment()) {
      throw cpu.raise(Vector.AC, 0);
    }
  }

  private static void checkAccess(CpuState cpu, long linear, int size, int kind, int privilege) {
    checkCanonical(cpu, linear, size);
    if (privilege == TlbSet.USER) {
      checkAlignment(cpu, linear, size);
    }
    if (cpu.checksAlignment()) {
      cpu.counters.slow(Counter.SLOW_CHECKED, Counter.LEAVE_CHECKED);
    }
    if (cpu.hasDataBreakpoints()) {
      cpu.counters.slow(Counter.SLOW_CHECKED, Counter.LEAVE_CHECKED);
      DataBreakpoints.note(cpu, linear, size, kind == TlbSet.WRITE);
    }
  }

  private static long loadSlow(CpuState cpu, long linear, int size, int kind, int privilege) {
    checkAccess(cpu, linear, size, kind, privilege);
    long physical = translate(cpu, linear, kind, privilege);
    if (!crossesPage(linear, size)) {
      return cpu.memory.read(physical, size);
    }
    long second = translate(cpu, nextPage(cpu, linear), kind, privilege);
    cpu.counters.slow(Counter.SLOW_PAGE_CROSSING, Counter.LEAVE_PAGE_CROSSING);
    int inFirst = 0x1000 - (int) (linear & 0xFFF);
    long value = 0;
    for (int i = 0; i < size; i++) {
      long address = i < inFirst ? physical + i : second + i - inFirst;
      value |= cpu.memory.read(address, 1) << 8 * i;
    }
    return value;
  }

  private static void storeSlow(CpuState cpu, long linear, long value, int size, int privilege) {
    checkAccess(cpu, linear, size, TlbSet.WRITE, privilege);
    long physical = translate(cpu, linear, TlbSet.WRITE, privilege);
    if (!crossesPage(linear, size)) {
      cpu.memory.write(physical, value, size);
      return;
    }
    long second = translate(cpu, nextPage(cpu, linear), TlbSet.WRITE, privilege);
    cpu.counters.slow(Counter.SLOW_PAGE_CROSSING, Counter.LEAVE_PAGE_CROSSING);
    int inFirst = 0x1000 - (int) (linear & 0xFFF);
    for (int i = 0; i < size; i++) {
      long address = i < inFirst ? physical + i : second + i - inFirst;
      cpu.memory.write(address, value >>> 8 * i, 1);
    }
  }
}
