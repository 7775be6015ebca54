package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.LAND;
import static org.objectweb.asm.Opcodes.LOR;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import java.util.Objects;

/** Emits SSE instructions that have bytecode of their own: {@link XmmForm} says which. */
final class XmmEmitter {
  private final Code code;
  private final MemoryEmitter memory;
  private final OperandEmitter general;
  private final XmmRegisters registers;
  private final XmmOperands operands;
  private final HalfwiseEmitter halfwise;
  private final XmmCall calls;
  private final FloatEmitter floats;
  private final FloatComparisonEmitter comparisons;
  private final FloatConversionEmitter conversions;

  XmmEmitter(UnitEmitter unit, Code code, FlagEmitter flags, MemoryEmitter memory, OperandEmitter general, Registers all,
      XmmRegisters registers, NormalHalves normal) {
    this.code = code;
    this.memory = memory;
    this.general = general;
    this.registers = registers;
    this.operands = new XmmOperands(code, memory, general, registers);
    this.halfwise = new HalfwiseEmitter(code, operands);
    this.calls = new XmmCall(code, flags, all, general, operands);
    CarefulSites sites = new CarefulSites(unit, code, operands, normal);
    this.floats = new FloatEmitter(code, operands, sites);
    this.comparisons = new FloatComparisonEmitter(code, flags, operands, sites);
    this.conversions = new FloatConversionEmitter(code, general, operands, sites);
  }

  /** Emits an instruction; false, with nothing emitted, if it has no bytecode of its own. */
  boolean emit(Instruction instruction) {
    XmmForm form = XmmForm.of(instruction);
    Operand.Memory place = instruction.memory();
    if (form == null) {
      return false;
    }
    if (place != null) {
      prepare(instruction, place);
    }
    switch (form.kind()) {
      case WHOLE -> moveWhole(instruction.operand(0), instruction.operand(1));
      case SCALAR -> moveScalar(instruction.operand(0), instruction.operand(1));
      case SELECT -> select(instruction);
      case LANES -> halfwise.emit(instruction, false);
      case COUNT -> halfwise.emit(instruction, true);
      case MASK -> mask(instruction);
      case CALL -> calls.emit(instruction, form);
      case FLOAT -> floats.emit(instruction, Objects.requireNonNull(FloatForm.of(instruction.op())));
      case ORDER -> comparisons.order(instruction);
      case COMPARE -> comparisons.compare(instruction);
      case FROM_INTEGER -> conversions.fromInteger(instruction);
      case TO_INTEGER -> conversions.toInteger(instruction);
      case WIDEN -> conversions.widen(instruction);
      case NARROW -> conversions.narrow(instruction);
    }
    return true;
  }

  /** Finds the place of the memory operand; leaves if it is not aligned as it must be. */
  private void prepare(Instruction instruction, Operand.Memory place) {
    boolean write = instruction.operand(0) == place && instruction.op().access() != Op.Access.READ;
    if (instruction.alignment() == 16) {
      memory.locateAligned(place, 16, write);
    } else {
      memory.locate(place, place.size(), write);
    }
  }

  private void moveWhole(Operand to, Operand from) {
    for (int half = 0; half < 2; half++) {
      moveHalf(to, half, from, half);
    }
  }

  /** Moves eight bytes; at least one operand is an XMM register. */
  private void moveHalf(Operand to, int toHalf, Operand from, int fromHalf) {
    if (to instanceof Operand.Xmm destination) {
      if (operands.isDouble(from, fromHalf)) {
        operands.pushDouble(from, fromHalf);
        registers.popDouble(destination.index(), toHalf);
      } else {
        operands.pushLong(from, fromHalf);
        registers.popLong(destination.index(), toHalf);
      }
    } else if (to instanceof Operand.Memory) {
      operands.pushPlace(toHalf);
      code.lstore(Locals.RAW);
      memory.pushPlace(Locals.RAW);
      operands.pushLong(from, fromHalf);
      UnsafeNames.PUT_LONG.call(code.visitor());
    } else {
      operands.pushLong(from, fromHalf);
      general.pop(to);
    }
  }

  private void moveScalar(Operand to, Operand from) {
    int size = Math.min(to.size(), from.size());
    if (to instanceof Operand.Xmm destination) {
      if (size == 8) {
        moveHalf(to, 0, from, 0);
      } else {
        operands.pushLong(from, 0);
        code.zeroExtend(size);
        if (!destination.zeroUpper()) {
          registers.pushLong(destination.index(), 0);
          code.constant(-1L << 8 * size);
          code.op(LAND);
          code.op(LOR);
        }
        registers.popLong(destination.index(), 0);
      }
      if (destination.zeroUpper()) {
        registers.clear(destination.index(), 1);
      }
    } else if (size == 8) {
      moveHalf(to, 0, from, 0);
    } else {
      operands.pushLong(from, 0);
      general.pop(to);
    }
  }

  private void mask(Instruction instruction) {
    operands.pushLong(instruction.operand(1), 0);
    operands.pushLong(instruction.operand(1), 1);
    Names.SIGNS.call(code.visitor());
    general.pop(instruction.operand(0));
  }

  private void select(Instruction instruction) {
    HalfSelection selection = HalfSelection.of(instruction);
    Operand a = instruction.operand(0);
    Operand b = instruction.operand(1);
    if (!(a instanceof Operand.Xmm)) {
      moveHalf(a, 0, b, selection.low() - HalfSelection.B_LOW);
      return;
    }
    boolean highFirst = selection.low() != HalfSelection.A_LOW && readsLow(selection, a, b);
    if (highFirst && readsHigh(selection, a, b)) {
      // The halves are exchanged, within one register.
      push(selection.low(), a, b);
      push(selection.high(), a, b);
      registers.popLong(((Operand.Xmm) a).index(), 1);
      registers.popLong(((Operand.Xmm) a).index(), 0);
      return;
    }
    for (int i = 0; i < 2; i++) {
      int half = highFirst ? 1 - i : i;
      int component = half == 0 ? selection.low() : selection.high();
      if (component != half) {
        moveHalf(a, half, component < HalfSelection.B_LOW ? a : b, component & 1);
      }
    }
  }

  /** Whether the upper half of the result comes from the low half of the destination. */
  private static boolean readsLow(HalfSelection selection, Operand a, Operand b) {
    return selection.high() == HalfSelection.A_LOW || selection.high() == HalfSelection.B_LOW && sameRegister(a, b);
  }

  private static boolean readsHigh(HalfSelection selection, Operand a, Operand b) {
    return selection.low() == HalfSelection.A_HIGH || selection.low() == HalfSelection.B_HIGH && sameRegister(a, b);
  }

  private static boolean sameRegister(Operand a, Operand b) {
    return a instanceof Operand.Xmm first && b instanceof Operand.Xmm second && first.index() == second.index();
  }

  private void push(int component, Operand a, Operand b) {
    operands.pushLong(component < HalfSelection.B_LOW ? a : b, component & 1);
  }
}
