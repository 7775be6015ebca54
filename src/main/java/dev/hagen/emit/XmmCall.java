package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LASTORE;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.SseExceptions;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Emits calls of semantic methods that work on XMM registers in the state and raise no faults: the registers go there
 * before, and come back afterwards. HotSpot inlines the method and sees that it reads what has just been stored.
 */
final class XmmCall {
  private final Code code;
  private final FlagEmitter flags;
  private final Registers all;
  private final OperandEmitter general;
  private final XmmOperands operands;

  XmmCall(Code code, FlagEmitter flags, Registers all, OperandEmitter general, XmmOperands operands) {
    this.code = code;
    this.flags = flags;
    this.all = all;
    this.general = general;
    this.operands = operands;
  }

  /** Whether an operation on XMM registers is one on eight bytes, twice. */
  static boolean isHalfwise(Op op) {
    return SemanticMethods.method(op, Shapes.Lanes.class) != null && methodOnRegisters(op) == null;
  }

  /** Whether there is a method for an operation. */
  static boolean canEmit(Op op) {
    return methodOnRegisters(op) != null && !SseExceptions.mayRaise(op) && !StepUse.hasImplied(op);
  }

  private static @Nullable Method methodOnRegisters(Op op) {
    for (Class<?> shape : new Class<?>[] {Shapes.SlotsImmediate.class, Shapes.SlotFromValue.class, Shapes.Slots.class,
        Shapes.ValueFromSlot.class}) {
      Method method = SemanticMethods.method(op, shape);
      if (method != null) {
        return method;
      }
    }
    return null;
  }

  /** What the instruction does with its registers, or null if its operands do not fit the method. */
  static @Nullable XmmForm form(Instruction instruction) {
    boolean toRegister = instruction.operand(0) instanceof Operand.Xmm;
    Op op = instruction.op();
    boolean fromValue = SemanticMethods.method(op, Shapes.SlotFromValue.class) != null;
    if (toRegister == (SemanticMethods.method(op, Shapes.ValueFromSlot.class) != null)) {
      return null;
    }
    int read = toRegister && op.access() != Op.Access.WRITE ? XmmForm.BOTH : 0;
    return new XmmForm(XmmForm.Kind.CALL, read, toRegister && op.access() != Op.Access.READ ? XmmForm.BOTH : 0,
        fromValue ? 0 : XmmForm.BOTH, XmmForm.Type.LONG, XmmForm.Type.LONG);
  }

  void emit(Instruction instruction, XmmForm form) {
    Op op = instruction.op();
    Method method = Objects.requireNonNull(methodOnRegisters(op));
    Operand first = instruction.operand(0);
    Operand second = instruction.operand(1);
    if (first instanceof Operand.Xmm xmm && form.read() != 0
        && !(second instanceof Operand.Xmm other && other.index() == xmm.index())) {
      all.clean(Slots.xmm(xmm.index()));
    }
    if (StepUse.writesFlags(op)) {
      flags.store();
    }
    boolean fromValue = SemanticMethods.method(op, Shapes.SlotFromValue.class) != null;
    int source = fromValue ? 0 : store(second);
    code.aload(Locals.CPU);
    if (first instanceof Operand.Xmm xmm) {
      code.constant(xmm.index());
    }
    if (fromValue) {
      general.push(second);
    } else {
      code.constant(source);
    }
    if (method.getParameterCount() > (first instanceof Operand.Xmm ? 3 : 2)) {
      code.constant(immediate(instruction));
    }
    Names.of(method).call(code.visitor());
    if (first instanceof Operand.Xmm xmm) {
      if (form.written() != 0) {
        all.load(Slots.xmm(xmm.index()));
      }
    } else {
      general.pop(first);
    }
    if (StepUse.writesFlags(op)) {
      flags.setInState();
    }
  }

  private static int immediate(Instruction instruction) {
    return instruction.operands().length > 2 && instruction.operand(2) instanceof Operand.Immediate third
        ? (int) third.value() : 0;
  }

  /** Puts the second operand into the state; answers the number of its register there. */
  private int store(Operand operand) {
    if (operand instanceof Operand.Xmm xmm) {
      all.clean(Slots.xmm(xmm.index()));
      return xmm.index();
    }
    for (int half = 0; half < 2; half++) {
      code.aload(Locals.XMM);
      code.constant(2 * CpuState.TEMPORARY_XMM + half);
      if (half * 8 < operand.size()) {
        operands.pushLong(operand, half);
      } else {
        code.constant(0L);
      }
      code.op(LASTORE);
    }
    return CpuState.TEMPORARY_XMM;
  }
}
