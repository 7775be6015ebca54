package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.SseExceptions;

/** Steps for operations on XMM registers. */
final class VectorSteps {
  private VectorSteps() {}

  /** A packed operation on each half, with an XMM register or memory as source. */
  static final class Halves extends Step {
    private final Shapes.Lanes operation;
    private final int destination;
    private final XmmOperand source;

    Halves(Shapes.Lanes operation, int destination, XmmOperand source) {
      this.operation = operation;
      this.destination = 2 * destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      long[] xmm = cpu.xmm;
      int from = 2 * source.load(cpu);
      xmm[destination] = operation.apply(xmm[destination], xmm[from]);
      xmm[destination + 1] = operation.apply(xmm[destination + 1], xmm[from + 1]);
    }
  }

  /** A packed operation on each half, with the same second operand for both. */
  static final class HalvesWithValue extends Step {
    private final Shapes.Lanes operation;
    private final int destination;
    private final Place source;

    HalvesWithValue(Shapes.Lanes operation, int destination, Place source) {
      this.operation = operation;
      this.destination = 2 * destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      long[] xmm = cpu.xmm;
      long b = source.read(cpu);
      xmm[destination] = operation.apply(xmm[destination], b);
      xmm[destination + 1] = operation.apply(xmm[destination + 1], b);
    }
  }

  /** A packed floating-point operation on each half. */
  static final class FloatHalves extends Step {
    private final Shapes.StatefulLanes operation;
    private final int destination;
    private final XmmOperand source;

    FloatHalves(Shapes.StatefulLanes operation, int destination, XmmOperand source) {
      this.operation = operation;
      this.destination = 2 * destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      long[] xmm = cpu.xmm;
      int from = 2 * source.load(cpu);
      long low = operation.apply(cpu, xmm[destination], xmm[from]);
      long high = operation.apply(cpu, xmm[destination + 1], xmm[from + 1]);
      SseExceptions.commit(cpu);
      xmm[destination] = low;
      xmm[destination + 1] = high;
    }
  }

  /** Whole registers by number; the destination is a register that may be read. */
  static final class Slots extends Step {
    private final Shapes.Slots operation;
    private final int destination;
    private final XmmOperand source;

    Slots(Shapes.Slots operation, int destination, XmmOperand source) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, destination, source.load(cpu));
    }
  }

  /** Whole registers by number; the destination is memory that is only written. */
  static final class SlotsToMemory extends Step {
    private final Shapes.Slots operation;
    private final XmmOperand destination;
    private final int source;

    SlotsToMemory(Shapes.Slots operation, XmmOperand destination, int source) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      destination.checkStore(cpu);
      operation.apply(cpu, destination.index(), source);
      destination.store(cpu);
    }
  }

  /** Whole registers by number and an immediate. */
  static final class SlotsImmediate extends Step {
    private final Shapes.SlotsImmediate operation;
    private final int destination;
    private final XmmOperand source;
    private final int immediate;

    SlotsImmediate(Shapes.SlotsImmediate operation, int destination, XmmOperand source, int immediate) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
      this.immediate = immediate;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, destination, source.load(cpu), immediate);
    }
  }

  /** An XMM register from a value. */
  static final class SlotFromValue extends Step {
    private final Shapes.SlotFromValue operation;
    private final int destination;
    private final Place source;
    private final int immediate;

    SlotFromValue(Shapes.SlotFromValue operation, int destination, Place source, int immediate) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
      this.immediate = immediate;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, destination, source.read(cpu), immediate);
    }
  }

  /** A value from an XMM register. */
  static final class ValueFromSlot extends Step {
    private final Shapes.ValueFromSlot operation;
    private final Place destination;
    private final XmmOperand source;
    private final int immediate;

    ValueFromSlot(Shapes.ValueFromSlot operation, Place destination, XmmOperand source, int immediate) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
      this.immediate = immediate;
    }

    @Override
    public void run(CpuState cpu) {
      int from = source.load(cpu);
      destination.checkWrite(cpu);
      long value = operation.apply(cpu, from, immediate);
      SseExceptions.commit(cpu);
      destination.write(cpu, value);
    }
  }

  /** x87 registers by their distance from the stack's top. */
  static final class StackRegisters extends Step {
    private final Shapes.Slots operation;
    private final int destination;
    private final int source;

    StackRegisters(Shapes.Slots operation, int destination, int source) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, destination, source);
    }
  }

  /** One x87 register. */
  static final class StackRegister extends Step {
    private final Shapes.Slot operation;
    private final int register;

    StackRegister(Shapes.Slot operation, int register) {
      this.operation = operation;
      this.register = register;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, register);
    }
  }
}
