package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.TlbArray;
import dev.hagen.memory.HostMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;

/** Steps for the most frequent moves. */
final class MoveSteps {
  private MoveSteps() {}

  /** The step that loads {@code size} bytes, zero-extended, to a register of four or eight bytes. */
  static Step load(int destination, Address address, int size) {
    return !address.isPlain() || size < 4 ? new Load(destination, address, size)
        : size == 8 ? new LoadEight(destination, address) : new LoadFour(destination, address);
  }

  /** The step that stores the low {@code size} bytes of a register. */
  static Step store(Address address, int source, int size) {
    return !address.isPlain() || size < 4 ? new Store(address, source, size)
        : size == 8 ? new StoreEight(address, source) : new StoreFour(address, source);
  }

  /** NOP. */
  static final class Nothing extends Step {
    @Override
    public void run(CpuState cpu) {}
  }

  /** A register of four or eight bytes to another, or its low part, zero-extended. */
  static final class RegisterRegister extends Step {
    private final byte destination;
    private final byte source;
    private final long mask;

    RegisterRegister(int destination, int source, long mask) {
      this.destination = (byte) destination;
      this.source = (byte) source;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.gpr[destination] = cpu.gpr[source] & mask;
    }
  }

  /** A constant to a register of four or eight bytes. */
  static final class RegisterConstant extends Step {
    private final byte destination;
    private final long constant;

    RegisterConstant(int destination, long constant) {
      this.destination = (byte) destination;
      this.constant = constant;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.gpr[destination] = constant;
    }
  }

  /** Memory to a register of four or eight bytes, zero-extended: MOV and MOVZX. */
  static class Load extends Step {
    final byte destination;
    final Address address;
    private final byte size;

    Load(int destination, Address address, int size) {
      this.destination = (byte) destination;
      this.address = address;
      this.size = (byte) size;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.gpr[destination] = LinearMemory.load(cpu, address.forLoad(cpu, size), size);
    }
  }

  /** Eight bytes at a plain address. */
  static final class LoadEight extends Load {
    LoadEight(int destination, Address address) {
      super(destination, address, 8);
    }

    @Override
    public void run(CpuState cpu) {
      long linear = address.effective(cpu);
      long[] tlb = cpu.readTlb;
      if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, 8)) {
        cpu.gpr[destination] = HostMemory.getLong(TlbArray.place(tlb, linear));
      } else {
        super.run(cpu);
      }
    }
  }

  /** Four bytes at a plain address. */
  static final class LoadFour extends Load {
    LoadFour(int destination, Address address) {
      super(destination, address, 4);
    }

    @Override
    public void run(CpuState cpu) {
      long linear = address.effective(cpu);
      long[] tlb = cpu.readTlb;
      if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, 4)) {
        cpu.gpr[destination] = HostMemory.getInt(TlbArray.place(tlb, linear)) & 0xFFFF_FFFFL;
      } else {
        super.run(cpu);
      }
    }
  }

  /** Memory to a register of four or eight bytes, sign-extended: MOVSX and MOVSXD. */
  static final class LoadSigned extends Step {
    private final byte destination;
    private final Address address;
    private final byte size;
    private final long mask;

    LoadSigned(int destination, Address address, int size, long mask) {
      this.destination = (byte) destination;
      this.address = address;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long value = LinearMemory.load(cpu, address.forLoad(cpu, size), size);
      cpu.gpr[destination] = Bits.signExtend(value, size) & mask;
    }
  }

  /** A register (not a high byte) to memory. */
  static class Store extends Step {
    final Address address;
    final byte source;
    private final byte size;

    Store(Address address, int source, int size) {
      this.address = address;
      this.source = (byte) source;
      this.size = (byte) size;
    }

    @Override
    public void run(CpuState cpu) {
      LinearMemory.store(cpu, address.forStore(cpu, size), cpu.gpr[source], size);
    }
  }

  /** Eight bytes at a plain address. */
  static final class StoreEight extends Store {
    StoreEight(Address address, int source) {
      super(address, source, 8);
    }

    @Override
    public void run(CpuState cpu) {
      long linear = address.effective(cpu);
      long[] tlb = cpu.writeTlb;
      if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, 8)) {
        HostMemory.putLong(TlbArray.place(tlb, linear), cpu.gpr[source]);
      } else {
        super.run(cpu);
      }
    }
  }

  /** Four bytes at a plain address. */
  static final class StoreFour extends Store {
    StoreFour(Address address, int source) {
      super(address, source, 4);
    }

    @Override
    public void run(CpuState cpu) {
      long linear = address.effective(cpu);
      long[] tlb = cpu.writeTlb;
      if (TlbArray.hits(TlbArray.tag(tlb, linear), linear, 4)) {
        HostMemory.putInt(TlbArray.place(tlb, linear), (int) cpu.gpr[source]);
      } else {
        super.run(cpu);
      }
    }
  }

  /** A constant to memory. */
  static final class StoreConstant extends Step {
    private final Address address;
    private final byte size;
    private final long constant;

    StoreConstant(Address address, long constant, int size) {
      this.address = address;
      this.size = (byte) size;
      this.constant = constant;
    }

    @Override
    public void run(CpuState cpu) {
      LinearMemory.store(cpu, address.forStore(cpu, size), constant, size);
    }
  }

  /** A register or its low part to a register of four or eight bytes, sign-extended: MOVSX and MOVSXD. */
  static final class SignedRegister extends Step {
    private final byte destination;
    private final byte source;
    private final byte size;
    private final long mask;

    SignedRegister(int destination, int source, int size, long mask) {
      this.destination = (byte) destination;
      this.source = (byte) source;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.gpr[destination] = Bits.signExtend(cpu.gpr[source], size) & mask;
    }
  }

  /** Any operand to any other. */
  static final class PlaceToPlace extends Step {
    private final Place destination;
    private final Place source;

    PlaceToPlace(Place destination, Place source) {
      this.destination = destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      destination.write(cpu, source.read(cpu));
    }
  }

  /** An effective address to a register of four or eight bytes. */
  static final class Lea extends Step {
    private final byte destination;
    private final Address address;
    private final long mask;

    Lea(int destination, Address address, long mask) {
      this.destination = (byte) destination;
      this.address = address;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      cpu.gpr[destination] = address.effective(cpu) & mask;
    }
  }
}
