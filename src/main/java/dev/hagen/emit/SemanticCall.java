package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;

/** Emits calls of semantic methods that work on values alone and raise no faults; HotSpot inlines them. */
final class SemanticCall {
  private static final SemanticMethods METHODS = new SemanticMethods();
  /** Operations whose methods touch nothing but their operands and the flags. */
  private static final Set<Op> PURE = EnumSet.of(Op.ADC, Op.SBB, Op.ROL, Op.ROR, Op.RCL, Op.RCR, Op.SHL, Op.SHR, Op.SAR,
      Op.SHLD, Op.SHRD, Op.IMUL2, Op.IMUL3, Op.POPCNT, Op.TZCNT, Op.LZCNT, Op.MOVBE);

  private SemanticCall() {}

  /** Emits a call if there is a method for it; false, with nothing emitted, if not. */
  static boolean emit(Instruction instruction, InstructionEmitter emitter) {
    Op op = instruction.op();
    if (!PURE.contains(op)) {
      return false;
    }
    Operand[] operands = instruction.operands();
    boolean reads = op.access() != Op.Access.WRITE;
    int read = reads ? operands.length : operands.length - 1;
    Class<?> shape = switch (read) {
      case 1 -> Shapes.Unary.class;
      case 2 -> Shapes.Binary.class;
      case 3 -> Shapes.Ternary.class;
      default -> Shapes.Whole.class;
    };
    Method method = METHODS.method(op, shape);
    if (method == null || shape == Shapes.Whole.class) {
      return false;
    }
    boolean flags = (op.flagsWritten() | op.flagsUndefined()) != 0;
    emitter.call(Names.of(method), operands, reads ? 0 : 1, flags, op.access() != Op.Access.READ);
    return true;
  }
}
