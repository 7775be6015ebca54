package dev.hagen.interpret;

import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.semantics.Shapes;
import dev.hagen.util.Bits;
import org.jspecify.annotations.Nullable;

/** Chooses the steps of their own that the most frequent instructions have. */
final class FrequentSteps {
  private FrequentSteps() {}

  /** The step, or null if the instruction has none of its own. */
  static @Nullable Step bind(Instruction instruction, int context, SemanticMethods methods) {
    Step step = switch (instruction.op()) {
      case MOV -> move(instruction, context);
      case MOVZX -> load(instruction, context, false);
      case MOVSX, MOVSXD -> load(instruction, context, true);
      case LEA -> lea(instruction, context);
      case JCC, JMP, CALL, RET, PUSH, POP -> flow(instruction, context);
      case NOP -> new MoveSteps.Nothing();
      default -> null;
    };
    return step != null ? step : arithmetic(instruction, context, methods);
  }

  /** Whether {@code operand} is a general register of which masking the whole slot is enough. */
  static boolean isWide(Operand operand) {
    return operand instanceof Operand.Register register && register.size() >= 4;
  }

  /** Whether {@code operand} is a general register, or the low part of one. */
  static boolean isLow(Operand operand) {
    return operand instanceof Operand.Register register && !register.highByte();
  }

  private static Step move(Instruction instruction, int context) {
    Operand destination = instruction.operand(0);
    Operand source = instruction.operand(1);
    if (isWide(destination)) {
      int index = ((Operand.Register) destination).index();
      if (source instanceof Operand.Register from) {
        return new MoveSteps.RegisterRegister(index, from.index(), Bits.mask(destination.size()));
      }
      if (source instanceof Operand.Immediate constant) {
        return new MoveSteps.RegisterConstant(index, Bits.zeroExtend(constant.value(), destination.size()));
      }
      if (source instanceof Operand.Memory memory) {
        return MoveSteps.load(index, new Address(memory, context), memory.size());
      }
    }
    if (destination instanceof Operand.Memory memory) {
      Address address = new Address(memory, context);
      if (source instanceof Operand.Register from && !from.highByte()) {
        return MoveSteps.store(address, from.index(), memory.size());
      }
      if (source instanceof Operand.Immediate constant) {
        return new MoveSteps.StoreConstant(address, constant.value(), memory.size());
      }
    }
    return new MoveSteps.PlaceToPlace(Binder.place(destination, context), Binder.place(source, context));
  }

  private static @Nullable Step load(Instruction instruction, int context, boolean signed) {
    if (!isWide(instruction.operand(0))) {
      return null;
    }
    Operand.Register destination = (Operand.Register) instruction.operand(0);
    Operand source = instruction.operand(1);
    if (source instanceof Operand.Memory memory) {
      Address address = new Address(memory, context);
      return signed ? new MoveSteps.LoadSigned(destination.index(), address, memory.size(), Bits.mask(destination.size()))
          : MoveSteps.load(destination.index(), address, memory.size());
    }
    if (!isLow(source)) {
      return null;
    }
    int from = ((Operand.Register) source).index();
    return signed ? new MoveSteps.SignedRegister(destination.index(), from, source.size(), Bits.mask(destination.size()))
        : new MoveSteps.RegisterRegister(destination.index(), from, Bits.mask(source.size()));
  }

  private static @Nullable Step lea(Instruction instruction, int context) {
    if (!isWide(instruction.operand(0))) {
      return null;
    }
    Operand.Register destination = (Operand.Register) instruction.operand(0);
    Operand.Memory memory = (Operand.Memory) instruction.operand(1);
    return new MoveSteps.Lea(destination.index(), new Address(memory, context), Bits.mask(destination.size()));
  }

  private static @Nullable Step flow(Instruction instruction, int context) {
    return switch (flowSize(instruction, context)) {
      case 8 -> flow64(instruction);
      case 4 -> flow32(instruction);
      default -> null;
    };
  }

  /**
   * The size of the instruction pointer and the stack pointer for a transfer or stack operation without segmentation: 8 in 64-bit
   * mode, 4 with flat 32-bit segments; else 0.
   */
  static int flowSize(Instruction instruction, int context) {
    int codeSize = ExecutionContext.codeSize(context);
    if (codeSize == 8 && instruction.operandSize() == 8) {
      return 8;
    }
    boolean flat32 = codeSize == 4 && ExecutionContext.isFlat(context) && ExecutionContext.stackSize(context) == 4;
    return flat32 && instruction.operandSize() == 4 ? 4 : 0;
  }

  private static @Nullable Step flow64(Instruction instruction) {
    Operand operand = instruction.operands().length == 0 ? null : instruction.operand(0);
    return switch (instruction.op()) {
      case JCC -> new FlowSteps.ConditionalJump64(instruction.condition(), displacement(operand));
      case JMP -> operand instanceof Operand.Relative ? new FlowSteps.Jump64(displacement(operand)) : null;
      case CALL -> operand instanceof Operand.Relative ? new FlowSteps.Call64(displacement(operand)) : null;
      case RET -> new FlowSteps.Return64(released(operand));
      case PUSH -> operand instanceof Operand.Register register ? new FlowSteps.Push64(register.index()) : null;
      case POP -> operand instanceof Operand.Register register ? new FlowSteps.Pop64(register.index()) : null;
      default -> null;
    };
  }

  private static @Nullable Step flow32(Instruction instruction) {
    Operand operand = instruction.operands().length == 0 ? null : instruction.operand(0);
    return switch (instruction.op()) {
      case JCC -> new FlowSteps.ConditionalJump32(instruction.condition(), displacement(operand));
      case JMP -> operand instanceof Operand.Relative ? new FlowSteps.Jump32(displacement(operand)) : null;
      case CALL -> operand instanceof Operand.Relative ? new FlowSteps.Call32(displacement(operand)) : null;
      case RET -> new FlowSteps.Return32(released(operand));
      case PUSH -> operand instanceof Operand.Register register ? new FlowSteps.Push32(register.index()) : null;
      case POP -> operand instanceof Operand.Register register ? new FlowSteps.Pop32(register.index()) : null;
      default -> null;
    };
  }

  private static long displacement(@Nullable Operand operand) {
    return operand instanceof Operand.Relative relative ? relative.displacement() : 0;
  }

  private static long released(@Nullable Operand operand) {
    return operand instanceof Operand.Immediate immediate ? immediate.value() : 0;
  }

  private static @Nullable Step arithmetic(Instruction instruction, int context, SemanticMethods methods) {
    Operand[] operands = instruction.operands();
    Op op = instruction.op();
    if (operands.length == 1 && isWide(operands[0]) && op.access() == Op.Access.READ_WRITE) {
      Shapes.Unary unary = methods.find(op, Shapes.Unary.class);
      return unary == null ? null : new AluSteps.OneRegister(unary, ((Operand.Register) operands[0]).index(),
          operands[0].size(), Bits.mask(operands[0].size()));
    }
    if (operands.length != 2) {
      return null;
    }
    int size = operands[0].size();
    if (op.access() == Op.Access.READ) {
      return compare(op, operands, size, context);
    }
    return op.access() == Op.Access.READ_WRITE ? modify(op, operands, size, context, methods) : null;
  }

  private static @Nullable Step compare(Op op, Operand[] operands, int size, int context) {
    Operand second = operands[1];
    if (isLow(operands[0])) {
      int first = ((Operand.Register) operands[0]).index();
      if (isLow(second) && second.size() == size) {
        return RegisterSteps.compare(op, first, ((Operand.Register) second).index(), size);
      }
      return second instanceof Operand.Immediate constant ? RegisterSteps.compare(op, first, constant.value(), size) : null;
    }
    return operands[0] instanceof Operand.Memory memory && second instanceof Operand.Immediate constant
        ? RegisterSteps.compare(op, new Address(memory, context), constant.value(), size) : null;
  }

  private static @Nullable Step modify(Op op, Operand[] operands, int size, int context, SemanticMethods methods) {
    if (isWide(operands[0])) {
      int destination = ((Operand.Register) operands[0]).index();
      Step step = operands[1] instanceof Operand.Immediate constant
          ? RegisterSteps.modify(op, destination, constant.value(), size)
          : isWide(operands[1]) && operands[1].size() == size
              ? RegisterSteps.modify(op, destination, ((Operand.Register) operands[1]).index(), size) : null;
      if (step != null) {
        return step;
      }
    }
    Shapes.Binary binary = methods.find(op, Shapes.Binary.class);
    return binary == null ? null : modify(operands, size, binary, context);
  }

  private static @Nullable Step modify(Operand[] operands, int size, Shapes.Binary binary, int context) {
    long mask = size <= 8 ? Bits.mask(size) : 0;
    boolean wideSource = isWide(operands[1]) && operands[1].size() == size;
    if (isWide(operands[0])) {
      int destination = ((Operand.Register) operands[0]).index();
      if (wideSource) {
        return new AluSteps.RegisterRegister(binary, destination, ((Operand.Register) operands[1]).index(), size, mask);
      }
      if (operands[1] instanceof Operand.Immediate constant) {
        return new AluSteps.RegisterConstant(binary, destination, constant.value(), size, mask);
      }
      if (operands[1] instanceof Operand.Memory memory && memory.size() == size) {
        return new AluSteps.RegisterMemory(binary, destination, new Address(memory, context), size, mask);
      }
      return null;
    }
    if (operands[0] instanceof Operand.Memory memory && wideSource) {
      return new AluSteps.MemoryRegister(binary, new Address(memory, context), ((Operand.Register) operands[1]).index(),
          size, mask);
    }
    return null;
  }
}
