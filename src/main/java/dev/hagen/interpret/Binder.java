package dev.hagen.interpret;

import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.Shapes;
import dev.hagen.util.Bits;
import dev.hagen.x86.Vector;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the step that executes an instruction: by the shape of its operation's semantic method and the kinds of its
 * operands, with steps of their own for what is most frequent.
 */
final class Binder {
  private final SemanticMethods methods;

  Binder(SemanticMethods methods) {
    this.methods = methods;
  }

  /** The step for {@code instruction}, decoded under {@code context}. */
  Step bind(Instruction instruction, int context) {
    if (instruction.op() == Op.INVALID) {
      return new SystemSteps.Raise(Vector.UD, 0);
    }
    if (instruction.op() == Op.TOO_LONG) {
      return new SystemSteps.Raise(Vector.GP, 0);
    }
    Step guard = guard(instruction, context);
    if (guard != null) {
      return guard;
    }
    Step step = FrequentSteps.bind(instruction, context, methods);
    if (step == null) {
      step = bindOperation(instruction, context);
    }
    return UnitSteps.wrap(instruction, step);
  }

  /** Whether nothing comes before an instruction's operation: no check that fails, and nothing of a floating-point unit. */
  static boolean isUnguarded(Instruction instruction, int context) {
    int units = Check.X87 | Check.X87_CONTROL | Check.SSE | Check.MMX;
    return (instruction.checks() & units) == 0 && guard(instruction, context) == null;
  }

  /** The step that raises what the instruction's checks raise under this context, or null if they pass. */
  private static @Nullable Step guard(Instruction instruction, int context) {
    int checks = instruction.checks();
    if ((checks & Check.PROTECTED) != 0 && (context & ExecutionContext.REAL_SEGMENTS) != 0) {
      return new SystemSteps.Raise(Vector.UD, 0);
    }
    boolean x87 = (checks & (Check.X87 | Check.X87_CONTROL)) != 0 && (context & ExecutionContext.X87_BLOCKED) != 0;
    boolean sse = (checks & Check.SSE) != 0 && (context & ExecutionContext.SSE_BLOCKED) != 0;
    boolean mmx = (checks & Check.MMX) != 0 && (context & ExecutionContext.MMX_BLOCKED) != 0;
    if (x87 || sse || mmx) {
      return new SystemSteps.Blocked(x87 && !sse && !mmx, sse);
    }
    if ((checks & Check.PRIVILEGED) != 0 && ExecutionContext.cpl(context) != 0) {
      return new SystemSteps.Raise(Vector.GP, 0);
    }
    return null;
  }

  private Step bindOperation(Instruction instruction, int context) {
    Operand[] operands = instruction.operands();
    Step step = null;
    Shapes.Nullary nullary = methods.find(instruction.op(), Shapes.Nullary.class);
    if (nullary != null) {
      // Whatever operands there are do not matter: NOP, PREFETCH.
      step = new ValueSteps.Nullary(nullary);
    } else if (operands.length == 0) {
      step = null;
    } else if (operands[0] instanceof Operand.Stack || operands.length > 1 && operands[1] instanceof Operand.Stack) {
      step = bindStackRegisters(instruction);
    } else if (operands[0] instanceof Operand.Xmm || operands.length > 1 && operands[1] instanceof Operand.Xmm) {
      step = bindXmm(instruction, context);
    } else if (operands[0] instanceof Operand.Mmx && operands.length > 1 && operands[1].size() == 16) {
      step = bindFromXmm(instruction, context);
    }
    if (step == null && operands.length > 0 && nullary == null) {
      step = bindValues(instruction, context);
    }
    if (step == null) {
      Shapes.Whole whole = methods.find(instruction.op(), Shapes.Whole.class);
      if (whole == null) {
        // Decoded but not executed by this processor.
        return new SystemSteps.Raise(Vector.UD, 0);
      }
      step = new SystemSteps.Whole(whole, instruction);
    }
    return step;
  }

  private @Nullable Step bindStackRegisters(Instruction instruction) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    if (operands.length == 1) {
      Shapes.Slot slot = methods.find(op, Shapes.Slot.class);
      return slot == null ? null : new VectorSteps.StackRegister(slot, ((Operand.Stack) operands[0]).index());
    }
    Shapes.Slots slots = methods.find(op, Shapes.Slots.class);
    if (slots == null || !(operands[0] instanceof Operand.Stack first)
        || !(operands[1] instanceof Operand.Stack second)) {
      return null;
    }
    return new VectorSteps.StackRegisters(slots, first.index(), second.index());
  }

  private @Nullable Step bindXmm(Instruction instruction, int context) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    if (!(operands[0] instanceof Operand.Xmm destination)) {
      return bindFromXmm(instruction, context);
    }
    int index = destination.index();
    Operand second = operands.length > 1 ? operands[1] : operands[0];
    int immediate = operands.length > 2 && operands[2] instanceof Operand.Immediate third ? (int) third.value() : 0;
    Shapes.SlotsImmediate slotsImmediate = methods.find(op, Shapes.SlotsImmediate.class);
    if (slotsImmediate != null && isVector(second)) {
      return new VectorSteps.SlotsImmediate(slotsImmediate, index, xmm(second, instruction, context), immediate);
    }
    Shapes.SlotFromValue fromValue = methods.find(op, Shapes.SlotFromValue.class);
    if (fromValue != null) {
      return new VectorSteps.SlotFromValue(fromValue, index, place(second, context), immediate);
    }
    Shapes.Slots slots = methods.find(op, Shapes.Slots.class);
    if (slots != null && isVector(second)) {
      return new VectorSteps.Slots(slots, index, xmm(second, instruction, context));
    }
    if (destination.size() == 16) {
      return bindHalves(instruction, context, index, second);
    }
    return null;
  }

  private @Nullable Step bindHalves(Instruction instruction, int context, int index, Operand second) {
    Op op = instruction.op();
    Shapes.Lanes lanes = methods.find(op, Shapes.Lanes.class);
    if (lanes != null) {
      boolean whole = isVector(second) && second.size() == 16;
      return whole ? new VectorSteps.Halves(lanes, index, xmm(second, instruction, context))
          : new VectorSteps.HalvesWithValue(lanes, index, place(second, context));
    }
    Shapes.StatefulLanes stateful = methods.find(op, Shapes.StatefulLanes.class);
    return stateful == null ? null
        : new VectorSteps.FloatHalves(stateful, index, xmm(second, instruction, context));
  }

  /** The destination is no XMM register, the first source is one or as wide. */
  private @Nullable Step bindFromXmm(Instruction instruction, int context) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    Operand source = operands[1];
    int immediate = operands.length > 2 && operands[2] instanceof Operand.Immediate third ? (int) third.value() : 0;
    Shapes.ValueFromSlot fromSlot = methods.find(op, Shapes.ValueFromSlot.class);
    if (fromSlot != null) {
      return new VectorSteps.ValueFromSlot(fromSlot, place(operands[0], context), xmm(source, instruction, context),
          immediate);
    }
    Shapes.Slots slots = methods.find(op, Shapes.Slots.class);
    if (slots != null && operands[0] instanceof Operand.Memory && source instanceof Operand.Xmm register) {
      return new VectorSteps.SlotsToMemory(slots, xmm(operands[0], instruction, context), register.index());
    }
    return null;
  }

  private @Nullable Step bindValues(Instruction instruction, int context) {
    Operand[] operands = instruction.operands();
    for (Operand operand : operands) {
      if (operand instanceof Operand.Memory && operand.size() != 1 && operand.size() != 2 && operand.size() != 4
          && operand.size() != 8) {
        return null;
      }
      if (!isValue(operand)) {
        return null;
      }
    }
    return new ValueBinder(instruction, methods, place(operands, 0, context), place(operands, 1, context),
        place(operands, 2, context)).bind();
  }

  private static @Nullable Place place(Operand[] operands, int index, int context) {
    return index < operands.length ? place(operands[index], context) : null;
  }

  private static boolean isVector(Operand operand) {
    return operand instanceof Operand.Xmm || operand instanceof Operand.Memory;
  }

  private static boolean isValue(Operand operand) {
    return operand instanceof Operand.Register || operand instanceof Operand.Memory || operand instanceof Operand.Immediate
        || operand instanceof Operand.Mmx || operand instanceof Operand.Xmm xmm && xmm.size() <= 8;
  }

  private static XmmOperand xmm(Operand operand, Instruction instruction, int context) {
    if (operand instanceof Operand.Memory memory) {
      boolean aligned = instruction.alignment() == 16;
      // Of the count of a shift only the low half counts, but all of it is read.
      return new XmmOperand(new Address(memory, context), aligned ? 16 : memory.size(),
          aligned ? alignment(instruction.op()) : XmmOperand.Alignment.NONE);
    }
    return new XmmOperand(((Operand.Xmm) operand).index());
  }

  private static XmmOperand.Alignment alignment(Op op) {
    return switch (op) {
      case MOVAPS, MOVAPD, MOVDQA, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA -> XmmOperand.Alignment.ALWAYS;
      default -> XmmOperand.Alignment.UNLESS_MASKED;
    };
  }

  /** The place of an operand that is a value. */
  static Place place(Operand operand, int context) {
    if (operand instanceof Operand.Register register) {
      return register.highByte() ? new Place.HighByte(register.index()) : new Place.Register(register.index(), register.size());
    } else if (operand instanceof Operand.Memory memory) {
      return new Place.Memory(new Address(memory, context), memory.size());
    } else if (operand instanceof Operand.Immediate immediate) {
      return new Place.Constant(Bits.zeroExtend(immediate.value(), immediate.size()));
    } else if (operand instanceof Operand.Xmm xmm) {
      return new Place.LowXmm(xmm.index(), xmm.size(), xmm.zeroUpper());
    } else if (operand instanceof Operand.Mmx mmx) {
      return new Place.Mmx(mmx.index());
    }
    throw new AssertionError("no value: " + operand);
  }
}
