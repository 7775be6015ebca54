package dev.hagen.mmu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.cpu.NoVmm;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.Flags;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Accesses in compatibility mode under a kernel in the upper half of the address space. */
final class LinearMemoryTest {
  private static final int RAM = 1 << 20;
  private static final long KERNEL = 0xFFFF_8000_0000_0000L;
  private static final int PML4 = 0x1000;
  private static final int POINTERS = 0x2000;
  private static final int DIRECTORY = 0x3000;
  private static final long TABLE_ENTRY = PageEntry.P | PageEntry.W | PageEntry.U;

  private final PhysicalMemory memory = new PhysicalMemory(RAM);
  private final CpuState cpu = new CpuState(CpuModel.standard(), memory, new NoVmm());

  /** The first 2 MiB of the kernel's half are physical memory; the lower half is empty. */
  @BeforeEach
  void enterCompatibilityMode() {
    memory.write(PML4 + 256 * 8, POINTERS | TABLE_ENTRY, 8);
    memory.write(POINTERS, DIRECTORY | TABLE_ENTRY, 8);
    memory.write(DIRECTORY, PageEntry.P | PageEntry.W | PageEntry.PS, 8);
    cpu.cr0 = Control.CR0_PE | Control.CR0_PG | Control.CR0_AM;
    cpu.cr3 = PML4;
    cpu.cr4 = Control.CR4_PAE;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.cpl = 3;
    cpu.segment[Reg.CS].attributes |= SegmentRegister.DB;
    cpu.updateContext();
  }

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void loadSystem_acrossPagesOfTheUpperHalf_readsBoth() {
    memory.write(0x8FFC, 0x4433_2211L, 4);
    memory.write(0x9000, 0x8877_6655L, 4);

    assertEquals(0x8877_6655_4433_2211L, LinearMemory.loadSystem(cpu, KERNEL + 0x8FFC, 8));
  }

  @Test
  void storeSystem_acrossPagesOfTheUpperHalf_writesBoth() {
    LinearMemory.storeSystem(cpu, KERNEL + 0x8FFC, 0x8877_6655_4433_2211L, 8);

    assertEquals(0x8877_6655L, memory.read(0x9000, 4));
  }

  @Test
  void loadStack_beyondFourGigabytes_isStackFault() {
    GuestException fault = assertThrows(GuestException.class, () -> LinearMemory.loadStack(cpu, 0xFFFF_FFFEL, 4));

    assertEquals(Vector.SS, fault.vector());
  }

  @Test
  void checkStore_misalignedWhileAlignmentIsChecked_isAlignmentFaultBeforePageFault() {
    cpu.systemFlags |= Flags.AC;
    cpu.updateContext();

    GuestException fault = assertThrows(GuestException.class, () -> LinearMemory.checkStore(cpu, 0x1002, 4));

    assertEquals(Vector.AC, fault.vector());
  }

  @Test
  void walkForUnit_storeIntoPageWithCode_isPlainBesideTheLinesOfCode() {
    cpu.cpl = 0;
    cpu.updateContext();
    int page = memory.ramPage(memory.ramOffset(0x9000));
    memory.addCodeLines(page, 1L << 2);

    long before = LinearMemory.walkForUnit(cpu, KERNEL + 0x9000 + 2 * 64 - 8, 8, true);
    long into = LinearMemory.walkForUnit(cpu, KERNEL + 0x9000 + 2 * 64 - 4, 8, true);
    long on = LinearMemory.walkForUnit(cpu, KERNEL + 0x9000 + 2 * 64, 1, true);
    long behind = LinearMemory.walkForUnit(cpu, KERNEL + 0x9000 + 3 * 64, 8, true);

    assertEquals(memory.ramOffset(0x9000) + 2 * 64 - 8, before);
    assertEquals(LinearMemory.NOT_PLAIN, into);
    assertEquals(LinearMemory.NOT_PLAIN, on);
    assertEquals(memory.ramOffset(0x9000) + 3 * 64, behind);
  }
}
