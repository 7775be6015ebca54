package dev.hagen.boot;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.SegmentRegister;
import dev.hagen.mmu.Paging;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import dev.hagen.x86.Reg;

/** Puts a processor into the modes in which boot protocols enter an image. */
final class EntryState {
  private static final int CODE_SELECTOR = 0x10;
  private static final int DATA_SELECTOR = 0x18;
  private static final int ACCESSED_DATA = SegmentRegister.P | SegmentRegister.S | SegmentRegister.WRITABLE_OR_READABLE
      | SegmentRegister.ACCESSED;
  private static final int CODE32 = ACCESSED_DATA | SegmentRegister.CODE | SegmentRegister.DB | SegmentRegister.G;
  private static final int DATA32 = ACCESSED_DATA | SegmentRegister.DB | SegmentRegister.G;
  private static final int CODE64 = ACCESSED_DATA | SegmentRegister.CODE | SegmentRegister.L | SegmentRegister.G;
  private static final long WHOLE = 0xFFFF_FFFFL;
  private static final int IDENTITY_GIB = 4;

  private EntryState() {}

  /** 32-bit protected mode, flat segments, no paging, interrupts off. */
  static void protectedMode(CpuState cpu, BootMemory memory, long entry) {
    cpu.reset();
    cpu.cr0 = Control.CR0_PE | Control.CR0_ET;
    loadSegments(cpu, CODE32);
    writeGdt(cpu, memory, CODE32);
    cpu.gpr[Reg.RDX] = 0;
    cpu.rip = entry;
    cpu.updateContext();
    Paging.flush(cpu);
  }

  /** 64-bit mode with the first 4 GiB mapped one to one, interrupts off. */
  static void longMode(CpuState cpu, BootMemory memory, long entry) {
    cpu.reset();
    writeIdentityTables(memory);
    cpu.cr3 = BootMemory.PAGE_TABLES;
    cpu.cr4 = Control.CR4_PAE;
    cpu.efer = Control.EFER_LME | Control.EFER_LMA;
    cpu.cr0 = Control.CR0_PE | Control.CR0_ET | Control.CR0_PG;
    loadSegments(cpu, CODE64);
    writeGdt(cpu, memory, CODE64);
    cpu.gpr[Reg.RDX] = 0;
    cpu.rip = entry;
    cpu.updateContext();
    Paging.flush(cpu);
  }

  /** Real-address mode at a physical address below 1 MiB, interrupts off. */
  static void realMode(CpuState cpu, long entry) {
    cpu.reset();
    cpu.gpr[Reg.RDX] = 0;
    cpu.segment[Reg.CS].set((int) (entry >> 4), entry & ~0xFL, 0xFFFF, ACCESSED_DATA | SegmentRegister.CODE);
    cpu.idtrLimit = 0x3FF;
    cpu.rip = entry & 0xF;
    cpu.updateContext();
  }

  private static void loadSegments(CpuState cpu, int code) {
    for (int i = 0; i < cpu.segment.length; i++) {
      cpu.segment[i].set(DATA_SELECTOR, 0, WHOLE, DATA32);
    }
    cpu.segment[Reg.CS].set(CODE_SELECTOR, 0, WHOLE, code);
  }

  private static void writeGdt(CpuState cpu, BootMemory memory, int code) {
    memory.put(BootMemory.GDT, 0, 8);
    memory.put(BootMemory.GDT + 8, 0, 8);
    memory.put(BootMemory.GDT + CODE_SELECTOR, descriptor(code), 8);
    memory.put(BootMemory.GDT + DATA_SELECTOR, descriptor(DATA32), 8);
    cpu.gdtrBase = BootMemory.GDT;
    cpu.gdtrLimit = 31;
    cpu.idtrLimit = 0;
  }

  /** A descriptor with base 0 and the largest limit. */
  private static long descriptor(int attributes) {
    return 0x000F_0000_0000_FFFFL | (attributes & 0xFFL) << 40 | (attributes >> 8 & 0xFL) << 52;
  }

  private static void writeIdentityTables(BootMemory memory) {
    long rights = PageEntry.P | PageEntry.W;
    long pointers = BootMemory.PAGE_TABLES + 0x1000;
    memory.zero(BootMemory.PAGE_TABLES, 0x2000);
    memory.put(BootMemory.PAGE_TABLES, pointers | rights, 8);
    for (int i = 0; i < IDENTITY_GIB; i++) {
      long directory = pointers + 0x1000 * (1L + i);
      memory.put(pointers + 8 * i, directory | rights, 8);
      for (int j = 0; j < 512; j++) {
        memory.put(directory + 8 * j, ((long) i << 30) + ((long) j << 21) | rights | PageEntry.PS, 8);
      }
    }
  }
}
