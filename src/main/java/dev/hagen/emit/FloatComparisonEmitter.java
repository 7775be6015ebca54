package dev.hagen.emit;

import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.emit.FloatForm.Elements;
import dev.hagen.semantics.LazyFlags;

/** Emits comparisons of singles and doubles. */
final class FloatComparisonEmitter {
  private final Code code;
  private final FlagEmitter flags;
  private final XmmOperands operands;
  private final CarefulSites sites;

  FloatComparisonEmitter(Code code, FlagEmitter flags, XmmOperands operands, CarefulSites sites) {
    this.code = code;
    this.flags = flags;
    this.operands = operands;
    this.sites = sites;
  }

  private CarefulSites.Site begin(Operand a, Operand b, Elements elements) {
    operands.fetch(b, elements);
    CarefulSites.Site site = sites.begin();
    for (int half = 0; half < elements.count(); half++) {
      site.checkOperand(a, half, elements);
      if (!a.equals(b)) {
        site.checkOperand(b, half, elements);
      }
      operands.push(a, half, elements);
      operands.push(b, half, elements);
      site.check(FloatNames.ARE_ORDERED, elements);
    }
    return site;
  }

  /** COMISD, UCOMISD, COMISS, UCOMISS: the operands become those of the lazy flags. */
  void order(Instruction instruction) {
    Operand a = instruction.operand(0);
    Operand b = instruction.operand(1);
    Elements elements = XmmForm.elements(instruction.op());
    boolean signaling = instruction.op() == Op.COMISD || instruction.op() == Op.COMISS;
    CarefulSites.Site site = begin(a, b, elements);
    boolean wanted = flags.areWanted();
    if (wanted) {
      pushBits(a, elements);
      pushBits(b, elements);
      flags.takeOperands();
    }
    site.end(() -> {
      code.aload(Locals.CPU);
      operands.push(a, 0, elements);
      operands.push(b, 0, elements);
      code.constant(signaling ? 1 : 0);
      FloatNames.CAREFUL_ORDER.of(elements).call(code.visitor());
      if (wanted) {
        for (Operand operand : new Operand[] {a, b}) {
          code.aload(Locals.CPU);
          operands.push(operand, 0, elements);
          FloatNames.COMPARED.of(elements).call(code.visitor());
        }
        flags.takeOperands();
      }
    });
    flags.set(LazyFlags.ORDER | (elements.areDoubles() ? 8 : 4));
  }

  private void pushBits(Operand operand, Elements elements) {
    operands.push(operand, 0, elements);
    if (elements.areDoubles()) {
      Names.DOUBLE_BITS.call(code.visitor());
    }
  }

  /** CMPSD, CMPPD, CMPSS, CMPPS: all ones or all zeros. */
  void compare(Instruction instruction) {
    Operand a = instruction.operand(0);
    Operand b = instruction.operand(1);
    int predicate = (int) ((Operand.Immediate) instruction.operand(2)).value() & 7;
    Elements elements = XmmForm.elements(instruction.op());
    CarefulSites.Site site = begin(a, b, elements);
    for (int half = 0; half < elements.count(); half++) {
      operands.push(a, half, elements);
      operands.push(b, half, elements);
      code.constant(predicate);
      FloatNames.COMPARE.of(elements).call(code.visitor());
      operands.registers().popLong(((Operand.Xmm) a).index(), half);
    }
    site.end(() -> {
      for (int half = 0; half < elements.count(); half++) {
        code.aload(Locals.CPU);
        operands.push(a, half, elements);
        operands.push(b, half, elements);
        code.constant(predicate);
        FloatNames.CAREFUL_COMPARE.of(elements).call(code.visitor());
        operands.registers().popLong(((Operand.Xmm) a).index(), half);
      }
    });
  }
}
