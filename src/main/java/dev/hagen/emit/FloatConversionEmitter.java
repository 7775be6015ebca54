package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.D2L;
import static org.objectweb.asm.Opcodes.I2D;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.L2D;
import static org.objectweb.asm.Opcodes.L2I;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;

/** Emits conversions between integers in general registers, singles and doubles. */
final class FloatConversionEmitter {
  private final Code code;
  private final OperandEmitter general;
  private final XmmOperands operands;
  private final CarefulSites sites;

  FloatConversionEmitter(Code code, OperandEmitter general, XmmOperands operands, CarefulSites sites) {
    this.code = code;
    this.general = general;
    this.operands = operands;
    this.sites = sites;
  }

  /** CVTSI2SD, CVTSI2SS. */
  void fromInteger(Instruction instruction) {
    Operand to = instruction.operand(0);
    Operand from = instruction.operand(1);
    boolean single = instruction.op() == Op.CVTSI2SS;
    general.push(from);
    if (from.size() == 4) {
      code.op(L2I);
      if (!single) {
        // Every int is a double.
        code.op(I2D);
        operands.pop(to, 0, Elements.DOUBLE);
        return;
      }
      code.op(I2L);
    }
    code.lstore(Locals.SOURCE_LOW);
    CarefulSites.Site site = sites.begin();
    if (single) {
      operands.push(to, 0, Elements.SINGLE);
    }
    code.lload(Locals.SOURCE_LOW);
    if (single) {
      FloatNames.FROM_INTEGER.call(code.visitor());
    } else {
      code.op(L2D);
    }
    operands.pop(to, 0, single ? Elements.SINGLE : Elements.DOUBLE);
    site.end(() -> {
      code.aload(Locals.CPU);
      if (single) {
        operands.push(to, 0, Elements.SINGLE);
      }
      code.lload(Locals.SOURCE_LOW);
      (single ? FloatNames.CAREFUL_LOW_FROM_INTEGER : FloatNames.CAREFUL_FROM_INTEGER).call(code.visitor());
      operands.pop(to, 0, single ? Elements.SINGLE : Elements.DOUBLE);
    });
  }

  /** CVTTSD2SI, CVTSD2SI, CVTTSS2SI, CVTSS2SI. */
  void toInteger(Instruction instruction) {
    Operand to = instruction.operand(0);
    Operand from = instruction.operand(1);
    Elements elements = XmmForm.elements(instruction.op());
    boolean round = instruction.op() == Op.CVTSD2SI || instruction.op() == Op.CVTSS2SI;
    int size = to.size();
    operands.fetch(from, elements);
    CarefulSites.Site site = sites.begin();
    pushWidened(from, elements);
    site.check(size == 8 ? FloatNames.FITS_LONG : round ? FloatNames.ROUNDS_TO_INT : FloatNames.FITS_INT);
    pushWidened(from, elements);
    if (round) {
      FloatNames.ROUND.call(code.visitor());
    } else {
      code.op(D2L);
    }
    general.pop(to);
    site.end(() -> {
      code.aload(Locals.CPU);
      operands.push(from, 0, elements);
      code.constant(size);
      code.constant(round ? 1 : 0);
      (elements.areDoubles() ? FloatNames.CAREFUL_TO_INTEGER : FloatNames.CAREFUL_LOW_TO_INTEGER).call(code.visitor());
      general.pop(to);
    });
  }

  private void pushWidened(Operand operand, Elements elements) {
    operands.push(operand, 0, elements);
    if (!elements.areDoubles()) {
      FloatNames.WIDEN.call(code.visitor());
    }
  }

  /** CVTSS2SD. */
  void widen(Instruction instruction) {
    Operand to = instruction.operand(0);
    Operand from = instruction.operand(1);
    operands.fetch(from, Elements.SINGLE);
    CarefulSites.Site site = sites.begin();
    site.checkOperand(from, 0, Elements.SINGLE);
    operands.push(from, 0, Elements.SINGLE);
    FloatNames.WIDEN.call(code.visitor());
    operands.pop(to, 0, Elements.DOUBLE);
    site.end(() -> {
      code.aload(Locals.CPU);
      operands.push(from, 0, Elements.SINGLE);
      FloatNames.CAREFUL_WIDEN.call(code.visitor());
      operands.pop(to, 0, Elements.DOUBLE);
    });
  }

  /** CVTSD2SS. */
  void narrow(Instruction instruction) {
    Operand to = instruction.operand(0);
    Operand from = instruction.operand(1);
    operands.fetch(from, Elements.DOUBLE);
    CarefulSites.Site site = sites.begin();
    site.checkOperand(from, 0, Elements.DOUBLE);
    operands.push(to, 0, Elements.SINGLE);
    operands.push(from, 0, Elements.DOUBLE);
    FloatNames.NARROW.call(code.visitor());
    operands.popResult(0, Elements.SINGLE);
    operands.push(from, 0, Elements.DOUBLE);
    operands.pushResult(0, Elements.SINGLE);
    site.check(FloatNames.IS_NARROW);
    operands.pushResult(0, Elements.SINGLE);
    operands.pop(to, 0, Elements.SINGLE);
    site.end(() -> {
      code.aload(Locals.CPU);
      operands.push(to, 0, Elements.SINGLE);
      operands.push(from, 0, Elements.DOUBLE);
      FloatNames.CAREFUL_NARROW.call(code.visitor());
      operands.pop(to, 0, Elements.SINGLE);
    });
  }
}
