package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;

/** Where an integer operand of up to eight bytes lives: how it is read and written. Values are zero-extended. */
abstract class Place {
  abstract long read(CpuState cpu);

  /** Reads as the first half of a read-modify-write; afterwards {@link #write} cannot fault. */
  long readForWrite(CpuState cpu) {
    return read(cpu);
  }

  /** Faults if {@link #write} would. */
  void checkWrite(CpuState cpu) {}

  abstract void write(CpuState cpu, long value);

  /** A general register, its low {@code size} bytes. */
  static final class Register extends Place {
    private final int index;
    private final int size;

    Register(int index, int size) {
      this.index = index;
      this.size = size;
    }

    @Override
    long read(CpuState cpu) {
      return cpu.register(index, size);
    }

    @Override
    void write(CpuState cpu, long value) {
      cpu.setRegister(index, value, size);
    }
  }

  /** AH, CH, DH or BH. */
  static final class HighByte extends Place {
    private final int index;

    HighByte(int index) {
      this.index = index;
    }

    @Override
    long read(CpuState cpu) {
      return cpu.highByte(index);
    }

    @Override
    void write(CpuState cpu, long value) {
      cpu.setHighByte(index, value);
    }
  }

  /** A constant. */
  static final class Constant extends Place {
    private final long value;

    Constant(long value) {
      this.value = value;
    }

    @Override
    long read(CpuState cpu) {
      return value;
    }

    @Override
    void write(CpuState cpu, long newValue) {
      throw new AssertionError("a constant is no destination");
    }
  }

  /** Memory. */
  static final class Memory extends Place {
    private final Address address;
    private final int size;

    Memory(Address address, int size) {
      this.address = address;
      this.size = size;
    }

    @Override
    long read(CpuState cpu) {
      return LinearMemory.load(cpu, address.forLoad(cpu, size), size);
    }

    @Override
    long readForWrite(CpuState cpu) {
      return LinearMemory.loadForWrite(cpu, address.forStore(cpu, size), size);
    }

    @Override
    void checkWrite(CpuState cpu) {
      LinearMemory.checkStore(cpu, address.forStore(cpu, size), size);
    }

    @Override
    void write(CpuState cpu, long value) {
      LinearMemory.store(cpu, address.forStore(cpu, size), value, size);
    }
  }

  /** The low bytes of an XMM register. */
  static final class LowXmm extends Place {
    private final int index;
    private final int size;
    private final boolean zeroUpper;

    LowXmm(int index, int size, boolean zeroUpper) {
      this.index = index;
      this.size = size;
      this.zeroUpper = zeroUpper;
    }

    @Override
    long read(CpuState cpu) {
      long low = cpu.xmm[2 * index];
      return size == 4 ? low & 0xFFFF_FFFFL : low;
    }

    @Override
    void write(CpuState cpu, long value) {
      long low = size == 4 ? value & 0xFFFF_FFFFL : value;
      if (zeroUpper) {
        cpu.xmm[2 * index] = low;
        cpu.xmm[2 * index + 1] = 0;
      } else {
        cpu.xmm[2 * index] = size == 4 ? cpu.xmm[2 * index] & 0xFFFF_FFFF_0000_0000L | low : low;
      }
    }
  }

  /** An MMX register; writing one fills the exponent of the x87 register behind it with ones. */
  static final class Mmx extends Place {
    private final int index;

    Mmx(int index) {
      this.index = index;
    }

    @Override
    long read(CpuState cpu) {
      return cpu.stSignificand[index];
    }

    @Override
    void write(CpuState cpu, long value) {
      cpu.stSignificand[index] = value;
      cpu.stSignExponent[index] = 0xFFFF;
    }
  }
}
