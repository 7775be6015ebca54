package dev.hagen.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.MmuKind;
import dev.hagen.x86.PageEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of address spaces whose page tables are traced, and when tracing begins and ends. */
final class ShadowTest {
  private static final int STORES = 4;
  private static final long ALL = PageEntry.P | PageEntry.W | PageEntry.U;
  private static final long FIRST = 0x1_0000;
  private static final long SECOND = 0x2_0000;
  /** Behind a root: the tables of the levels below it. */
  private static final long DIRECTORY = 0x2000;
  private static final long TABLE = 0x3000;
  private static final long OLD = 0x8_0000;
  private static final long NEW = 0x9_0000;
  private static final long PAGE = 0x5000;
  /** Where all RAM below 2 MiB is seen, by a page that is not global. */
  private static final long RAM = 0x20_0000;

  private final PagedProcessor processor = new PagedProcessor(PagingMode.LONG, MmuKind.SHADOW, STORES);

  @BeforeEach
  void buildAddressSpaces() {
    build(FIRST);
    build(SECOND);
    processor.enter(FIRST, 1, false);
  }

  private void build(long root) {
    put(root, root + 0x1000 | ALL);
    put(root + 0x1000, root + DIRECTORY | ALL);
    put(root + DIRECTORY, root + TABLE | ALL);
    put(root + DIRECTORY + 8, PageEntry.P | PageEntry.W | PageEntry.PS);
    put(entry(root, PAGE), OLD | ALL);
  }

  @AfterEach
  void close() {
    Paging.assertConsistent(processor.cpu);
    processor.close();
  }

  private void put(long physical, long value) {
    processor.memory.write(physical, value, 8);
  }

  /** The place of the entry for one of the first 512 pages. */
  private static long entry(long root, long linear) {
    return root + TABLE + (linear >>> 12) * 8;
  }

  private long count(Counter counter) {
    return processor.cpu.counters.of(counter);
  }

  private static String at(long physical) {
    return Long.toHexString(physical);
  }

  @Test
  void withoutPaging_addressesAreThemselves_andThatIsConsistent() {
    processor.load(0, PAGE);
    processor.enter(SECOND, 1, false);
    processor.load(0, PAGE);

    processor.leavePaging();

    assertThat(processor.load(0, PAGE)).isEqualTo(at(PAGE));
    Paging.assertConsistent(processor.cpu);
  }

  @Test
  void space_enteredAgain_needsNoWalk() {
    processor.load(0, PAGE);
    processor.load(3, PAGE);
    processor.enter(SECOND, 1, false);
    processor.load(0, PAGE);
    long walks = count(Counter.PAGE_WALKS);

    processor.enter(FIRST, 1, false);
    processor.load(0, PAGE);
    processor.load(3, PAGE);

    assertThat(count(Counter.PAGE_WALKS)).isEqualTo(walks);
  }

  @Test
  void device_readAgain_needsNoWalk_untilItsEntryChanges() {
    put(entry(FIRST, PAGE), PagedProcessor.DEVICE | ALL);
    processor.load(0, PAGE);
    long walks = count(Counter.PAGE_WALKS);

    assertThat(processor.load(0, PAGE + 8)).isEqualTo(at(PagedProcessor.DEVICE + 8));
    assertThat(count(Counter.PAGE_WALKS)).isEqualTo(walks);

    put(entry(FIRST, PAGE), PagedProcessor.DEVICE + 0x1000 | ALL);
    Paging.invalidate(processor.cpu, PAGE);
    assertThat(processor.load(0, PAGE)).isEqualTo(at(PagedProcessor.DEVICE + 0x1000));
  }

  @Test
  void globalDeviceOfUsers_invalidatedInAnotherSpace_isWalkedForAgain() {
    for (MmuKind kind : MmuKind.values()) {
      try (PagedProcessor other = new PagedProcessor(PagingMode.LONG, kind, STORES)) {
        other.memory.copyIn(FIRST, bytes(FIRST), 0, 0x4000);
        other.memory.copyIn(SECOND, bytes(SECOND), 0, 0x4000);
        other.memory.write(entry(FIRST, PAGE), PagedProcessor.DEVICE | ALL | PageEntry.G, 8);
        other.enter(FIRST, 1, false);
        assertThat(other.load(3, PAGE)).isEqualTo(at(PagedProcessor.DEVICE));

        other.enter(SECOND, 2, true);
        other.memory.write(entry(FIRST, PAGE), PagedProcessor.DEVICE + 0x1000 | ALL | PageEntry.G, 8);
        Paging.invalidate(other.cpu, PAGE);
        other.enter(FIRST, 1, true);

        assertThat(other.load(3, PAGE)).as("%s", kind).isEqualTo(at(PagedProcessor.DEVICE + 0x1000));
      }
    }
  }

  @Test
  void space_whoseTablesHaveChangedMeanwhile_isSeenAsTheySay() {
    processor.load(0, PAGE);
    processor.load(3, PAGE);
    processor.enter(SECOND, 2, false);
    put(entry(FIRST, PAGE), NEW | ALL);

    processor.enter(FIRST, 1, false);

    assertThat(processor.load(0, PAGE)).isEqualTo(at(NEW));
    assertThat(processor.load(3, PAGE)).isEqualTo(at(NEW));
  }

  @Test
  void entry_notPresentThenPresent_takesNothingAway() {
    processor.load(0, PAGE);
    put(entry(FIRST, PAGE + 0x1000), NEW | ALL);

    Paging.invalidate(processor.cpu, PAGE + 0x1000);

    assertThat(count(Counter.TABLE_WRITES)).isEqualTo(1);
    assertThat(count(Counter.TABLE_CHANGES)).isZero();
  }

  @Test
  void invlpg_whereNothingHasChanged_keepsThePage() {
    processor.load(0, PAGE);
    long walks = count(Counter.PAGE_WALKS);

    Paging.invalidate(processor.cpu, PAGE);
    processor.load(0, PAGE);

    assertThat(count(Counter.PAGE_WALKS)).isEqualTo(walks);
  }

  @Test
  void invlpg_whereDataHasMoved_letsTheBlockGoOn() {
    processor.fetch(0, RAM);
    processor.load(0, PAGE);
    put(entry(FIRST, PAGE), NEW | ALL);
    processor.cpu.leaveBlock = false;

    Paging.invalidate(processor.cpu, PAGE);

    assertThat(processor.cpu.leaveBlock).isFalse();
    assertThat(processor.load(0, PAGE)).isEqualTo(at(NEW));
  }

  @Test
  void invlpg_whereCodeHasMoved_endsTheBlock() {
    processor.fetch(0, PAGE);
    put(entry(FIRST, PAGE), NEW | ALL);
    processor.cpu.leaveBlock = false;

    Paging.invalidate(processor.cpu, PAGE);

    assertThat(processor.cpu.leaveBlock).isTrue();
  }

  @Test
  void accessedBit_cleared_isSetAgainByTheNextAccess() {
    processor.load(0, PAGE);
    put(entry(FIRST, PAGE), OLD | ALL);

    processor.enter(FIRST, 1, false);
    processor.load(0, PAGE);

    assertThat(processor.memory.read(entry(FIRST, PAGE), 8)).isEqualTo(OLD | ALL | PageEntry.A);
  }

  @Test
  void table_usedAtManyPlaces_changes_forAll() {
    // Twelve 2 MiB pages of the linear address space share one table.
    for (int i = 2; i < 14; i++) {
      put(FIRST + DIRECTORY + 8 * i, FIRST + TABLE | ALL);
      processor.load(0, ((long) i << 21) + PAGE);
    }
    put(entry(FIRST, PAGE), NEW | ALL);

    Paging.invalidate(processor.cpu, 0);

    for (int i = 2; i < 14; i++) {
      assertThat(processor.load(0, ((long) i << 21) + PAGE)).isEqualTo(at(NEW));
    }
  }

  @Test
  void page_writtenInTwoSpacesInTurn_thenTable_isWrittenWithNotice() {
    // In each of both address spaces supervisors see the page elsewhere.
    put(entry(FIRST, 0xA000), OLD | ALL);
    put(entry(SECOND, 0xB000), OLD | ALL);
    processor.store(0, 0xA000, 0, 8);
    processor.enter(SECOND, 2, false);
    processor.store(0, 0xB000, 0, 8);
    processor.enter(FIRST, 1, false);
    processor.store(0, 0xA000, PageEntry.P | PageEntry.W | NEW, 8);
    put(FIRST + DIRECTORY + 8 * 2, OLD | ALL);
    assertThat(processor.load(0, 2L << 21)).isEqualTo(at(NEW));

    processor.store(0, 0xA000, PageEntry.P | PageEntry.W | NEW + 0x1000, 8);
    Paging.invalidate(processor.cpu, 2L << 21);

    assertThat(processor.load(0, 2L << 21)).isEqualTo(at(NEW + 0x1000));
  }

  @Test
  void storeInUnit_intoTracedTable_isDoneThere_unlessUnitsAlwaysLeave() {
    processor.load(0, PAGE);
    long linear = RAM + entry(FIRST, PAGE);
    processor.store(0, linear, OLD | ALL, 8);
    processor.cpu.leaveBlock = false;
    assertThat(LinearMemory.walkForUnit(processor.cpu, linear, 8, true)).isNotEqualTo(LinearMemory.NOT_PLAIN);
    assertThat(LinearMemory.walkForLine(processor.cpu, linear, 8)).isEqualTo(LinearMemory.NOT_PLAIN);

    try (PagedProcessor simple = new PagedProcessor(PagingMode.LONG, MmuKind.SHADOW, PagedProcessor.ALWAYS_EXITS)) {
      simple.memory.copyIn(FIRST, bytes(FIRST), 0, 0x4000);
      simple.enter(FIRST, 1, false);
      simple.load(0, PAGE);
      simple.store(0, linear, OLD | ALL, 8);
      simple.cpu.leaveBlock = false;
      assertThat(LinearMemory.walkForUnit(simple.cpu, linear, 8, true)).isEqualTo(LinearMemory.NOT_PLAIN);
    }
  }

  /** An address space's page tables. */
  private byte[] bytes(long root) {
    byte[] bytes = new byte[0x4000];
    processor.memory.copyOut(root, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void storeInUnit_thatFindsTheTableNewlyTraced_leaves() {
    long linear = RAM + entry(FIRST, PAGE);
    processor.cpu.leaveBlock = false;

    // The walk for the store is the first through the tables that map RAM.
    assertThat(LinearMemory.walkForUnit(processor.cpu, linear, 8, true)).isEqualTo(LinearMemory.NOT_PLAIN);
    assertThat(processor.cpu.leaveBlock).isTrue();
  }

  // The end of tracing.

  @Test
  void stores_withoutTranslationBetween_endTracing() {
    processor.load(0, PAGE);
    for (int i = 0; i <= STORES; i++) {
      put(entry(FIRST, 0x10_0000), i);
    }

    assertThat(count(Counter.TRACES_ENDED_STORES)).isEqualTo(1);
    put(entry(FIRST, PAGE), NEW | ALL);
    assertThat(processor.load(0, PAGE)).isEqualTo(at(NEW));
  }

  @Test
  void table_filledByStringInstruction_isPlainAgain() {
    processor.load(0, PAGE);

    processor.fill(RAM + FIRST + TABLE, 0, 512);

    assertThat(count(Counter.TRACES_ENDED_BULK)).isEqualTo(1);
    assertThat(processor.load(0, PAGE)).startsWith("exception 14");
  }

  @Test
  void table_withoutEntryThatLeadsToIt_isPlainAgain() {
    processor.load(0, PAGE);
    put(FIRST + DIRECTORY, 0);

    Paging.invalidate(processor.cpu, PAGE);

    assertThat(count(Counter.TRACES_ENDED_UNUSED)).isEqualTo(1);
    assertThat(processor.load(0, PAGE)).startsWith("exception 14");
  }

  @Test
  void tables_ofSpaceThatIsForgotten_arePlainAgain() {
    processor.load(0, PAGE);
    long begun = count(Counter.TRACES_BEGUN);
    for (int i = 0; i < Shadows.MOST; i++) {
      processor.enter(0x20_0000 + 0x1000L * i, 2, false);
    }

    // The one of CR3 at the beginning, and the first.
    assertThat(count(Counter.ADDRESS_SPACES_FORGOTTEN)).isEqualTo(2);
    assertThat(count(Counter.TRACES_ENDED_UNUSED)).isEqualTo(begun).isEqualTo(4);
  }

  @Test
  void globalPages_needNoTracing() {
    put(FIRST + DIRECTORY + 8, PageEntry.P | PageEntry.W | PageEntry.PS | PageEntry.G);
    processor.load(0, RAM + OLD);

    processor.enter(SECOND, 2, false);
    long walks = count(Counter.PAGE_WALKS);
    processor.load(0, RAM + OLD);

    assertThat(count(Counter.PAGE_WALKS)).isEqualTo(walks);
    assertThat(count(Counter.TRACES_BEGUN)).isZero();
  }
}
