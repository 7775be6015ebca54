package dev.hagen.emit;

import static dev.hagen.decode.Op.*;

import dev.hagen.decode.Op;
import dev.hagen.semantics.CarefulFloat;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A floating-point operation of two operands, or of the second alone, and what its elements are.
 *
 * @param operation as {@link CarefulFloat} numbers them
 */
record FloatForm(Elements elements, int operation) {
  /** Which elements of an XMM register take part. */
  enum Elements {
    DOUBLE,
    DOUBLES,
    SINGLE,
    SINGLES;

    boolean areDoubles() {
      return this == DOUBLE || this == DOUBLES;
    }

    /** How many halves take part. */
    int count() {
      return this == DOUBLES || this == SINGLES ? 2 : 1;
    }

    /** The halves that take part, as bits of {@link XmmForm}. */
    int halves() {
      return count() == 2 ? XmmForm.BOTH : XmmForm.LOW;
    }
  }

  private static final Map<Op, FloatForm> FORMS = forms();

  private static Map<Op, FloatForm> forms() {
    Map<Op, FloatForm> forms = new EnumMap<>(Op.class);
    put(forms, CarefulFloat.ADD, ADDSD, ADDPD, ADDSS, ADDPS);
    put(forms, CarefulFloat.SUBTRACT, SUBSD, SUBPD, SUBSS, SUBPS);
    put(forms, CarefulFloat.MULTIPLY, MULSD, MULPD, MULSS, MULPS);
    put(forms, CarefulFloat.DIVIDE, DIVSD, DIVPD, DIVSS, DIVPS);
    put(forms, CarefulFloat.ROOT, SQRTSD, SQRTPD, SQRTSS, SQRTPS);
    put(forms, CarefulFloat.MIN, MINSD, MINPD, MINSS, MINPS);
    put(forms, CarefulFloat.MAX, MAXSD, MAXPD, MAXSS, MAXPS);
    return forms;
  }

  private static void put(Map<Op, FloatForm> forms, int operation, Op scalar, Op packed, Op single, Op singles) {
    forms.put(scalar, new FloatForm(Elements.DOUBLE, operation));
    forms.put(packed, new FloatForm(Elements.DOUBLES, operation));
    forms.put(single, new FloatForm(Elements.SINGLE, operation));
    forms.put(singles, new FloatForm(Elements.SINGLES, operation));
  }

  /** The form of an operation, or null if it is none of these. */
  static @Nullable FloatForm of(Op op) {
    return FORMS.get(op);
  }

  boolean isUnary() {
    return operation == CarefulFloat.ROOT;
  }

  /** Whether the first operand takes part, or its upper part is kept in the same half. */
  boolean readsFirst() {
    return !isUnary() || elements == Elements.SINGLE;
  }

  boolean isExtreme() {
    return operation == CarefulFloat.MIN || operation == CarefulFloat.MAX;
  }
}
