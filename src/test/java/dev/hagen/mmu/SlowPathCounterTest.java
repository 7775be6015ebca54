package dev.hagen.mmu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExitListener;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the slow paths of memory accesses count: a supervisor in 64-bit mode, linear addresses as physical ones. */
final class SlowPathCounterTest {
  private static final int RAM = 1 << 20;
  private static final int PML4 = 0x1000;
  private static final int TABLE = 0x4000;
  private static final int OTHER_PML4 = 0x5000;
  private static final int PAGE = 0x1_0000;
  private static final long ENTRY = PageEntry.P | PageEntry.W | PageEntry.A | PageEntry.D;

  private final PhysicalMemory memory = new PhysicalMemory(RAM);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());

  @BeforeEach
  void enterLongMode() {
    memory.write(PML4, PML4 + 0x1000 | ENTRY, 8);
    memory.write(OTHER_PML4, PML4 + 0x1000 | ENTRY, 8);
    memory.write(PML4 + 0x1000, PML4 + 0x2000 | ENTRY, 8);
    memory.write(PML4 + 0x2000, TABLE | ENTRY, 8);
    for (int page = 0; page < RAM >> 12; page++) {
      memory.write(TABLE + 8 * page, (long) page << 12 | ENTRY, 8);
    }
    cpu.cr0 = Control.CR0_PE | Control.CR0_PG | Control.CR0_WP;
    cpu.cr3 = PML4;
    cpu.cr4 = Control.CR4_PAE;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.segment[Reg.CS].attributes = cpu.segment[Reg.CS].attributes & ~SegmentRegister.DB | SegmentRegister.L;
    cpu.updateContext();
  }

  @AfterEach
  void close() {
    memory.close();
  }

  /** What has been counted, as text: {@code page_walks 1}. */
  private List<String> counted() {
    return Arrays.stream(Counter.values()).filter(counter -> cpu.counters.of(counter) != 0)
        .map(counter -> counter.spelling() + " " + cpu.counters.of(counter)).toList();
  }

  @Test
  void load_ofAPageForTheFirstTime_isAMissAndAWalk() {
    LinearMemory.load(cpu, PAGE, 8);
    assertThat(counted()).containsExactly("tlb_misses.read 1", "page_walks 1");
  }

  @Test
  void load_ofAPageThatTheTlbKnows_countsNothing() {
    LinearMemory.load(cpu, PAGE, 8);
    List<String> before = counted();
    LinearMemory.load(cpu, PAGE + 8, 8);
    assertThat(counted()).isEqualTo(before);
  }

  @Test
  void store_withoutPaging_isAMissWithoutAWalk() {
    cpu.cr0 &= ~Control.CR0_PG;
    LinearMemory.store(cpu, PAGE, 1, 4);
    assertThat(counted()).containsExactly("tlb_misses.write 1");
  }

  @Test
  void fetch_isAMissOfItsOwnKind() {
    LinearMemory.fetch(cpu, PAGE);
    assertThat(counted()).containsExactly("tlb_misses.execute 1", "page_walks 1");
  }

  @Test
  void load_acrossPagesThatTheTlbKnows_isSlow() {
    LinearMemory.load(cpu, PAGE, 8);
    LinearMemory.load(cpu, PAGE + 0x1000, 8);
    LinearMemory.load(cpu, PAGE + 0xFFC, 8);
    assertThat(counted()).containsExactly("tlb_misses.read 2", "page_walks 2", "slow_accesses.page_crossing 1");
  }

  @Test
  void store_besideCode_isSlow() {
    memory.addCodeLines(memory.ramPage(memory.ramOffset(PAGE)), 1);
    LinearMemory.store(cpu, PAGE + 0x800, 1, 4);
    LinearMemory.store(cpu, PAGE + 0x800, 1, 4);
    assertThat(counted()).containsExactly("tlb_misses.write 1", "page_walks 1", "slow_accesses.code_page 1");
  }

  @Test
  void load_withDataBreakpoints_isSlow() {
    cpu.dr[7] |= 1 | 3 << 16;
    cpu.updateContext();
    LinearMemory.load(cpu, PAGE, 8);
    assertThat(counted()).contains("slow_accesses.checked 1");
  }

  @Test
  void loadSystem_isSlow() {
    LinearMemory.loadSystem(cpu, PAGE, 8);
    assertThat(counted()).contains("slow_accesses.system 1");
  }

  @Test
  void pageFaults_areCountedByCause() {
    memory.write(TABLE + 8 * (PAGE >> 12), 0, 8);
    memory.write(TABLE + 8 * ((PAGE >> 12) + 1), PAGE | PageEntry.P, 8);
    memory.write(TABLE + 8 * ((PAGE >> 12) + 2), PAGE | ENTRY | PageEntry.NX, 8);
    assertThatThrownBy(() -> LinearMemory.load(cpu, PAGE, 8)).isInstanceOf(GuestException.class);
    assertThatThrownBy(() -> LinearMemory.store(cpu, PAGE + 0x1000, 0, 8)).isInstanceOf(GuestException.class);
    assertThatThrownBy(() -> LinearMemory.load(cpu, PAGE + 0x2000, 8)).isInstanceOf(GuestException.class);
    assertThat(counted()).contains("page_faults.not_present 1", "page_faults.protection 1", "page_faults.reserved 1");
  }

  @Test
  void flushes_areCountedByScope() {
    Paging.flush(cpu);
    Paging.flushLocal(cpu);
    Paging.flushPcid(cpu, 0);
    Paging.invalidate(cpu, PAGE);
    Paging.invalidate(cpu, 1, PAGE);
    assertThat(counted())
        .containsExactly("tlb_flushes.all 1", "tlb_flushes.local 1", "tlb_flushes.pcid 1", "tlb_flushes.page 2");
  }

  @Test
  void addressSpaces_areCountedByWhatIsKnownOfThem_andReported() {
    List<String> heard = new ArrayList<>();
    cpu.counters.setListener(new ExitListener() {
      @Override
      public void exit(Counter reason) {}

      @Override
      public void addressSpaceEntered(long cr3, boolean kept) {
        heard.add("%x %b".formatted(cr3, kept));
      }
    });
    cpu.cr4 |= Control.CR4_PCIDE;
    enter(OTHER_PML4 | 1, false);
    enter(OTHER_PML4 | 1, true);
    enter(OTHER_PML4 | 1, false);
    assertThat(counted()).containsExactly("address_space_switches.kept 1", "address_space_switches.dropped 1",
        "address_space_switches.new 1");
    assertThat(heard).containsExactly("5001 false", "5001 true", "5001 false");
  }

  private void enter(long cr3, boolean keep) {
    cpu.cr3 = cr3;
    Paging.enterAddressSpace(cpu, keep);
  }
}
