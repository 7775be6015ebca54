package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.semantics.Shapes;

/**
 * Steps for the most frequent operands of arithmetic: general registers of four or eight bytes, where masking both
 * operands and the result is all that their size asks for.
 */
final class AluSteps {
  private AluSteps() {}

  /** Register, register. */
  static final class RegisterRegister extends Step {
    private final Shapes.Binary operation;
    private final byte destination;
    private final byte source;
    private final byte size;
    private final long mask;

    RegisterRegister(Shapes.Binary operation, int destination, int source, int size, long mask) {
      this.operation = operation;
      this.destination = (byte) destination;
      this.source = (byte) source;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      gpr[destination] = operation.apply(cpu, gpr[destination] & mask, gpr[source] & mask, size) & mask;
    }
  }

  /** Register, constant. */
  static final class RegisterConstant extends Step {
    private final Shapes.Binary operation;
    private final byte destination;
    private final long constant;
    private final byte size;
    private final long mask;

    RegisterConstant(Shapes.Binary operation, int destination, long constant, int size, long mask) {
      this.operation = operation;
      this.destination = (byte) destination;
      this.constant = constant & mask;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      gpr[destination] = operation.apply(cpu, gpr[destination] & mask, constant, size) & mask;
    }
  }

  /** Register, memory. */
  static final class RegisterMemory extends Step {
    private final Shapes.Binary operation;
    private final byte destination;
    private final Address address;
    private final byte size;
    private final long mask;

    RegisterMemory(Shapes.Binary operation, int destination, Address address, int size, long mask) {
      this.operation = operation;
      this.destination = (byte) destination;
      this.address = address;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      long b = LinearMemory.load(cpu, address.forLoad(cpu, size), size);
      gpr[destination] = operation.apply(cpu, gpr[destination] & mask, b, size) & mask;
    }
  }

  /** Memory, register: read, modify, write. */
  static final class MemoryRegister extends Step {
    private final Shapes.Binary operation;
    private final Address address;
    private final byte source;
    private final byte size;
    private final long mask;

    MemoryRegister(Shapes.Binary operation, Address address, int source, int size, long mask) {
      this.operation = operation;
      this.address = address;
      this.source = (byte) source;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long linear = address.forStore(cpu, size);
      long a = LinearMemory.loadForWrite(cpu, linear, size);
      LinearMemory.store(cpu, linear, operation.apply(cpu, a, cpu.gpr[source] & mask, size), size);
    }
  }

  /** Register alone. */
  static final class OneRegister extends Step {
    private final Shapes.Unary operation;
    private final byte register;
    private final byte size;
    private final long mask;

    OneRegister(Shapes.Unary operation, int register, int size, long mask) {
      this.operation = operation;
      this.register = (byte) register;
      this.size = (byte) size;
      this.mask = mask;
    }

    @Override
    public void run(CpuState cpu) {
      long[] gpr = cpu.gpr;
      gpr[register] = operation.apply(cpu, gpr[register] & mask, size) & mask;
    }
  }
}
