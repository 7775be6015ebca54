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
      default -> null;
    };
    return step != null ? step : arithmetic(instruction, context, methods);
  }

  /** Whether {@code operand} is a general register of which masking the whole slot is enough. */
  private static boolean isWide(Operand operand) {
    return operand instanceof Operand.Register register && register.size() >= 4;
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
        return new MoveSteps.Load(index, new Address(memory, context), memory.size());
      }
    }
    if (destination instanceof Operand.Memory memory && source instanceof Operand.Register from && !from.highByte()) {
      return new MoveSteps.Store(new Address(memory, context), from.index(), memory.size());
    }
    return new MoveSteps.PlaceToPlace(Binder.place(destination, context), Binder.place(source, context));
  }

  private static @Nullable Step load(Instruction instruction, int context, boolean signed) {
    if (!isWide(instruction.operand(0)) || !(instruction.operand(1) instanceof Operand.Memory memory)) {
      return null;
    }
    Operand.Register destination = (Operand.Register) instruction.operand(0);
    Address address = new Address(memory, context);
    return signed ? new MoveSteps.LoadSigned(destination.index(), address, memory.size(), Bits.mask(destination.size()))
        : new MoveSteps.Load(destination.index(), address, memory.size());
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
    int codeSize = ExecutionContext.codeSize(context);
    if (codeSize == 8 && instruction.operandSize() == 8) {
      return flow64(instruction);
    }
    boolean flat32 = codeSize == 4 && ExecutionContext.isFlat(context) && ExecutionContext.stackSize(context) == 4;
    return flat32 && instruction.operandSize() == 4 ? flow32(instruction) : null;
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
      Shapes.BinaryAction action = methods.find(op, Shapes.BinaryAction.class);
      return action == null ? null : compare(operands, size, action);
    }
    Shapes.Binary binary = op.access() == Op.Access.READ_WRITE ? methods.find(op, Shapes.Binary.class) : null;
    return binary == null ? null : modify(operands, size, binary, context);
  }

  private static @Nullable Step compare(Operand[] operands, int size, Shapes.BinaryAction action) {
    if (!isWide(operands[0])) {
      return null;
    }
    int first = ((Operand.Register) operands[0]).index();
    if (isWide(operands[1]) && operands[1].size() == size) {
      return new AluSteps.CompareRegisters(action, first, ((Operand.Register) operands[1]).index(), size,
          Bits.mask(size));
    }
    if (operands[1] instanceof Operand.Immediate constant) {
      return new AluSteps.CompareConstant(action, first, constant.value(), size, Bits.mask(size));
    }
    return null;
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
