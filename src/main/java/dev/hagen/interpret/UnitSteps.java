package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.X87;
import dev.hagen.semantics.X87Environment;
import dev.hagen.x86.Vector;

/** Steps around x87 and MMX instructions: pending exceptions, and the tag word that MMX instructions overwrite. */
final class UnitSteps {
  private UnitSteps() {}

  /** Puts around {@code step} what the instruction's unit asks for. */
  static Step wrap(Instruction instruction, Step step) {
    int checks = instruction.checks();
    if ((checks & Check.MMX) != 0 || usesMmx(instruction)) {
      return isConversionOfMemory(instruction) ? step : new Mmx(step, instruction.op());
    }
    if ((checks & Check.X87) != 0) {
      return X87Environment.isRecorded(instruction) ? new Recorded(step, instruction) : new Waiting(step);
    }
    return step;
  }

  /** CVTPI2PS and CVTPI2PD of memory: no MMX register takes part, and the x87 unit is left alone. */
  private static boolean isConversionOfMemory(Instruction instruction) {
    return (instruction.op() == Op.CVTPI2PS || instruction.op() == Op.CVTPI2PD)
        && instruction.operand(1) instanceof Operand.Memory;
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
    /** The unit turns to MMX before the store that may fault. */
    private final boolean turnsFirst;

    Mmx(Step step, Op op) {
      this.step = step;
      this.fillsTags = op != Op.EMMS;
      this.turnsFirst = op == Op.MASKMOVQ;
    }

    @Override
    public void run(CpuState cpu) {
      X87.checkPending(cpu);
      try {
        step.run(cpu);
      } catch (GuestException e) {
        if (turnsFirst || e.vector() == Vector.XM) {
          turn(cpu);
        }
        throw e;
      }
      turn(cpu);
    }

    private void turn(CpuState cpu) {
      cpu.ftop = 0;
      if (fillsTags) {
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

  /** Likewise, and it leaves its opcode and addresses in the x87 pointers. */
  static final class Recorded extends Step {
    private final Step step;
    private final Instruction instruction;

    Recorded(Step step, Instruction instruction) {
      this.step = step;
      this.instruction = instruction;
    }

    @Override
    public void run(CpuState cpu) {
      X87.checkPending(cpu);
      step.run(cpu);
      X87Environment.record(cpu, instruction);
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
