package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.x86.Vector;

/** Fields of the current TSS (SDM vol. 3A 7.2.1, 7.6, 7.7). */
final class TaskState {
  private static final int IST1 = 0x24;
  private static final int IO_MAP_BASE = 0x66;

  private TaskState() {}

  private static long load(CpuState cpu, long offset, int size) {
    return LinearMemory.loadSystem(cpu, DescriptorTable.wrap(cpu, cpu.tr.base + offset), size);
  }

  private static void require(CpuState cpu, int offset, int size, int external) {
    if (offset + size - 1 > cpu.tr.limit) {
      throw cpu.raise(Vector.TS, DescriptorTable.errorCode(cpu.tr.selector) | external);
    }
  }

  /** Whether the current TSS has 32-bit (or, in long mode, 64-bit) fields. */
  static boolean is32Bit(CpuState cpu) {
    return (cpu.tr.attributes & 8) != 0;
  }

  /** RSP for privilege {@code cpl} from a 64-bit TSS. */
  static long stackPointer64(CpuState cpu, int cpl, int external) {
    int offset = 4 + (cpl << 3);
    require(cpu, offset, 8, external);
    return load(cpu, offset, 8);
  }

  /** RSP from the interrupt stack table, {@code ist} 1 to 7. */
  static long interruptStack(CpuState cpu, int ist, int external) {
    int offset = IST1 + ((ist - 1) << 3);
    require(cpu, offset, 8, external);
    return load(cpu, offset, 8);
  }

  /** SP or ESP for privilege {@code cpl} from a 16- or 32-bit TSS; checks the room for SS as well. */
  static long stackPointer(CpuState cpu, int cpl, int external) {
    if (is32Bit(cpu)) {
      require(cpu, 4 + (cpl << 3), 6, external);
      return load(cpu, 4 + (cpl << 3), 4);
    }
    require(cpu, 2 + (cpl << 2), 4, external);
    return load(cpu, 2 + (cpl << 2), 2);
  }

  /** SS for privilege {@code cpl}; {@link #stackPointer} has checked. */
  static int stackSelector(CpuState cpu, int cpl) {
    return (int) load(cpu, is32Bit(cpu) ? 8 + (cpl << 3) : 4 + (cpl << 2), 2);
  }

  /** Whether the I/O permission bitmap lets {@code size} ports from {@code port} on be used (SDM vol. 1 18.5.2). */
  static boolean allowsPorts(CpuState cpu, int port, int size) {
    if (!cpu.tr.isUsable() || !is32Bit(cpu) || IO_MAP_BASE + 1 > cpu.tr.limit) {
      return false;
    }
    long offset = load(cpu, IO_MAP_BASE, 2) + (port >> 3);
    if (offset + 1 > cpu.tr.limit) {
      return false;
    }
    long bits = load(cpu, offset, 2) >>> (port & 7);
    return (bits & (1 << size) - 1) == 0;
  }

  /** Whether the interrupt redirection bitmap leaves INT {@code vector} to the 8086 program (SDM vol. 3B 20.3.3). */
  static boolean redirects(CpuState cpu, int vector) {
    if (!is32Bit(cpu) || IO_MAP_BASE + 1 > cpu.tr.limit) {
      return false;
    }
    long offset = load(cpu, IO_MAP_BASE, 2) - 32 + (vector >> 3);
    if (offset < 0 || offset > cpu.tr.limit) {
      return false;
    }
    return (load(cpu, offset, 1) >>> (vector & 7) & 1) == 0;
  }
}
