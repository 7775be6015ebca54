package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.X87;

/** Steps around x87 and MMX instructions: pending exceptions, and the tag word that MMX instructions overwrite. */
final class UnitSteps {
  private UnitSteps() {}

  /** Puts around {@code step} what the instruction's unit asks for. */
  static Step wrap(Instruction instruction, Step step) {
    int checks = instruction.checks();
    if ((checks & Check.MMX) != 0 || usesMmx(instruction)) {
      return new Mmx(step, instruction.op() != Op.EMMS);
    }
    if ((checks & Check.X87) != 0) {
      return new Waiting(step);
    }
    return step;
  }

  private static boolean usesMmx(Instruction instruction) {
    for (Operand operand : instruction.operands()) {
      if (operand instanceof Operand.Mmx) {
        return true;
      }
    }
    return false;
  }

  /** An MMX instruction: after a pending x87 exception, and it marks all x87 registers as in use. */
  static final class Mmx extends Step {
    private final Step step;
    private final boolean fillsTags;

    Mmx(Step step, boolean fillsTags) {
      this.step = step;
      this.fillsTags = fillsTags;
    }

    @Override
    public void run(CpuState cpu) {
      X87.checkPending(cpu);
      step.run(cpu);
      if (fillsTags) {
        cpu.ftop = 0;
        cpu.ftw = 0xFF;
      }
    }
  }

  /** An x87 instruction that first reports what is pending from the one before. */
  static final class Waiting extends Step {
    private final Step step;

    Waiting(Step step) {
      this.step = step;
    }

    @Override
    public void run(CpuState cpu) {
      X87.checkPending(cpu);
      step.run(cpu);
    }
  }

  /** A packed operation on MMX registers. */
  static final class MmxLanes extends Step {
    private final Shapes.Lanes operation;
    private final Place destination;
    private final Place source;

    MmxLanes(Shapes.Lanes operation, Place destination, Place source) {
      this.operation = operation;
      this.destination = destination;
      this.source = source;
    }

    @Override
    public void run(CpuState cpu) {
      long b = source.read(cpu);
      destination.write(cpu, operation.apply(destination.read(cpu), b));
    }
  }
}
