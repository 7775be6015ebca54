package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;

/**
 * One decoded instruction, bound to the code that executes it.
 *
 * <p>Before {@link #run} the interpreter sets {@code cpu.rip} to the address of the next instruction. A step that ends
 * in a guest exception has changed nothing.
 */
public abstract class Step {
  /** Distance of the next instruction from the start of the block. */
  short end;
  /** The next step of the block; the last leads to itself. */
  Step next = this;

  /** Executes the instruction. */
  public abstract void run(CpuState cpu);
}
