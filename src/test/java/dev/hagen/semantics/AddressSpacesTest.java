package dev.hagen.semantics;

import static dev.hagen.semantics.SystemGuest.DATA;
import static dev.hagen.semantics.SystemGuest.control;
import static dev.hagen.semantics.SystemGuest.memory;
import static dev.hagen.semantics.SystemGuest.register;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.hagen.decode.Op;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a kernel observes of the TLB when it changes page tables and says so, or not: SDM vol. 3A 4.10. A page table
 * entry is moved from one frame to another; whoever still reads the first frame has kept the translation.
 */
final class AddressSpacesTest {
  /** Pages of every address space, the second and the third one piece of a 2 MiB page each. */
  private static final long PAGE = 0x40_0000;
  private static final long GLOBAL_PAGE = 0x40_1000;
  private static final long PIECE = 0x60_0000;
  private static final long OTHER_PIECE = 0x70_3000;
  private static final long ALL = PageEntry.P | PageEntry.W | PageEntry.U;

  private static final int OLD = 0xC_0000;
  private static final int NEW = 0xD_0000;
  /** Page tables of the address spaces. */
  private static final int FIRST = 0x2_0000;
  private static final int SECOND = 0x3_0000;
  private static final int DIRECTORY = 0x2000;
  private static final int TABLE = 0x3000;

  private static final int ONE_ADDRESS = 0;
  private static final int ONE_PCID = 1;
  private static final int ALL_WITH_GLOBAL = 2;
  private static final int ALL_BUT_GLOBAL = 3;

  private final SystemGuest guest = SystemGuest.longMode();

  @BeforeEach
  void buildAddressSpaces() {
    build(FIRST);
    build(SECOND);
    guest.poke(OLD, 'o', 1);
    guest.poke(NEW, 'n', 1);
    guest.cpu.cr4 |= Control.CR4_PGE | Control.CR4_PCIDE;
    Paging.flush(guest.cpu);
    enter(FIRST, 1);
  }

  /** The first megabyte is mapped to itself for supervisors, by a global page. */
  private void build(int root) {
    guest.poke(root, root + 0x1000 | ALL, 8);
    guest.poke(root + 0x1000, root + DIRECTORY | ALL, 8);
    guest.poke(root + DIRECTORY, PageEntry.P | PageEntry.W | PageEntry.PS | PageEntry.G, 8);
    guest.poke(root + DIRECTORY + 2 * 8, root + TABLE | ALL, 8);
    guest.poke(root + DIRECTORY + 3 * 8, ALL | PageEntry.PS, 8);
    map(root, OLD);
  }

  /** Maps {@link #PAGE} and {@link #GLOBAL_PAGE}, and says nothing. */
  private void map(int root, int frame) {
    guest.poke(root + TABLE, frame | ALL, 8);
    guest.poke(root + TABLE + 8, frame | ALL | PageEntry.G, 8);
  }

  @AfterEach
  void close() {
    Paging.assertConsistent(guest.cpu);
    guest.close();
  }

  private void writeControl(int index, long value) {
    guest.cpu.gpr[Reg.RAX] = value;
    assertNull(guest.faultOf(Op.MOV_TO_CR, 8, control(index), register(Reg.RAX, 8)));
  }

  private void enter(int root, int pcid) {
    writeControl(3, root | pcid);
  }

  private void enterKeeping(int root, int pcid) {
    writeControl(3, root | pcid | Control.CR3_NO_FLUSH);
  }

  private void invalidatePage(long linear) {
    guest.execute(Op.INVLPG, 8, memory(linear, 1));
  }

  private void invalidatePcid(int type, int pcid, long linear) {
    guest.poke(DATA, pcid, 8);
    guest.poke(DATA + 8, linear, 8);
    guest.cpu.gpr[Reg.RAX] = type;
    assertNull(guest.faultOf(Op.INVPCID, 8, register(Reg.RAX, 8), memory(DATA, 16)));
  }

  /** What is read from an address with the rights of {@code cpl}. */
  private char read(int cpl, long linear) {
    guest.cpu.cpl = cpl;
    guest.cpu.updateContext();
    char value = (char) LinearMemory.load(guest.cpu, linear, 1);
    guest.cpu.cpl = 0;
    guest.cpu.updateContext();
    return value;
  }

  private char user(long linear) {
    return read(3, linear);
  }

  private char supervisor(long linear) {
    return read(0, linear);
  }

  /** Translates for execution by a user and answers the mapping's epoch. */
  private long executed(long linear) {
    guest.cpu.cpl = 3;
    guest.cpu.updateContext();
    LinearMemory.fetch(guest.cpu, linear);
    long epoch = guest.cpu.mappingEpoch;
    guest.cpu.cpl = 0;
    guest.cpu.updateContext();
    return epoch;
  }

  // Writes to CR3.

  @Test
  void addressSpace_leftAndEnteredWithoutFlush_keepsItsTranslations() {
    user(PAGE);
    map(FIRST, NEW);

    enterKeeping(SECOND, 2);
    enterKeeping(FIRST, 1);

    assertEquals('o', user(PAGE));
  }

  @Test
  void addressSpace_enteredWithFlush_hasNone() {
    user(PAGE);
    map(FIRST, NEW);

    enterKeeping(SECOND, 2);
    enter(FIRST, 1);

    assertEquals('n', user(PAGE));
  }

  @Test
  void addressSpace_whileAnotherIsFlushed_keepsItsTranslations() {
    user(PAGE);
    map(FIRST, NEW);

    enter(SECOND, 2);
    enterKeeping(FIRST, 1);

    assertEquals('o', user(PAGE));
  }

  @Test
  void addressSpace_entered_seesNothingOfTheOneLeft() {
    map(SECOND, NEW);
    user(PAGE);
    supervisor(PAGE);

    enterKeeping(SECOND, 2);

    assertEquals('n', user(PAGE));
    assertEquals('n', supervisor(PAGE));
  }

  @Test
  void pcid_withOtherPageTables_hasNoneOfTheFormer() {
    map(SECOND, NEW);
    user(PAGE);

    enterKeeping(SECOND, 1);

    assertEquals('n', user(PAGE));
  }

  @Test
  void pcids_moreThanAreRemembered_translateRight() {
    user(PAGE);
    map(SECOND, NEW);
    for (int pcid = 2; pcid < 40; pcid++) {
      enterKeeping(SECOND, pcid);
      user(PAGE);
    }

    enterKeeping(FIRST, 1);
    assertEquals('o', user(PAGE));
    enterKeeping(SECOND, 39);
    assertEquals('n', user(PAGE));
  }

  @Test
  void cr3_writtenWithoutPcids_flushes() {
    enter(FIRST, 0);
    writeControl(4, guest.cpu.cr4 & ~Control.CR4_PCIDE);
    user(PAGE);
    supervisor(PAGE);
    map(FIRST, NEW);

    writeControl(3, FIRST);

    assertEquals('n', user(PAGE));
    assertEquals('n', supervisor(PAGE));
  }

  @Test
  void globalPage_survivesWritesToCr3() {
    supervisor(GLOBAL_PAGE);
    user(GLOBAL_PAGE);
    map(FIRST, NEW);

    enter(FIRST, 1);

    assertEquals('o', supervisor(GLOBAL_PAGE));
    assertEquals('o', user(GLOBAL_PAGE));
  }

  @Test
  void globalPage_ofSupervisors_isValidInEveryAddressSpace() {
    supervisor(GLOBAL_PAGE);
    map(SECOND, NEW);

    enter(SECOND, 2);

    assertEquals('o', supervisor(GLOBAL_PAGE));
  }

  // INVLPG.

  @Test
  void invlpg_dropsThePageForUsersAndSupervisors() {
    user(PAGE);
    supervisor(PAGE);
    map(FIRST, NEW);

    invalidatePage(PAGE);

    assertEquals('n', user(PAGE));
    assertEquals('n', supervisor(PAGE));
  }

  @Test
  void invlpg_ofAnotherPage_dropsNothingElse() {
    user(PAGE);
    map(FIRST, NEW);

    invalidatePage(PAGE + 0x1000);

    assertEquals('o', user(PAGE));
  }

  @Test
  void invlpg_ofGlobalPage_dropsItInEveryAddressSpace() {
    user(GLOBAL_PAGE);
    enter(SECOND, 2);
    map(FIRST, NEW);

    invalidatePage(GLOBAL_PAGE);
    enterKeeping(FIRST, 1);

    assertEquals('n', user(GLOBAL_PAGE));
  }

  @Test
  void invlpg_leavesOtherAddressSpacesAlone() {
    user(PAGE);
    enter(SECOND, 2);
    map(FIRST, NEW);

    invalidatePage(PAGE);
    enterKeeping(FIRST, 1);

    assertEquals('o', user(PAGE));
  }

  @Test
  void invlpg_insideLargePage_dropsAllOfIt() {
    guest.poke(OTHER_PIECE & 0x1F_FFFF, 'o', 1);
    guest.poke(OTHER_PIECE + 0x1000 & 0x1F_FFFF, 'o', 1);
    user(OTHER_PIECE);
    supervisor(OTHER_PIECE + 0x1000);
    guest.poke(FIRST + DIRECTORY + 3 * 8, 0, 8);

    invalidatePage(PIECE);

    assertEquals(new SystemGuest.Fault(14, 4), faultOfRead(3, OTHER_PIECE));
    assertEquals(new SystemGuest.Fault(14, 0), faultOfRead(0, OTHER_PIECE + 0x1000));
  }

  private SystemGuest.Fault faultOfRead(int cpl, long linear) {
    try {
      read(cpl, linear);
      return null;
    } catch (dev.hagen.cpu.GuestException fault) {
      return new SystemGuest.Fault(fault.vector(), fault.errorCode());
    }
  }

  // INVPCID.

  @Test
  void invpcid_ofOneAddressInAnotherAddressSpace_dropsItThere() {
    user(PAGE);
    enter(SECOND, 2);
    map(FIRST, NEW);

    invalidatePcid(ONE_ADDRESS, 1, PAGE);
    enterKeeping(FIRST, 1);

    assertEquals('n', user(PAGE));
  }

  @Test
  void invpcid_ofAnotherAddress_dropsNothing() {
    user(PAGE);
    enter(SECOND, 2);
    map(FIRST, NEW);

    invalidatePcid(ONE_ADDRESS, 1, PAGE + 0x5000);
    enterKeeping(FIRST, 1);

    assertEquals('o', user(PAGE));
  }

  @Test
  void invpcid_ofOneAddressInTheCurrentAddressSpace_dropsItForSupervisorsToo() {
    supervisor(PAGE);
    map(FIRST, NEW);

    invalidatePcid(ONE_ADDRESS, 1, PAGE);

    assertEquals('n', supervisor(PAGE));
  }

  @Test
  void invpcid_ofOnePcid_dropsThatAloneAndNothingGlobal() {
    user(PAGE);
    enter(SECOND, 2);
    user(PAGE);
    supervisor(GLOBAL_PAGE);
    map(FIRST, NEW);
    map(SECOND, NEW);

    invalidatePcid(ONE_PCID, 1, 0);

    assertEquals('o', user(PAGE));
    assertEquals('o', supervisor(GLOBAL_PAGE));
    enterKeeping(FIRST, 1);
    assertEquals('n', user(PAGE));
  }

  @Test
  void invpcid_ofTheCurrentPcid_dropsForSupervisorsToo() {
    supervisor(PAGE);
    map(FIRST, NEW);

    invalidatePcid(ONE_PCID, 1, 0);

    assertEquals('n', supervisor(PAGE));
  }

  @Test
  void invpcid_ofAllButGlobal_keepsGlobalPagesAlone() {
    user(PAGE);
    enter(SECOND, 2);
    user(PAGE);
    supervisor(GLOBAL_PAGE);
    map(FIRST, NEW);
    map(SECOND, NEW);

    invalidatePcid(ALL_BUT_GLOBAL, 0, 0);

    assertEquals('n', user(PAGE));
    assertEquals('o', supervisor(GLOBAL_PAGE));
    enterKeeping(FIRST, 1);
    assertEquals('n', user(PAGE));
  }

  @Test
  void invpcid_ofAll_keepsNothing() {
    user(GLOBAL_PAGE);
    enter(SECOND, 2);
    supervisor(GLOBAL_PAGE);
    map(FIRST, NEW);
    map(SECOND, NEW);

    invalidatePcid(ALL_WITH_GLOBAL, 0, 0);

    assertEquals('n', supervisor(GLOBAL_PAGE));
    enterKeeping(FIRST, 1);
    assertEquals('n', user(GLOBAL_PAGE));
  }

  // Other control registers.

  @Test
  void globalPages_switchedOff_areForgotten() {
    supervisor(GLOBAL_PAGE);
    map(FIRST, NEW);

    writeControl(4, guest.cpu.cr4 & ~Control.CR4_PGE);

    assertEquals('n', supervisor(GLOBAL_PAGE));
  }

  @Test
  void globalBit_whileGlobalPagesAreOff_meansNothing() {
    writeControl(4, guest.cpu.cr4 & ~Control.CR4_PGE);
    supervisor(GLOBAL_PAGE);
    map(FIRST, NEW);

    enter(FIRST, 1);

    assertEquals('n', supervisor(GLOBAL_PAGE));
  }

  @Test
  void writeProtection_switchedOn_forgetsWhatCouldBeWritten() {
    guest.poke(FIRST + TABLE, OLD | PageEntry.P, 8);
    LinearMemory.store(guest.cpu, PAGE, 'x', 1);

    writeControl(0, guest.cpu.cr0 | Control.CR0_WP);

    assertEquals(new SystemGuest.Fault(14, 3), faultOfStore(PAGE));
  }

  private SystemGuest.Fault faultOfStore(long linear) {
    try {
      LinearMemory.store(guest.cpu, linear, 'x', 1);
      return null;
    } catch (dev.hagen.cpu.GuestException fault) {
      return new SystemGuest.Fault(fault.vector(), fault.errorCode());
    }
  }

  @Test
  void pcids_switchedOffInAnotherAddressSpace_forgetTheCurrentOne() {
    user(PAGE);
    map(FIRST, NEW);

    writeControl(4, guest.cpu.cr4 & ~Control.CR4_PCIDE);
    assertEquals('n', user(PAGE));
    map(FIRST, OLD);
    invalidatePcid(ONE_PCID, 0, 0);

    assertEquals('o', user(PAGE));
  }

  // Code.

  @Test
  void code_protectedInOneAddressSpace_isWrittenWithNoticeInAnother() {
    List<Integer> written = new ArrayList<>();
    guest.memory.setCodeListener((page, lines) -> written.add(page));
    guest.cpu.cpl = 3;
    guest.cpu.updateContext();
    LinearMemory.store(guest.cpu, PAGE, 'x', 1);
    guest.cpu.cpl = 0;
    guest.cpu.updateContext();
    enterKeeping(SECOND, 2);

    guest.memory.addCodeLines(OLD >> 12, 1);
    Paging.protectCode(guest.cpu, OLD >> 12);
    Paging.assertConsistent(guest.cpu);
    enterKeeping(FIRST, 1);
    guest.cpu.cpl = 3;
    guest.cpu.updateContext();
    LinearMemory.store(guest.cpu, PAGE + 8, 'y', 1);

    assertEquals(List.of(OLD >> 12), written);
  }

  @Test
  void code_gone_isWrittenWithoutNoticeAgain() {
    guest.memory.addCodeLines(OLD >> 12, 1);
    LinearMemory.store(guest.cpu, PAGE, 'x', 1);
    guest.memory.removeCodeLines(OLD >> 12, 1);

    LinearMemory.store(guest.cpu, PAGE, 'y', 1);
    guest.memory.setCodeListener((page, lines) -> {
      throw new AssertionError();
    });
    LinearMemory.store(guest.cpu, PAGE, 'z', 1);

    assertEquals('z', guest.peek(OLD, 1));
  }

  // The epoch of the mapping.

  @Test
  void epoch_ofAddressSpaceEnteredAgain_isTheFormer() {
    long first = executed(PAGE);
    enterKeeping(SECOND, 2);
    long second = executed(PAGE);
    enterKeeping(FIRST, 1);

    assertEquals(first, executed(PAGE));
    assertNotEquals(first, second);
  }

  @Test
  void epoch_whenCodeMoves_changes() {
    long before = executed(PAGE);

    invalidatePage(PAGE);

    assertNotEquals(before, executed(PAGE));
  }

  @Test
  void epoch_whenDataMoves_stays() {
    long before = executed(PAGE);
    user(GLOBAL_PAGE);

    invalidatePage(GLOBAL_PAGE);

    assertEquals(before, executed(PAGE));
  }

  @Test
  void epoch_whenCodeMovesThatIsNoLongerInTheTlb_changes() {
    // The TLB has room for one of both.
    guest.poke(FIRST + 0x1000 + 8, FIRST + DIRECTORY | ALL, 8);
    executed(PAGE);
    long before = executed(PAGE + (1L << 30));

    invalidatePage(PAGE);

    assertNotEquals(before, executed(PAGE + (1L << 30)));
  }

  @Test
  void epoch_ofFlushedAddressSpace_changes() {
    long before = executed(PAGE);

    enter(FIRST, 1);

    assertNotEquals(before, executed(PAGE));
  }

  @Test
  void epoch_ofSupervisors_isTheSameInAllAddressSpaces() {
    LinearMemory.fetch(guest.cpu, 0x1000);
    long before = guest.cpu.mappingEpoch;

    enter(SECOND, 2);

    assertEquals(before, guest.cpu.mappingEpoch);
  }

  @Test
  void epoch_ofSupervisorsWhoRanLocalCode_changesWithTheAddressSpace() {
    LinearMemory.fetch(guest.cpu, PAGE);
    long before = guest.cpu.mappingEpoch;

    enter(SECOND, 2);

    assertNotEquals(before, guest.cpu.mappingEpoch);
  }
}
