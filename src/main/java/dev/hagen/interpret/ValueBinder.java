package dev.hagen.interpret;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.Shapes;
import dev.hagen.semantics.SseExceptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Chooses the step for an operation whose operands are all values. */
final class ValueBinder {
  private final Op op;
  private final SemanticMethods methods;
  private final Op.Access access;
  private final int count;
  private final int size;
  /** A floating-point result counts only once its exceptions have been raised. */
  private final boolean floating;
  private final @Nullable Place first;
  private final @Nullable Place second;
  private final @Nullable Place third;

  ValueBinder(Instruction instruction, SemanticMethods methods, @Nullable Place first, @Nullable Place second,
      @Nullable Place third) {
    Operand[] operands = instruction.operands();
    this.op = instruction.op();
    this.methods = methods;
    this.access = op.access();
    this.count = operands.length;
    this.size = operands[0].size();
    this.floating = SseExceptions.mayRaise(op);
    this.first = first;
    this.second = second;
    this.third = third;
  }

  /** The step, or null if no method has a fitting shape. */
  @Nullable Step bind() {
    return switch (access) {
      case READ -> bindRead();
      case WRITE -> bindWrite();
      case READ_WRITE -> bindReadWrite();
    };
  }

  private Place first() {
    return Objects.requireNonNull(first);
  }

  private Place second() {
    return Objects.requireNonNull(second);
  }

  private Place third() {
    return Objects.requireNonNull(third);
  }

  private @Nullable Step bindRead() {
    if (count == 1) {
      Shapes.UnaryAction unary = methods.find(op, Shapes.UnaryAction.class);
      return unary == null ? null : new ValueSteps.Act(unary, first(), size);
    }
    Shapes.BinaryAction binary = count == 2 ? methods.find(op, Shapes.BinaryAction.class) : null;
    return binary == null ? null : new ValueSteps.ActBinary(binary, first(), second(), size);
  }

  private @Nullable Step bindWrite() {
    if (count == 1) {
      Shapes.Produce produce = methods.find(op, Shapes.Produce.class);
      return produce == null ? null : new ValueSteps.Produce(produce, first(), size);
    }
    if (count == 2) {
      Shapes.Unary unary = methods.find(op, Shapes.Unary.class);
      if (unary != null) {
        return floating ? new FloatSteps.Assign(unary, first(), second(), size)
            : new ValueSteps.Assign(unary, first(), second(), size);
      }
      return bindLanes();
    }
    Shapes.Binary binary = methods.find(op, Shapes.Binary.class);
    return binary == null ? null : new ValueSteps.AssignBinary(binary, first(), second(), third(), size);
  }

  private @Nullable Step bindReadWrite() {
    if (count == 1) {
      Shapes.Unary unary = methods.find(op, Shapes.Unary.class);
      return unary == null ? null : new ValueSteps.Modify(unary, first(), size);
    }
    if (count == 3) {
      Shapes.Ternary ternary = methods.find(op, Shapes.Ternary.class);
      if (ternary == null) {
        return null;
      }
      return floating ? new FloatSteps.ModifyTernary(ternary, first(), second(), third(), size)
          : new ValueSteps.ModifyTernary(ternary, first(), second(), third(), size);
    }
    Shapes.Binary binary = methods.find(op, Shapes.Binary.class);
    if (binary != null) {
      return floating ? new FloatSteps.ModifyBinary(binary, first(), second(), size)
          : new ValueSteps.ModifyBinary(binary, first(), second(), size);
    }
    return bindLanes();
  }

  /** A packed operation on MMX registers. */
  private @Nullable Step bindLanes() {
    Shapes.Lanes lanes = methods.find(op, Shapes.Lanes.class);
    if (lanes != null) {
      return new UnitSteps.MmxLanes(lanes, first(), second());
    }
    return null;
  }
}
