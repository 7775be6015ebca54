package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Instruction;
import dev.hagen.semantics.Shapes;
import dev.hagen.x86.Control;
import dev.hagen.x86.Vector;

/** Steps that hand a whole instruction to its semantic method, or raise a fault. */
final class SystemSteps {
  private SystemSteps() {}

  /** The semantic method does everything. */
  static final class Whole extends Step {
    private final Shapes.Whole operation;
    private final Instruction instruction;

    Whole(Shapes.Whole operation, Instruction instruction) {
      this.operation = operation;
      this.instruction = instruction;
    }

    @Override
    public void run(CpuState cpu) {
      operation.apply(cpu, instruction);
    }
  }

  /** Raises an exception. */
  static final class Raise extends Step {
    private final int vector;
    private final int errorCode;

    Raise(int vector, int errorCode) {
      this.vector = vector;
      this.errorCode = errorCode;
    }

    @Override
    public void run(CpuState cpu) {
      throw cpu.raise(vector, errorCode);
    }
  }

  /** Raises what an x87, MMX or SSE instruction raises while its unit is {@linkplain ExecutionContext blocked}. */
  static final class Blocked extends Step {
    private final boolean x87;
    private final boolean sse;

    Blocked(boolean x87, boolean sse) {
      this.x87 = x87;
      this.sse = sse;
    }

    @Override
    public void run(CpuState cpu) {
      boolean undefined = !x87 && (cpu.cr0 & Control.CR0_EM) != 0
          || sse && (cpu.cr4 & Control.CR4_OSFXSR) == 0;
      throw cpu.raise(undefined ? Vector.UD : Vector.NM);
    }
  }
}
