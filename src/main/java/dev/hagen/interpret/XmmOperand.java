package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import org.jspecify.annotations.Nullable;

/** An operand that semantic methods take by register number: an XMM register, or memory by way of the temporary one. */
final class XmmOperand {
  private final int index;
  private final @Nullable Address address;
  private final int size;
  private final boolean aligned;

  /** An XMM register. */
  XmmOperand(int index) {
    this.index = index;
    this.address = null;
    this.size = 16;
    this.aligned = false;
  }

  /** {@code size} bytes (2, 4, 8 or 16) of memory; {@code aligned}: #GP(0) unless a multiple of 16. */
  XmmOperand(Address address, int size, boolean aligned) {
    this.index = CpuState.TEMPORARY_XMM;
    this.address = address;
    this.size = size;
    this.aligned = aligned;
  }

  /** The register's number, for a destination that is only written. */
  int index() {
    return index;
  }

  /** Brings memory into the temporary register, zero-extended; answers the register's number. */
  int load(CpuState cpu) {
    if (address != null) {
      long linear = address.forLoad(cpu, size);
      checkAlignment(cpu, linear);
      long[] xmm = cpu.xmm;
      if (size == 16) {
        long low = LinearMemory.load(cpu, linear, 8);
        xmm[2 * index + 1] = LinearMemory.load(cpu, linear + 8, 8);
        xmm[2 * index] = low;
      } else {
        xmm[2 * index] = LinearMemory.load(cpu, linear, size);
        xmm[2 * index + 1] = 0;
      }
    }
    return index;
  }

  /** Faults if {@link #store} would. */
  void checkStore(CpuState cpu) {
    if (address != null) {
      long linear = address.forStore(cpu, size);
      checkAlignment(cpu, linear);
      LinearMemory.checkStore(cpu, linear, size);
    }
  }

  /** Writes the temporary register to memory, if that is where the operand lives. */
  void store(CpuState cpu) {
    if (address != null) {
      long linear = address.forStore(cpu, size);
      if (size == 16) {
        LinearMemory.store(cpu, linear, cpu.xmm[2 * index], 8);
        LinearMemory.store(cpu, linear + 8, cpu.xmm[2 * index + 1], 8);
      } else {
        LinearMemory.store(cpu, linear, cpu.xmm[2 * index], size);
      }
    }
  }

  private void checkAlignment(CpuState cpu, long linear) {
    if (aligned && (linear & 15) != 0) {
      throw cpu.generalProtection(0);
    }
  }
}
