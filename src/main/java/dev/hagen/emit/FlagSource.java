package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LSUB;

import dev.hagen.decode.Operand;
import dev.hagen.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * How the operands of the flags in force follow from guest registers as they are now. Where that is known, ways out of a unit
 * compute the operands, so that nothing but the registers has to be kept for them, through loops above all.
 *
 * @param kind the flags' kind, one without a third operand
 */
record FlagSource(int kind, Term a, Term b) {
  /** A value, zero-extended from the size of the operation. */
  sealed interface Term {
    /** The general registers that it depends on, as {@link Slots}. */
    long registers();

    /** Pushes it; {@code codeSize} is the width of a register. */
    void push(Code code, int codeSize);
  }

  record Constant(long value) implements Term {
    @Override
    public long registers() {
      return 0;
    }

    @Override
    public void push(Code code, int codeSize) {
      code.constant(value);
    }
  }

  /** The low bytes of a register. */
  record Register(int index, int size) implements Term {
    @Override
    public long registers() {
      return Slots.general(index);
    }

    @Override
    public void push(Code code, int codeSize) {
      code.lload(Locals.register(index));
      if (size < codeSize) {
        code.zeroExtend(size);
      }
    }
  }

  /** What was in a register before {@code operand} was added to it, or subtracted from it. */
  record Before(Register result, Term operand, boolean added) implements Term {
    @Override
    public long registers() {
      return result.registers() | operand.registers();
    }

    @Override
    public void push(Code code, int codeSize) {
      result.push(code, codeSize);
      operand.push(code, codeSize);
      code.op(added ? LSUB : LADD);
      code.zeroExtend(result.size);
    }
  }

  /** The value of an operand, if that is a constant or can be read from one register. */
  static @Nullable Term term(Operand operand) {
    if (operand instanceof Operand.Immediate immediate) {
      return new Constant(Bits.zeroExtend(immediate.value(), immediate.size()));
    } else if (operand instanceof Operand.Register register && !register.highByte()) {
      return new Register(register.index(), register.size());
    }
    return null;
  }

  /** The general registers that the operands depend on, as {@link Slots}. */
  long registers() {
    return a.registers() | b.registers();
  }
}
