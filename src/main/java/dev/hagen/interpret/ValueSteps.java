package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.semantics.Shapes;

/** Steps for operations on values, over any kind of operand. */
final class ValueSteps {
  private ValueSteps() {}

  /** No explicit operand. */
  static final class Nullary extends Step {
    private final Shapes.Nullary operation;

    Nullary(Shapes.Nullary operation) {
      this.operation = operation;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu);
    }
  }

  /** Operand 0 is read and written. */
  static final class Modify extends Step {
    private final Shapes.Unary operation;
    private final Place place;
    private final int size;

    Modify(Shapes.Unary operation, Place place, int size) {
      this.operation = operation;
      this.place = place;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      place.write(cpu, operation.apply(cpu, place.readForWrite(cpu), size));
    }
  }

  /** Operand 0 is written with a function of operand 1. */
  static final class Assign extends Step {
    private final Shapes.Unary operation;
    private final Place destination;
    private final Place source;
    private final int size;

    Assign(Shapes.Unary operation, Place destination, Place source, int size) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      long value = source.read(cpu);
      destination.checkWrite(cpu);
      destination.write(cpu, operation.apply(cpu, value, size));
    }
  }

  /** Operand 0 becomes a function of itself and operand 1. */
  static final class ModifyBinary extends Step {
    private final Shapes.Binary operation;
    private final Place destination;
    private final Place source;
    private final int size;

    ModifyBinary(Shapes.Binary operation, Place destination, Place source, int size) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      long b = source.read(cpu);
      destination.write(cpu, operation.apply(cpu, destination.readForWrite(cpu), b, size));
    }
  }

  /** Operand 0 becomes a function of operands 1 and 2. */
  static final class AssignBinary extends Step {
    private final Shapes.Binary operation;
    private final Place destination;
    private final Place first;
    private final Place second;
    private final int size;

    AssignBinary(Shapes.Binary operation, Place destination, Place first, Place second, int size) {
      this.operation = operation;
      this.destination = destination;
      this.first = first;
      this.second = second;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      long a = first.read(cpu);
      long b = second.read(cpu);
      destination.checkWrite(cpu);
      destination.write(cpu, operation.apply(cpu, a, b, size));
    }
  }

  /** Operand 0 becomes a function of itself and operands 1 and 2. */
  static final class ModifyTernary extends Step {
    private final Shapes.Ternary operation;
    private final Place destination;
    private final Place first;
    private final Place second;
    private final int size;

    ModifyTernary(Shapes.Ternary operation, Place destination, Place first, Place second, int size) {
      this.operation = operation;
      this.destination = destination;
      this.first = first;
      this.second = second;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      long b = first.read(cpu);
      long c = second.read(cpu);
      destination.write(cpu, operation.apply(cpu, destination.readForWrite(cpu), b, c, size));
    }
  }

  /** Operand 0 is only read. */
  static final class Act extends Step {
    private final Shapes.UnaryAction operation;
    private final Place source;
    private final int size;

    Act(Shapes.UnaryAction operation, Place source, int size) {
      this.operation = operation;
      this.source = source;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, source.read(cpu), size);
    }
  }

  /** Operands 0 and 1 are only read. */
  static final class ActBinary extends Step {
    private final Shapes.BinaryAction operation;
    private final Place first;
    private final Place second;
    private final int size;

    ActBinary(Shapes.BinaryAction operation, Place first, Place second, int size) {
      this.operation = operation;
      this.first = first;
      this.second = second;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, first.read(cpu), second.read(cpu), size);
    }
  }

  /** Operand 0 is written with what the operation makes. */
  static final class Produce extends Step {
    private final Shapes.Produce operation;
    private final Place destination;
    private final int size;

    Produce(Shapes.Produce operation, Place destination, int size) {
      this.operation = operation;
      this.destination = destination;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      destination.checkWrite(cpu);
      destination.write(cpu, operation.apply(cpu, size));
    }
  }
}
