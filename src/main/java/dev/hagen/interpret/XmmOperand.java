package dev.hagen.interpret;

import dev.hagen.cpu.CpuModel;
import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.x86.Mxcsr;
import org.jspecify.annotations.Nullable;

/** An operand that semantic methods take by register number: an XMM register, or memory by way of the temporary one. */
final class XmmOperand {
  private final int index;
  private final @Nullable Address address;
  private final int size;
  private final Alignment alignment;

  /** What a memory operand that is not aligned raises, apart from #AC. */
  enum Alignment {
    NONE,
    /** #GP(0) unless MXCSR.MM is set. */
    UNLESS_MASKED,
    /** #GP(0). */
    ALWAYS
  }

  /** An XMM register. */
  XmmOperand(int index) {
    this.index = index;
    this.address = null;
    this.size = 16;
    this.alignment = Alignment.NONE;
  }

  /** {@code size} bytes (2, 4, 8 or 16) of memory. */
  XmmOperand(Address address, int size, Alignment alignment) {
    this.index = CpuState.TEMPORARY_XMM;
    this.address = address;
    this.size = size;
    this.alignment = alignment;
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
        long low = loadHalf(cpu, linear);
        xmm[2 * index + 1] = loadHalf(cpu, linear + 8);
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
        storeHalf(cpu, linear, cpu.xmm[2 * index]);
        storeHalf(cpu, linear + 8, cpu.xmm[2 * index + 1]);
      } else {
        LinearMemory.store(cpu, linear, cpu.xmm[2 * index], size);
      }
    }
  }

  private void checkAlignment(CpuState cpu, long linear) {
    if (size == 16 && (linear & 15) != 0) {
      if (alignment == Alignment.ALWAYS || alignment != Alignment.NONE && (cpu.mxcsr & Mxcsr.MM) == 0) {
        throw cpu.generalProtection(0);
      }
      // Intel's processors check only data of up to eight bytes (SDM vol. 3A 6.15 #AC).
      if (cpu.model.vendor() == CpuModel.Vendor.AMD) {
        LinearMemory.checkAlignment(cpu, linear, 16);
      }
    }
  }

  /** Eight bytes, which need not be aligned even while alignment is checked. */
  private static long loadHalf(CpuState cpu, long linear) {
    if ((linear & 7) == 0 || !cpu.checksAlignment()) {
      return LinearMemory.load(cpu, linear, 8);
    }
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value |= LinearMemory.load(cpu, linear + i, 1) << 8 * i;
    }
    return value;
  }

  private static void storeHalf(CpuState cpu, long linear, long value) {
    if ((linear & 7) == 0 || !cpu.checksAlignment()) {
      LinearMemory.store(cpu, linear, value, 8);
      return;
    }
    for (int i = 0; i < 8; i++) {
      LinearMemory.store(cpu, linear + i, value >>> 8 * i & 0xFF, 1);
    }
  }
}
