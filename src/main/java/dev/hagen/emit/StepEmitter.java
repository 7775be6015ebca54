package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.ATHROW;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IRETURN;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.interpret.Unit;
import dev.hagen.semantics.Shapes;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.objectweb.asm.Label;

/** Emits calls of the interpreter's steps, and of semantic methods as they are, for instructions without bytecode of their own. */
final class StepEmitter {
  /** Instructions after which an event may be delivered that could not be before. */
  private static final Set<Op> WINDOW = EnumSet.of(Op.STI, Op.POPF);
  private static final Set<Op> TRANSFERS = EnumSet.of(Op.SYSCALL, Op.SYSRET, Op.SYSENTER, Op.SYSEXIT, Op.IRET, Op.INT,
      Op.INT3, Op.JMP_FAR, Op.CALL_FAR, Op.RET_FAR);

  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final Registers registers;
  private final X87Stack x87;
  private final int context;
  private final List<Instruction> instructions = new ArrayList<>();

  StepEmitter(UnitEmitter unit, Code code, FlagEmitter flags, Registers registers, X87Stack x87, int context) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.registers = registers;
    this.x87 = x87;
    this.context = context;
  }

  /** The instructions whose steps the unit needs, by number. */
  List<Instruction> instructions() {
    return instructions;
  }

  private int number(Instruction instruction) {
    instructions.add(instruction);
    return instructions.size() - 1;
  }

  /**
   * Has an instruction executed by its step, among the locals. If it faults the unit leaves.
   *
   * @param liveAfter the registers whose locals are needed afterwards
   */
  void emitStep(Instruction instruction, Effects effects, long liveAfter) {
    Op op = instruction.op();
    if (StepUse.needsFlags(op) || StepUse.writesFlags(op)) {
      flags.store();
    }
    registers.clean(Objects.requireNonNull(effects.step()).named);
    boolean onX87 = X87Plan.usesRegisters(instruction);
    if (onX87) {
      x87.store();
    }
    if (StepUse.asksTime(op)) {
      unit.countBefore();
      code.aload(Locals.CPU);
      code.iload(Locals.COUNT);
      Names.COUNTDOWN.put(code.visitor());
    }
    if (isHarmless(op)) {
      callMethod(instruction);
    } else {
      execute(instruction);
    }
    if (onX87) {
      x87.load();
    }
    registers.load(effects.writes() & liveAfter);
    if (!isHarmless(op)) {
      code.aload(Locals.CPU);
      Names.LEAVE_BLOCK.get(code.visitor());
      code.jump(IFNE, unit.leaveBehind());
    }
  }

  /** Whether an instruction can neither fault nor ask the unit to leave. */
  private static boolean isHarmless(Op op) {
    return op == Op.CPUID;
  }

  /** Calls the semantic method itself, which HotSpot may inline. */
  private void callMethod(Instruction instruction) {
    code.aload(Locals.CPU);
    unit.pushAddress(unit.next());
    Names.RIP.put(code.visitor());
    code.aload(Locals.CPU);
    Method nullary = SemanticMethods.method(instruction.op(), Shapes.Nullary.class);
    if (nullary != null) {
      Names.of(nullary).call(code.visitor());
    } else {
      code.aload(Locals.THIS);
      code.constant(number(instruction));
      Names.INSTRUCTION.call(code.visitor());
      Names.of(Objects.requireNonNull(SemanticMethods.method(instruction.op(), Shapes.Whole.class))).call(code.visitor());
    }
  }

  private void execute(Instruction instruction) {
    Label miss = unit.freshMiss();
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    code.constant(number(instruction));
    unit.pushAddress(unit.next());
    Names.EXECUTE.call(code.visitor());
    code.jump(IFEQ, miss);
  }

  /** Whether an instruction transfers control between privileges or modes. */
  static boolean isTransfer(Op op) {
    return TRANSFERS.contains(op);
  }

  /**
   * Has a transfer between privileges or modes executed by its semantic method, and leaves: where it goes has a unit of its own.
   * HotSpot calls the method directly, where a step would be looked for.
   */
  void emitTransfer(Instruction instruction) {
    storeState();
    Label start = new Label();
    Label end = new Label();
    Label fault = new Label();
    code.visitor().visitTryCatchBlock(start, end, fault, Names.GUEST_EXCEPTION);
    code.label(start);
    callMethod(instruction);
    code.label(end);
    unit.exits().reloadCount();
    leaveBehind(Unit.LEFT);
    long at = unit.at();
    unit.exits().later(() -> {
      code.label(fault);
      code.aload(Locals.CPU);
      unit.pushAddress(at);
      Names.RIP.put(code.visitor());
      code.op(ATHROW);
    });
  }

  /** Has an instruction executed by its step, with everything in the state. */
  void emitInterpreted(Instruction instruction, long liveAfter) {
    pushWithState(instruction);
    code.constant(context);
    (WINDOW.contains(instruction.op()) ? Names.INTERPRET_FLAGS : Names.INTERPRET).call(code.visitor());
    unit.exits().reloadCount();
    Label leaves = new Label();
    code.jump(IFEQ, leaves);
    unit.exits().later(() -> {
      code.label(leaves);
      leaveBehind(Unit.EVENT);
    });
    x87.load();
    unit.reload(liveAfter);
  }

  private void storeState() {
    registers.clean(registers.dirty());
    x87.store();
    flags.store();
    unit.countBefore();
    unit.exits().storeCount();
  }

  /** Leaves everything in the state, and pushes what the methods of {@link Unit} begin with that need that. */
  private void pushWithState(Instruction instruction) {
    storeState();
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    code.constant(number(instruction));
    unit.pushAddress(unit.at());
    unit.pushAddress(unit.next());
  }

  /** Leaves with RIP where the step has left it: at a string instruction that an event has interrupted, for example. */
  private void leaveBehind(int result) {
    code.count(1);
    unit.exits().storeCount();
    code.constant(result);
    code.op(IRETURN);
  }
}
