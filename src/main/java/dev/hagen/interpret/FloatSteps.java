package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.SseExceptions;

/** Steps for scalar floating-point operations: their results count only once their exceptions have been raised. */
final class FloatSteps {
  private FloatSteps() {}

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
      long result = operation.apply(cpu, destination.read(cpu), b, size);
      SseExceptions.commit(cpu);
      destination.write(cpu, result);
    }
  }

  /** Operand 0 becomes a function of itself, operand 1 and an immediate. */
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
      long result = operation.apply(cpu, destination.read(cpu), b, second.read(cpu), size);
      SseExceptions.commit(cpu);
      destination.write(cpu, result);
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
      long result = operation.apply(cpu, source.read(cpu), size);
      SseExceptions.commit(cpu);
      destination.write(cpu, result);
    }
  }

  /** Operands 0 and 1 are compared. */
  static final class Compare extends Step {
    private final Shapes.BinaryAction operation;
    private final Place first;
    private final Place second;
    private final int size;

    Compare(Shapes.BinaryAction operation, Place first, Place second, int size) {
      this.operation = operation;
      this.first = first;
      this.second = second;
      this.size = size;
    }

    @Override
    public void run(CpuState cpu) {
      long a = first.read(cpu);
      operation.apply(cpu, a, second.read(cpu), size);
    }
  }
}
