package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.util.Bits;

/** Steps for the most frequent moves. */
final class MoveSteps {
  private MoveSteps() {}

  /** A register of four or eight bytes to another. */
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
  static final class Load extends Step {
    private final byte destination;
    private final Address address;
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
  static final class Store extends Step {
    private final Address address;
    private final byte source;
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
