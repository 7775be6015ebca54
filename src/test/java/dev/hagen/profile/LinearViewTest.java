package dev.hagen.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.NoVmm;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.profile.Profile.Call;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinearViewTest {
  private static final long LINEAR = 0xC040_3000L;
  private final PhysicalMemory memory = new PhysicalMemory(1 << 20);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());

  @BeforeEach
  void pageTables() {
    cpu.cr3 = 0x1000;
    memory.write(0x1000 + (LINEAR >>> 22) * 4, 0x2000 | PageEntry.P, 4);
    memory.write(0x2000 + (LINEAR >>> 12 & 0x3FF) * 4, 0x5000 | PageEntry.P, 4);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void address_withoutPaging_isPhysical() {
    assertThat(LinearView.physical(cpu, 0x1234)).isEqualTo(0x1234);
    assertThat(LinearView.physical(cpu, 1 << 20)).isEqualTo(PhysicalMemory.NO_RAM);
  }

  @Test
  void address_mappedByTables_isFoundAndNothingIsMarked() {
    cpu.cr0 |= Control.CR0_PG | Control.CR0_PE;
    assertThat(LinearView.physical(cpu, LINEAR + 8)).isEqualTo(0x5008);
    assertThat(LinearView.physical(cpu, LINEAR + 0x1000)).isEqualTo(PhysicalMemory.NO_RAM);
    assertThat(memory.read(0x2000 + (LINEAR >>> 12 & 0x3FF) * 4, 4)).isEqualTo(0x5000 | PageEntry.P);
  }

  @Test
  void address_behindTablesOutsideOfRam_isNone() {
    cpu.cr0 |= Control.CR0_PG | Control.CR0_PE;
    cpu.cr3 = 0xFFFF_F000L;
    assertThat(LinearView.physical(cpu, LINEAR)).isEqualTo(PhysicalMemory.NO_RAM);
  }

  @Test
  void stack_wordsBehindCalls_areFound() {
    // call 8100h at 8020h, call eax at 8010h, and what is no call.
    memory.write(0x8020, 0xDBE8, 4);
    memory.write(0x8010, 0xD0FF, 2);
    cpu.gpr[Reg.RSP] = 0x9000;
    memory.write(0x9000, 0x8025, 4);
    memory.write(0x9004, 0x8012, 4);
    memory.write(0x9008, 0x8042, 4);
    cpu.segment[Reg.SS].base = 0;
    assertThat(new StackScan(cpu).calls(0x8200)).containsExactly(new Call(0x8025, 0x8100), new Call(0x8012, 0));
  }

  @Test
  void stack_outsideOfRam_isEmpty() {
    cpu.gpr[Reg.RSP] = 0xFFFF_FF00L;
    assertThat(new StackScan(cpu).calls(0x8200)).isEmpty();
  }
}
