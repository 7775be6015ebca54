package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.I2S;
import static org.objectweb.asm.Opcodes.IAND;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.IXOR;
import static org.objectweb.asm.Opcodes.L2I;
import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LSHR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import java.util.Objects;

/**
 * Emits x87 instructions that compute on locals: {@link X87Form}. Memory operands are found before anything changes, so that
 * the unit may leave.
 */
final class X87LocalEmitter {
  private static final int EXTENDED_SIZE = 10;
  private static final int SIGN = 0x8000;
  private static final int ONE_SIGN_EXPONENT = 0x3FFF;

  private final UnitEmitter unit;
  private final Code code;
  private final FlagEmitter flags;
  private final MemoryEmitter memory;
  private final X87Stack stack;

  X87LocalEmitter(UnitEmitter unit, Code code, FlagEmitter flags, MemoryEmitter memory, X87Stack stack) {
    this.unit = unit;
    this.code = code;
    this.flags = flags;
    this.memory = memory;
    this.stack = stack;
  }

  void emit(Instruction instruction, X87Form form) {
    if (stack.check()) {
      stack.emitCheck(unit.x87Requirement(), unit.miss());
    }
    Operand.Memory place = instruction.memory();
    if (place != null) {
      boolean writes = form.kind() == X87Form.Kind.STORE_REAL || form.kind() == X87Form.Kind.STORE_INTEGER
          || form.kind() == X87Form.Kind.STORE_EXTENDED;
      if (place.size() == EXTENDED_SIZE) {
        memory.locateUnlike(place, EXTENDED_SIZE, writes);
      } else {
        memory.locate(place, place.size(), writes);
      }
    }
    int top = stack.number(0);
    int other = stack.number(form.other());
    switch (form.kind()) {
      case LOAD, LOAD_ONE, LOAD_ZERO, LOAD_EXTENDED, LOAD_INTEGER, LOAD_REAL -> load(instruction, form, stack.number(-1));
      case STORE -> {
        copy(top, other);
        stack.clearC1();
      }
      case EXCHANGE -> exchange(top, other);
      case ABSOLUTE, NEGATE -> changeSign(top, form.kind() == X87Form.Kind.NEGATE);
      case STORE_EXTENDED -> storeExtended(top);
      case STORE_REAL -> storeReal(top, Objects.requireNonNull(place).size());
      case STORE_INTEGER -> storeInteger(instruction, top);
      case ROOT -> {
        code.aload(Locals.CPU);
        push(top);
        ExtendedNames.ROOT.call(code.visitor());
        popResult(top);
      }
      case ARITHMETIC -> arithmetic(instruction);
      case ARITHMETIC_REAL, ARITHMETIC_INTEGER -> arithmeticOnMemory(instruction, form, top);
      case COMPARE, COMPARE_TO_FLAGS, COMPARE_REAL -> compare(instruction, form, top, other);
    }
    stack.pass(instruction, form);
  }

  // Values.

  private void push(int number) {
    code.iload(Locals.signExponent(number));
    code.lload(Locals.significand(number));
  }

  private void pop(int number) {
    code.lstore(Locals.significand(number));
    code.local(ISTORE, Locals.signExponent(number));
  }

  private void copy(int from, int to) {
    if (from != to) {
      push(from);
      pop(to);
    }
  }

  /** Takes what a method has returned, which has also said what C1 is. */
  private void popResult(int number) {
    code.lstore(Locals.significand(number));
    code.aload(Locals.CPU);
    ExtendedNames.SIGN_EXPONENT.get(code.visitor());
    code.local(ISTORE, Locals.signExponent(number));
    stack.setC1();
  }

  /** Pushes the number in memory, which it loads. */
  private void pushMemory(Instruction instruction, boolean integer) {
    fetch(instruction, integer);
    code.lload(Locals.SOURCE_LOW);
    if (integer) {
      ExtendedNames.INTEGER_SIGN_EXPONENT.call(code.visitor());
      code.lload(Locals.SOURCE_LOW);
      ExtendedNames.INTEGER_SIGNIFICAND.call(code.visitor());
    } else {
      int size = Objects.requireNonNull(instruction.memory()).size();
      code.constant(size);
      ExtendedNames.REAL_SIGN_EXPONENT.call(code.visitor());
      code.lload(Locals.SOURCE_LOW);
      code.constant(size);
      ExtendedNames.REAL_SIGNIFICAND.call(code.visitor());
    }
  }

  private void fetch(Instruction instruction, boolean signed) {
    int size = Objects.requireNonNull(instruction.memory()).size();
    memory.load(size);
    if (signed && size < Long.BYTES) {
      code.shiftUp(size);
      code.constant(Long.SIZE - Byte.SIZE * size);
      code.op(LSHR);
    }
    code.lstore(Locals.SOURCE_LOW);
  }

  // Loads and moves.

  private void load(Instruction instruction, X87Form form, int to) {
    switch (form.kind()) {
      case LOAD -> copy(stack.number(form.other()), to);
      case LOAD_ONE -> {
        code.constant(ONE_SIGN_EXPONENT);
        code.constant(Long.MIN_VALUE);
        pop(to);
      }
      case LOAD_ZERO -> {
        code.constant(0);
        code.constant(0L);
        pop(to);
      }
      case LOAD_EXTENDED -> {
        memory.load(Long.BYTES);
        code.lstore(Locals.significand(to));
        code.lload(Locals.OFFSET);
        code.constant((long) Long.BYTES);
        code.op(LADD);
        memory.loadFrom(Short.BYTES);
        code.op(L2I);
        code.local(ISTORE, Locals.signExponent(to));
      }
      case LOAD_INTEGER -> {
        pushMemory(instruction, true);
        pop(to);
      }
      default -> {
        int size = Objects.requireNonNull(instruction.memory()).size();
        code.aload(Locals.CPU);
        memory.load(size);
        code.constant(size);
        ExtendedNames.LOAD.call(code.visitor());
        popResult(to);
        return;
      }
    }
    stack.clearC1();
  }

  private void exchange(int a, int b) {
    push(a);
    push(b);
    pop(a);
    pop(b);
    stack.clearC1();
  }

  private void changeSign(int number, boolean negates) {
    code.iload(Locals.signExponent(number));
    code.constant(negates ? SIGN : ~SIGN);
    code.op(negates ? IXOR : IAND);
    code.local(ISTORE, Locals.signExponent(number));
    stack.clearC1();
  }

  // Stores.

  private void storeExtended(int from) {
    code.lload(Locals.significand(from));
    code.lstore(Locals.SOURCE_LOW);
    memory.store(Locals.SOURCE_LOW, Long.BYTES);
    code.lload(Locals.OFFSET);
    code.constant((long) Long.BYTES);
    code.op(LADD);
    code.lstore(Locals.RAW);
    memory.pushPlace(Locals.RAW);
    code.iload(Locals.signExponent(from));
    code.op(I2S);
    UnsafeNames.PUT_SHORT.call(code.visitor());
    stack.clearC1();
  }

  private void storeReal(int from, int size) {
    code.aload(Locals.CPU);
    code.iload(Locals.X87_MODE);
    push(from);
    code.constant(size);
    ExtendedNames.STORE.call(code.visitor());
    code.lstore(Locals.SOURCE_LOW);
    memory.store(Locals.SOURCE_LOW, size);
    stack.setC1();
  }

  private void storeInteger(Instruction instruction, int from) {
    int size = Objects.requireNonNull(instruction.memory()).size();
    Op op = instruction.op();
    boolean truncates = op == Op.FISTTP_M16 || op == Op.FISTTP_M32 || op == Op.FISTTP_M64;
    code.aload(Locals.CPU);
    push(from);
    code.constant(size);
    code.constant(truncates ? 1 : 0);
    ExtendedNames.STORE_INTEGER.call(code.visitor());
    code.lstore(Locals.SOURCE_LOW);
    memory.store(Locals.SOURCE_LOW, size);
    stack.setC1();
  }

  // Arithmetic.

  private void arithmetic(Instruction instruction) {
    int to = stack.number(X87Form.destination(instruction));
    int from = stack.number(((Operand.Stack) instruction.operand(1)).index());
    Op op = instruction.op();
    boolean reverse = switch (op) {
      case FSUBR, FSUBRP, FDIVR, FDIVRP -> true;
      default -> false;
    };
    begin(op);
    push(reverse ? from : to);
    push(reverse ? to : from);
    end(op, to);
  }

  private void arithmeticOnMemory(Instruction instruction, X87Form form, int top) {
    boolean integer = form.kind() == X87Form.Kind.ARITHMETIC_INTEGER;
    Op op = instruction.op();
    boolean reverse = switch (op) {
      case FSUBR_M32, FSUBR_M64, FISUBR_M16, FISUBR_M32, FDIVR_M32, FDIVR_M64, FIDIVR_M16, FIDIVR_M32 -> true;
      default -> false;
    };
    begin(op);
    if (!reverse) {
      push(top);
    }
    pushMemory(instruction, integer);
    if (reverse) {
      push(top);
    }
    end(op, top);
  }

  private void begin(Op op) {
    code.aload(Locals.CPU);
    if (!isQuotient(op)) {
      code.iload(Locals.X87_MODE);
    }
  }

  private void end(Op op, int to) {
    if (isQuotient(op)) {
      ExtendedNames.DIVIDE.call(code.visitor());
    } else if (isProduct(op)) {
      ExtendedNames.MULTIPLY.call(code.visitor());
    } else {
      code.constant(isSum(op) ? 0 : SIGN);
      ExtendedNames.ADD.call(code.visitor());
    }
    popResult(to);
  }

  private static boolean isQuotient(Op op) {
    return switch (op) {
      case FDIV, FDIVP, FDIVR, FDIVRP, FDIV_M32, FDIV_M64, FDIVR_M32, FDIVR_M64, FIDIV_M16, FIDIV_M32, FIDIVR_M16,
          FIDIVR_M32 -> true;
      default -> false;
    };
  }

  private static boolean isProduct(Op op) {
    return switch (op) {
      case FMUL, FMULP, FMUL_M32, FMUL_M64, FIMUL_M16, FIMUL_M32 -> true;
      default -> false;
    };
  }

  private static boolean isSum(Op op) {
    return switch (op) {
      case FADD, FADDP, FADD_M32, FADD_M64, FIADD_M16, FIADD_M32 -> true;
      default -> false;
    };
  }

  // Comparisons.

  private void compare(Instruction instruction, X87Form form, int top, int other) {
    boolean toFlags = form.kind() == X87Form.Kind.COMPARE_TO_FLAGS;
    boolean quiet = switch (instruction.op()) {
      case FUCOM, FUCOMP, FUCOMPP, FUCOMI, FUCOMIP -> true;
      default -> false;
    };
    if (toFlags) {
      flags.store();
    }
    code.aload(Locals.CPU);
    push(top);
    if (form.kind() == X87Form.Kind.COMPARE_REAL) {
      pushMemory(instruction, false);
    } else {
      push(other);
    }
    code.constant(quiet ? 1 : 0);
    if (toFlags) {
      // C1 stays as it is.
      ExtendedNames.COMPARE_TO_FLAGS.call(code.visitor());
      flags.setInState();
    } else {
      ExtendedNames.COMPARE.call(code.visitor());
      stack.setC1();
    }
  }
}
