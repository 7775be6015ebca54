package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.interpret.SemanticMethods;
import dev.hagen.semantics.Shapes;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Emits calls of semantic methods that work on values alone and raise no faults; HotSpot inlines them. */
final class SemanticCall {
  /** Operations whose methods touch nothing but their operands and the flags. */
  private static final Set<Op> PURE = EnumSet.of(Op.ADD, Op.SUB, Op.AND, Op.OR, Op.XOR, Op.CMP, Op.TEST, Op.INC,
      Op.DEC, Op.NEG, Op.NOT, Op.BSWAP, Op.ADC, Op.SBB, Op.ROL, Op.ROR, Op.RCL, Op.RCR, Op.SHL, Op.SHR, Op.SAR, Op.SHLD,
      Op.SHRD, Op.IMUL2, Op.IMUL3, Op.POPCNT, Op.TZCNT, Op.LZCNT, Op.MOVBE);

  private SemanticCall() {}

  /** Whether there is a method for the instruction. */
  static boolean canEmit(Instruction instruction) {
    return method(instruction) != null;
  }

  private static @Nullable Method method(Instruction instruction) {
    Op op = instruction.op();
    if (!PURE.contains(op)) {
      return null;
    }
    return switch (firstRead(op) == 0 ? instruction.operands().length : instruction.operands().length - 1) {
      case 1 -> SemanticMethods.method(op, Shapes.Unary.class);
      case 2 -> SemanticMethods.method(op, op.access() == Op.Access.READ ? Shapes.BinaryAction.class : Shapes.Binary.class);
      case 3 -> SemanticMethods.method(op, Shapes.Ternary.class);
      default -> null;
    };
  }

  private static int firstRead(Op op) {
    return op.access() == Op.Access.WRITE ? 1 : 0;
  }

  /** Emits the call. */
  static void emit(Instruction instruction, InstructionEmitter emitter) {
    Method method = Objects.requireNonNull(method(instruction));
    emitter.call(Names.of(method), instruction.op(), instruction.operands());
  }
}
