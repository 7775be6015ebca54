package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;

import dev.hagen.decode.Check;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.X87;
import dev.hagen.semantics.X87Environment;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Emits x87 instructions: on locals where {@link X87Plan} says so, otherwise as calls of their semantic methods on the state.
 * Memory operands are found before, so that the unit leaves with nothing changed, and so it does if an exception is pending.
 */
final class X87Emitter {
  private static final int EXTENDED_SIZE = 10;

  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final MemoryEmitter memory;
  private final X87Pointers pointers;
  private final Registers registers;
  private final X87Stack stack;
  private final X87LocalEmitter locals;

  X87Emitter(UnitEmitter unit, Code code, FlagEmitter flags, MemoryEmitter memory, X87Pointers pointers,
      Registers registers, X87Stack stack) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.memory = memory;
    this.pointers = pointers;
    this.registers = registers;
    this.stack = stack;
    this.locals = new X87LocalEmitter(unit, code, flags, memory, stack);
  }

  /** Whether an instruction can be emitted; the execution context must not block the x87 unit. */
  static boolean canEmit(Instruction instruction, int codeSize) {
    Operand.Memory place = instruction.memory();
    return (instruction.checks() & Check.X87) != 0 && X87Environment.isRecorded(instruction)
        && (place == null ? method(instruction) != null
            : OperandEmitter.isReachable(place, codeSize) && (isTransfer(instruction.op()) || method(instruction) != null));
  }

  /** Whether an operation moves a number to memory, or an extended one from there: not by a method on values. */
  private static boolean isTransfer(Op op) {
    return switch (op) {
      case FLD_M80, FSTP_M80, FST_M32, FST_M64, FSTP_M32, FSTP_M64, FIST_M16, FIST_M32, FISTP_M16, FISTP_M32, FISTP_M64,
          FISTTP_M16, FISTTP_M32, FISTTP_M64 -> true;
      default -> false;
    };
  }

  private static @Nullable Method method(Instruction instruction) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    if (instruction.memory() != null) {
      return operands.length == 1 && operands[0].size() <= 8 ? SemanticMethods.method(op, Shapes.UnaryAction.class) : null;
    }
    for (Operand operand : operands) {
      if (!(operand instanceof Operand.Stack)) {
        return null;
      }
    }
    return switch (operands.length) {
      case 0 -> SemanticMethods.method(op, Shapes.Nullary.class);
      case 1 -> SemanticMethods.method(op, Shapes.Slot.class);
      default -> SemanticMethods.method(op, Shapes.Slots.class);
    };
  }

  /** Emits an instruction that {@link #canEmit} knows. */
  void emit(Instruction instruction, X87Plan.@Nullable Place place, Effects effects, long liveAfter) {
    if (place != null) {
      locals.emit(instruction, place.form());
    } else {
      registers.clean(effects.clean());
      stack.store();
      emitOnState(instruction);
      stack.load();
      registers.load(effects.writes() & liveAfter);
    }
    pointers.pass(instruction, unit.at(), memory);
  }

  private void emitOnState(Instruction instruction) {
    Op op = instruction.op();
    if (op.flagsRead() != 0 || StepUse.writesFlags(op)) {
      flags.store();
    }
    code.aload(Locals.CPU);
    Names.X87_STATUS.get(code.visitor());
    code.constant(X87.ERROR_SUMMARY);
    code.op(IAND);
    code.jump(IFNE, unit.miss());
    if (isTransfer(op)) {
      transfer(instruction);
    } else {
      call(instruction);
    }
    if (StepUse.writesFlags(op)) {
      flags.setInState();
    }
  }

  private void call(Instruction instruction) {
    Operand.Memory place = instruction.memory();
    if (place != null) {
      memory.locate(place, place.size(), false);
    }
    code.aload(Locals.CPU);
    if (place != null) {
      memory.load(place.size());
      code.constant(place.size());
    }
    for (Operand operand : instruction.operands()) {
      if (operand instanceof Operand.Stack register) {
        code.constant(register.index());
      }
    }
    Names.of(Objects.requireNonNull(method(instruction))).call(code.visitor());
  }

  private void transfer(Instruction instruction) {
    Operand.Memory place = Objects.requireNonNull(instruction.memory());
    Op op = instruction.op();
    if (op == Op.FLD_M80) {
      loadExtended(place);
      return;
    }
    if (op == Op.FSTP_M80) {
      memory.locateUnlike(place, EXTENDED_SIZE, true);
    } else {
      memory.locate(place, place.size(), true);
    }
    code.aload(Locals.CPU);
    code.lload(Locals.OFFSET);
    if (op == Op.FSTP_M80) {
      Names.STORE_EXTENDED.call(code.visitor());
      return;
    }
    code.constant(place.size());
    switch (op) {
      case FST_M32, FST_M64, FSTP_M32, FSTP_M64 -> {
        code.constant(op == Op.FSTP_M32 || op == Op.FSTP_M64 ? 1 : 0);
        Names.STORE_REAL.call(code.visitor());
      }
      case FISTTP_M16, FISTTP_M32, FISTTP_M64 -> {
        code.constant(1);
        code.constant(1);
        Names.STORE_INTEGER.call(code.visitor());
      }
      default -> {
        code.constant(0);
        code.constant(op == Op.FIST_M16 || op == Op.FIST_M32 ? 0 : 1);
        Names.STORE_INTEGER.call(code.visitor());
      }
    }
  }

  private void loadExtended(Operand.Memory place) {
    memory.locateUnlike(place, EXTENDED_SIZE, false);
    code.aload(Locals.CPU);
    code.lload(Locals.OFFSET);
    code.constant((long) Long.BYTES);
    code.op(LADD);
    memory.loadFrom(Short.BYTES);
    code.op(L2I);
    memory.load(Long.BYTES);
    Names.LOAD_EXTENDED.call(code.visitor());
  }
}
