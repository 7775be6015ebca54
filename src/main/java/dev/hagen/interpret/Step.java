package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;

/**
 * One decoded instruction, bound to the code that executes it; or several, see {@link FusedStep}.
 *
 * <p>Before {@link #run} the interpreter sets {@code cpu.rip} to the address of the next instruction. An instruction that ends
 * in a guest exception has changed nothing.
 */
public abstract class Step {
  /** Distance of the next instruction from the start of the block. */
  short end;
  /** The next step of the block; the last leads to itself. */
  Step next = this;

  /** Executes the instruction. */
  public abstract void run(CpuState cpu);

  /** How many instructions there are. */
  int count() {
    return 1;
  }

  /** How many bytes the first {@code number} of its instructions have, which is not all. */
  int end(int number) {
    return 0;
  }

  /** Executes its instructions up to {@code limit}, which is 1 or more. */
  void runFirst(CpuState cpu, int limit) {
    run(cpu);
  }
}
