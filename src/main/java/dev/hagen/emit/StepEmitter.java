package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.POP;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.interpret.Unit;
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
  /** Instructions that can neither fault nor ask the unit to leave. */
  private static final Set<Op> HARMLESS = EnumSet.of(Op.CPUID, Op.CLC, Op.STC, Op.CMC, Op.CLD, Op.STD);
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
   * Has an instruction executed by its semantic method or its step, among the locals. If it faults the unit leaves.
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
    Method method = SemanticMethods.sole(instruction, context);
    if (method == null) {
      execute(instruction);
    } else if (HARMLESS.contains(op)) {
      callMethod(instruction, method);
    } else {
      callOrLeave(instruction, method);
    }
    if (onX87) {
      x87.load();
    }
    registers.load(effects.writes() & liveAfter);
    if (WINDOW.contains(op)) {
      passWindow(op);
    } else if (!HARMLESS.contains(op)) {
      code.aload(Locals.CPU);
      Names.LEAVE_BLOCK.get(code.visitor());
      code.jump(IFNE, unit.leaveBehind());
    }
    if (StepUse.changesSegmentBase(instruction)) {
      unit.reloadSegmentBases();
    }
  }

  /** Behind an instruction that may have opened the interrupt window: goes on if it has not, or if nothing waits for it. */
  private void passWindow(Op op) {
    Label goesOn = new Label();
    code.aload(Locals.CPU);
    Names.LEAVE_BLOCK.get(code.visitor());
    code.jump(IFEQ, goesOn);
    code.aload(Locals.THIS);
    Names.WINDOW_IS_QUIET.call(code.visitor());
    code.jump(IFEQ, unit.leaveBehind());
    if (op == Op.POPF) {
      // AC decides about accesses.
      unit.reloadMapping();
    }
    code.label(goesOn);
  }

  /** Calls the semantic method itself: HotSpot calls it directly, or inlines it, where a step would be looked for. */
  private void callMethod(Instruction instruction, Method method) {
    code.aload(Locals.CPU);
    unit.pushAddress(unit.next());
    Names.RIP.put(code.visitor());
    code.aload(Locals.CPU);
    if (method.getParameterCount() > 1) {
      code.aload(Locals.THIS);
      code.constant(number(instruction));
      Names.INSTRUCTION.call(code.visitor());
    }
    Names.of(method).call(code.visitor());
  }

  /** The same; if it faults the unit leaves for the interpreter: nothing has changed. */
  private void callOrLeave(Instruction instruction, Method method) {
    Label miss = unit.freshMiss();
    Label fault = callCatching(instruction, method);
    unit.exits().later(() -> {
      code.label(fault);
      code.op(POP);
      code.jump(GOTO, miss);
    });
  }

  /** The same with everything in the state: the unit leaves for a fault, with RIP put back. */
  private void callOrFault(Instruction instruction, Method method) {
    long at = unit.at();
    Label fault = callCatching(instruction, method);
    unit.exits().later(() -> {
      code.label(fault);
      code.aload(Locals.CPU);
      unit.pushAddress(at);
      Names.RIP.put(code.visitor());
      code.op(POP);
      code.constant(Unit.FAULT);
      code.op(IRETURN);
    });
  }

  /** Calls the semantic method; answers where a fault goes, which is on the JVM's stack then. */
  private Label callCatching(Instruction instruction, Method method) {
    Label start = new Label();
    Label end = new Label();
    Label fault = new Label();
    code.visitor().visitTryCatchBlock(start, end, fault, Names.GUEST_EXCEPTION);
    code.label(start);
    callMethod(instruction, method);
    code.label(end);
    return fault;
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

  /** Whether an instruction transfers control between privileges or modes, by its semantic method alone. */
  boolean isTransfer(Instruction instruction) {
    return TRANSFERS.contains(instruction.op()) && SemanticMethods.sole(instruction, context) != null;
  }

  /**
   * Has a transfer between privileges or modes executed by its semantic method, and leaves: where it goes has a unit of its own.
   * HotSpot calls the method directly, where a step would be looked for.
   */
  void emitTransfer(Instruction instruction) {
    storeState();
    callOrFault(instruction, Objects.requireNonNull(SemanticMethods.sole(instruction, context)));
    unit.exits().reloadCount();
    leaveBehind(Unit.LEFT);
  }

  /** Has an instruction executed by its semantic method or its step, with everything in the state. */
  void emitInterpreted(Instruction instruction, long liveAfter) {
    storeState();
    Label leaves = new Label();
    Method method = SemanticMethods.sole(instruction, context);
    if (method != null) {
      callOrFault(instruction, method);
      unit.exits().reloadCount();
      code.aload(Locals.CPU);
      Names.LEAVE_BLOCK.get(code.visitor());
      code.jump(IFNE, leaves);
      code.aload(Locals.CPU);
      Names.CONTEXT.get(code.visitor());
      code.constant(context);
      code.jump(IF_ICMPNE, leaves);
    } else {
      interpret(instruction);
      unit.exits().reloadCount();
      code.jump(IFEQ, leaves);
    }
    unit.exits().later(() -> {
      code.label(leaves);
      leaveBehind(Unit.EVENT);
    });
    x87.load();
    unit.reload(liveAfter);
  }

  private void interpret(Instruction instruction) {
    code.aload(Locals.THIS);
    code.aload(Locals.CPU);
    code.constant(number(instruction));
    unit.pushAddress(unit.at());
    unit.pushAddress(unit.next());
    code.constant(context);
    Names.INTERPRET.call(code.visitor());
  }

  /** Leaves everything in the state. */
  private void storeState() {
    registers.clean(registers.dirty());
    x87.store();
    flags.store();
    unit.countBefore();
    unit.exits().storeCount();
  }

  /** Leaves with RIP where the step has left it: at a string instruction that an event has interrupted, for example. */
  private void leaveBehind(int result) {
    code.count(1);
    unit.exits().storeCount();
    code.constant(result);
    code.op(IRETURN);
  }
}
