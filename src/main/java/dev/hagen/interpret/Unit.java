package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import org.jspecify.annotations.Nullable;

/**
 * A translation unit: the code of a region as a JVM class. It may be entered at the region's head and at a few blocks
 * more.
 *
 * <p>It runs until control leaves the region, an event is pending, or an instruction must be interpreted, and leaves all
 * state in {@link CpuState}, RIP and the count of retired instructions included. A guest's call is a Java call of the
 * callee's unit, its return a Java return: the caller compares RIP with the return address and goes on. Since nothing but
 * the way through the code is kept in Java's frames, a frame whose return address matches may always go on, and one whose
 * address does not hands its caller the task of finding out.
 */
public abstract class Unit {
  /** A guest's return has been executed; RIP is where it went. */
  public static final int RETURNED = 0;
  /** RIP is at an instruction that anybody may execute. */
  public static final int LEFT = 1;
  /** RIP is at an instruction that the interpreter must execute: the unit could not. */
  public static final int INTERPRET = 2;
  /** The run loop must look: every frame leaves. */
  public static final int EVENT = 3;
  /** As {@link #INTERPRET}, where the unit was made to keep from it: it knew that units had left for the instruction often. */
  public static final int INTERPRET_AGAIN = 4;

  /** RIP is at an instruction that has raised {@link CpuState#raised}, which is to be delivered. */
  public static final int FAULT = 5;

  /** RIP is at a division by zero, whose #DE is to be delivered: a unit that raised it would run more slowly where it does not. */
  public static final int DIVIDE_ERROR = 6;

  /** How many groups of accesses may remember a page. */
  public static final int PAGE_GROUPS = 8;

  /** Stands where no unit is: leaves at once. */
  static final Unit ABSENT = new Unit() {
    @Override
    public int run(CpuState cpu, int entry, int depth) {
      return LEFT;
    }
  };

  private Instruction[] instructions = {};
  private Step[] steps = {};
  private @Nullable Interpreter interpreter;
  /** Units set this when they are entered. */
  protected boolean touched;
  /** Units that count do so here when they are entered. */
  protected long runs;
  /**
   * A unit that counts adds here what it retires, as every draft does: less what it has begun with, and more when it gives
   * control away.
   */
  protected int heat;
  /** How often the interpreter has entered the unit and had to do the instruction for which it was left. */
  private int leaves;
  /** How often the accesses of a group, by its number, have met another page than the last time. */
  protected final int[] pageChanges = new int[PAGE_GROUPS];

  /** Whether a result says that a fault must be delivered. */
  static boolean isFault(int result) {
    return result >= FAULT;
  }

  /** Whether a result says that the interpreter must execute an instruction. */
  static boolean isForInterpreter(int result) {
    return result == INTERPRET || result == INTERPRET_AGAIN;
  }

  /** Whether the unit has been entered since the last call. */
  public final boolean takeTouched() {
    boolean was = touched;
    touched = false;
    return was;
  }

  /** How often a unit that counts has been entered since the last call; 0 for other units. */
  public final long takeRuns() {
    long had = runs;
    runs = 0;
    return had;
  }

  /** How many instructions a draft, or a unit that counts, has retired since the last call; 0 for other units. */
  public final int takeHeat() {
    int had = heat;
    heat = 0;
    return had;
  }

  /** Notes that the interpreter, which has entered the unit, has to do an instruction for it. */
  final void countLeave() {
    leaves++;
  }

  /** How often {@link #countLeave} has been called since the last call. */
  final int takeLeaves() {
    int had = leaves;
    leaves = 0;
    return had;
  }

  /** The groups of accesses that have met another page more than {@code often} times, as bits. */
  final int changingPages(int often) {
    int groups = 0;
    for (int i = 0; i < PAGE_GROUPS; i++) {
      groups |= pageChanges[i] > often ? 1 << i : 0;
    }
    return groups;
  }

  /**
   * Ties the unit to a processor.
   *
   * @param newInstructions those that the unit does not translate, by number
   * @param newSteps their steps
   */
  public final void bind(Interpreter owner, Instruction[] newInstructions, Step[] newSteps) {
    interpreter = owner;
    instructions = newInstructions;
    steps = newSteps;
  }

  /**
   * Executes one instruction by its step; all registers are in {@code cpu}.
   *
   * @param start the instruction's address, where a fault leaves RIP
   * @param next the next instruction's
   * @param context the execution context that the unit was made for
   * @return whether the unit may go on; if not, the run loop must look
   */
  protected final boolean interpret(CpuState cpu, int index, long start, long next, int context) {
    cpu.rip = next;
    try {
      steps[index].run(cpu);
    } catch (GuestException e) {
      cpu.rip = start;
      throw e;
    }
    return !cpu.leaveBlock && cpu.context == context;
  }

  /** The instruction whose step has a number. */
  protected final Instruction instruction(int index) {
    return instructions[index];
  }

  /** Whether to go on behind an instruction that has opened the interrupt window (STI, POPF): nothing waits for it. */
  protected final boolean windowIsQuiet() {
    return interpreter != null && interpreter.windowIsQuiet();
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
   * Runs a unit from its head. All calls of units come by here and are inlined from here, so that HotSpot sees too many
   * receivers to bet on one: a link that leads elsewhere must not cost a compilation of its callers.
   */
  protected static int runHead(Unit unit, CpuState cpu, int depth) {
    return unit.run(cpu, 0, depth);
  }

  /** Calls the unit at CS:RIP, if there is one. */
  protected final int callIndirect(CpuState cpu, int depth) {
    return interpreter == null ? EVENT : interpreter.call(depth);
  }

  /**
   * Goes on after a call that has not come back to its return address: by whatever tier, until it does.
   *
   * @param result what the callee has answered
   * @param expected the return address
   * @param stack the stack pointer at the callee's start
   * @param depth how many calls more may be nested
   * @return false if the caller must leave with {@link #EVENT}
   */
  protected final boolean resume(CpuState cpu, int result, long expected, long stack, int depth) {
    return interpreter != null && interpreter.resume(result, expected, stack, depth);
  }

  /**
   * Runs.
   *
   * @param entry the number of the block at RIP among the region's entries; 0: its head
   * @param depth how many calls may be nested
   * @return {@link #RETURNED}, {@link #LEFT}, {@link #INTERPRET}, {@link #INTERPRET_AGAIN}, {@link #FAULT}, {@link #DIVIDE_ERROR} or
   *     {@link #EVENT}
   */
  public abstract int run(CpuState cpu, int entry, int depth);
}
