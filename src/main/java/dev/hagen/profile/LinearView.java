package dev.hagen.profile;

import dev.hagen.cpu.CpuState;
import dev.hagen.memory.PhysicalMemory;
import dev.hagen.x86.Control;
import dev.hagen.x86.PageEntry;
import java.util.Arrays;

/**
 * Looks at guest memory by linear address as the processor maps it now, without any effect on the guest: no accessed bit is
 * set, no TLB filled, no device touched, and rights do not matter. On the processor's thread, or while it does not run.
 */
final class LinearView {
  private static final int PAGE_BITS = 12;
  private static final long ISOLATED = 0x1000;

  private LinearView() {}

  /** The guest-physical address behind {@code linear}, or {@link PhysicalMemory#NO_RAM} if there is no RAM. */
  static long physical(CpuState cpu, long linear) {
    return physical(cpu, cpu.cr3, linear);
  }

  /**
   * The same as Linux' kernel sees it, even while a process runs whose page tables leave most of the kernel out: then those of
   * the kernel lie a page before (CONFIG_PAGE_TABLE_ISOLATION).
   */
  static long ofKernel(CpuState cpu, long linear) {
    long physical = physical(cpu, linear);
    return physical == PhysicalMemory.NO_RAM && cpu.isLongMode() ? physical(cpu, cpu.cr3 & ~ISOLATED, linear) : physical;
  }

  private static long physical(CpuState cpu, long cr3, long linear) {
    if ((cpu.cr0 & Control.CR0_PG) == 0) {
      return inRam(cpu, linear);
    }
    if ((cpu.cr4 & Control.CR4_PAE) == 0) {
      return walk32(cpu, linear);
    }
    if (cpu.isLongMode()) {
      return descend(cpu, linear, cr3 & PageEntry.ADDRESS, 39);
    }
    long top = cpu.pdpte[(int) (linear >>> 30) & 3];
    return (top & PageEntry.P) == 0 ? PhysicalMemory.NO_RAM : descend(cpu, linear, top & PageEntry.ADDRESS, 21);
  }

  /** Reads 4 or 8 bytes; 0 if they are not RAM or not aligned. */
  static long read(CpuState cpu, long linear, int size) {
    long physical = (linear & size - 1) != 0 ? PhysicalMemory.NO_RAM : physical(cpu, linear);
    return physical == PhysicalMemory.NO_RAM ? 0 : cpu.memory.read(physical, size);
  }

  /** Which page of user code {@code linear} is in, by {@link CodePage}, if the processor is in user mode. */
  static long userPage(CpuState cpu, long linear) {
    long physical = cpu.cpl == 3 ? physical(cpu, linear) : PhysicalMemory.NO_RAM;
    return physical == PhysicalMemory.NO_RAM ? CodePage.NONE : CodePage.of(cpu.memory, physical);
  }

  /** Reads so many bytes of the kernel's memory, fewer if what follows is not RAM. */
  static byte[] readKernel(CpuState cpu, long linear, int size) {
    byte[] bytes = new byte[size];
    int done = 0;
    while (done < size) {
      long physical = ofKernel(cpu, linear + done);
      if (physical == PhysicalMemory.NO_RAM) {
        return Arrays.copyOf(bytes, done);
      }
      int part = (int) Math.min(size - done, CodePage.SIZE - (physical & CodePage.SIZE - 1));
      cpu.memory.copyOut(physical, bytes, done, part);
      done += part;
    }
    return bytes;
  }

  private static long inRam(CpuState cpu, long physical) {
    return cpu.memory.ramOffset(physical) == PhysicalMemory.NO_RAM ? PhysicalMemory.NO_RAM : physical;
  }

  private static long descend(CpuState cpu, long linear, long table, int from) {
    long base = table;
    for (int shift = from; shift >= PAGE_BITS; shift -= 9) {
      long slot = inRam(cpu, base + (linear >>> shift & 0x1FF) * 8);
      long entry = slot == PhysicalMemory.NO_RAM ? 0 : cpu.memory.read(slot, 8);
      if ((entry & PageEntry.P) == 0) {
        return PhysicalMemory.NO_RAM;
      }
      base = entry & PageEntry.ADDRESS;
      if (shift == PAGE_BITS || (entry & PageEntry.PS) != 0) {
        long offset = (1L << shift) - 1;
        return inRam(cpu, base & ~offset | linear & offset);
      }
    }
    return PhysicalMemory.NO_RAM;
  }

  private static long walk32(CpuState cpu, long linear) {
    long slot = inRam(cpu, (cpu.cr3 & 0xFFFF_F000L) + (linear >>> 22 & 0x3FF) * 4);
    long directory = slot == PhysicalMemory.NO_RAM ? 0 : cpu.memory.read(slot, 4);
    if ((directory & PageEntry.P) == 0) {
      return PhysicalMemory.NO_RAM;
    }
    if ((directory & PageEntry.PS) != 0 && (cpu.cr4 & Control.CR4_PSE) != 0) {
      return inRam(cpu, directory & 0xFFC0_0000L | (directory >>> 13 & 0xFF) << 32 | linear & 0x3F_FFFF);
    }
    slot = inRam(cpu, (directory & 0xFFFF_F000L) + (linear >>> 12 & 0x3FF) * 4);
    long entry = slot == PhysicalMemory.NO_RAM ? 0 : cpu.memory.read(slot, 4);
    return (entry & PageEntry.P) == 0 ? PhysicalMemory.NO_RAM : inRam(cpu, entry & 0xFFFF_F000L | linear & 0xFFF);
  }
}
