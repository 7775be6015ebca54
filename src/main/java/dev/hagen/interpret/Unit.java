package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;

/**
 * A translation unit: the code of a region as a JVM class, entered at the region's head with RIP there.
 *
 * <p>It runs until control leaves the region, an event is pending, or an instruction must be interpreted, and leaves all
 * state in {@link CpuState}, RIP and the count of retired instructions included.
 */
public abstract class Unit {
  /** RIP is at an instruction that anybody may execute. */
  public static final int LEFT = 0;
  /** RIP is at an instruction that the interpreter must execute: the unit could not. */
  public static final int INTERPRET = 1;

  /** Instructions that a unit may retire at most before it looks for events: a bound for its counter. */
  public static final int MAX_ROOM = 1 << 30;

  private Step[] steps = {};
  /** Units set this when they are entered. */
  protected boolean touched;

  /** Whether the unit has been entered since the last call. */
  public final boolean takeTouched() {
    boolean was = touched;
    touched = false;
    return was;
  }

  /** The steps that the unit calls for instructions that it does not translate, by number. */
  public final void setSteps(Step[] newSteps) {
    steps = newSteps;
  }

  /**
   * Executes one instruction by its step; all registers are in {@code cpu}.
   *
   * @param start the instruction's address, where a fault leaves RIP
   * @param next the next instruction's
   */
  protected final void interpret(CpuState cpu, int index, long start, long next) {
    cpu.rip = next;
    try {
      steps[index].run(cpu);
    } catch (GuestException e) {
      cpu.rip = start;
      throw e;
    }
  }

  /**
   * Executes one instruction by its step; only the registers that it names are in {@code cpu}.
   *
   * @param next the next instruction's address
   * @return false if it faults: it has changed nothing and must be interpreted with all registers in their places
   */
  protected final boolean execute(CpuState cpu, int index, long next) {
    cpu.rip = next;
    try {
      steps[index].run(cpu);
      return true;
    } catch (GuestException e) {
      return false;
    }
  }

  /**
   * Runs.
   *
   * @param room how many instructions may be retired before the unit must leave at a loop's end
   * @return {@link #LEFT} or {@link #INTERPRET}
   */
  public abstract int run(CpuState cpu, int room);
}
