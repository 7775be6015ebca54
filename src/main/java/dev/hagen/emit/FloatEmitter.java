package dev.hagen.emit;

import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DDIV;
import static org.objectweb.asm.Opcodes.DMUL;
import static org.objectweb.asm.Opcodes.DSUB;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;
import dev.hagen.semantics.CarefulFloat;

/** Emits arithmetic on singles and doubles in XMM registers: {@link dev.hagen.semantics.InlineFloat}. */
final class FloatEmitter {
  private static final int[] DOUBLE_OPCODES = {DADD, DSUB, DMUL, DDIV};

  private final Code code;
  private final XmmOperands operands;
  private final CarefulSites sites;

  FloatEmitter(Code code, XmmOperands operands, CarefulSites sites) {
    this.code = code;
    this.operands = operands;
    this.sites = sites;
  }

  void emit(Instruction instruction, FloatForm form) {
    Elements elements = form.elements();
    Operand to = instruction.operand(0);
    Operand b = instruction.operand(1);
    // What takes a and does not read it gets b.
    Operand a = form.readsFirst() ? to : b;
    operands.fetch(b, elements);
    CarefulSites.Site site = sites.begin();
    for (int half = 0; half < elements.count(); half++) {
      site.checkOperand(b, half, elements);
      if (!form.isUnary() && !b.equals(a)) {
        site.checkOperand(a, half, elements);
      }
    }
    for (int half = 0; half < elements.count(); half++) {
      compute(form, a, b, half);
      operands.popResult(half, elements);
      check(site, form, a, b, half);
    }
    for (int half = 0; half < elements.count(); half++) {
      operands.pushResult(half, elements);
      operands.pop(to, half, elements);
    }
    site.end(() -> {
      for (int half = 0; half < elements.count(); half++) {
        code.aload(Locals.CPU);
        operands.push(a, half, elements);
        operands.push(b, half, elements);
        code.constant(form.operation());
        FloatNames.CAREFUL.of(elements).call(code.visitor());
        operands.pop(to, half, elements);
      }
    });
  }

  private void compute(FloatForm form, Operand a, Operand b, int half) {
    Elements elements = form.elements();
    if (!elements.areDoubles() || !form.isUnary()) {
      operands.push(a, half, elements);
    }
    operands.push(b, half, elements);
    if (elements.areDoubles() && form.operation() < DOUBLE_OPCODES.length) {
      code.op(DOUBLE_OPCODES[form.operation()]);
    } else {
      FloatNames.OPERATIONS[form.operation()].of(elements).call(code.visitor());
    }
  }

  /** Checks a result, or, for an extreme, its operands. */
  private void check(CarefulSites.Site site, FloatForm form, Operand a, Operand b, int half) {
    Elements elements = form.elements();
    if (form.isExtreme() || form.operation() == CarefulFloat.MULTIPLY || form.operation() == CarefulFloat.DIVIDE) {
      operands.push(a, half, elements);
    }
    if (form.isExtreme() || form.operation() == CarefulFloat.MULTIPLY) {
      operands.push(b, half, elements);
    }
    if (!form.isExtreme()) {
      operands.pushResult(half, elements);
    }
    site.check(switch (form.operation()) {
      case CarefulFloat.MIN, CarefulFloat.MAX -> FloatNames.ARE_ORDERED;
      case CarefulFloat.MULTIPLY -> FloatNames.IS_PRODUCT;
      case CarefulFloat.DIVIDE -> FloatNames.IS_QUOTIENT;
      case CarefulFloat.ROOT -> FloatNames.IS_ROOT;
      default -> FloatNames.IS_SUM;
    }, elements);
  }
}
