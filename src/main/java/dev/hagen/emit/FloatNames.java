package dev.hagen.emit;

import dev.hagen.cpu.CpuState;
import dev.hagen.emit.FloatForm.Elements;
import dev.hagen.emit.Names.MethodName;
import dev.hagen.semantics.CarefulFloat;
import dev.hagen.semantics.InlineFloat;
import org.jspecify.annotations.Nullable;

/** The methods of {@link InlineFloat} and {@link CarefulFloat} as bytecode names them. */
final class FloatNames {
  private static final Class<?> D = double.class;
  private static final Class<?> J = long.class;
  private static final Class<?> I = int.class;

  static final MethodName MODE = Names.method(InlineFloat.class, "mode", CpuState.class);

  static final ByElements IS_OPERAND = checks("isOperand", 1);
  static final ByElements IS_SUM = checks("isSum", 1);
  static final ByElements IS_PRODUCT = checks("isProduct", 3);
  static final ByElements IS_QUOTIENT = checks("isQuotient", 2);
  static final ByElements IS_ROOT = checks("isRoot", 1);
  static final ByElements ARE_ORDERED = checks("areOrdered", 2);

  /** By the numbers of {@link CarefulFloat}; sums, differences, products and quotients of doubles are bytecode. */
  static final ByElements[] OPERATIONS = {
      new ByElements(null, operation("addLow"), operation("addPair")),
      new ByElements(null, operation("subtractLow"), operation("subtractPair")),
      new ByElements(null, operation("multiplyLow"), operation("multiplyPair")),
      new ByElements(null, operation("divideLow"), operation("dividePair")),
      new ByElements(Names.method(Math.class, "sqrt", D), operation("rootLow"), operation("rootPair")),
      new ByElements(Names.method(InlineFloat.class, "min", D, D), operation("minLow"), operation("minPair")),
      new ByElements(Names.method(InlineFloat.class, "max", D, D), operation("maxLow"), operation("maxPair")),
  };
  static final ByElements COMPARE = new ByElements(
      Names.method(InlineFloat.class, "compare", D, D, I),
      Names.method(InlineFloat.class, "compareLow", J, J, I),
      Names.method(InlineFloat.class, "comparePair", J, J, I));

  static final ByElements CAREFUL = new ByElements(
      Names.method(CarefulFloat.class, "doubles", CpuState.class, D, D, I),
      Names.method(CarefulFloat.class, "low", CpuState.class, J, J, I),
      Names.method(CarefulFloat.class, "pair", CpuState.class, J, J, I));
  static final ByElements CAREFUL_COMPARE = new ByElements(
      Names.method(CarefulFloat.class, "compare", CpuState.class, D, D, I),
      Names.method(CarefulFloat.class, "compareLow", CpuState.class, J, J, I),
      Names.method(CarefulFloat.class, "comparePair", CpuState.class, J, J, I));
  static final ByElements CAREFUL_ORDER = new ByElements(
      Names.method(CarefulFloat.class, "order", CpuState.class, D, D, I),
      Names.method(CarefulFloat.class, "orderLow", CpuState.class, J, J, I), null);
  static final ByElements COMPARED = new ByElements(
      Names.method(CarefulFloat.class, "compared", CpuState.class, D),
      Names.method(CarefulFloat.class, "comparedLow", CpuState.class, J), null);

  static final MethodName FITS_INT = Names.method(InlineFloat.class, "fitsInt", D);
  static final MethodName FITS_LONG = Names.method(InlineFloat.class, "fitsLong", D);
  static final MethodName ROUNDS_TO_INT = Names.method(InlineFloat.class, "roundsToInt", D);
  static final MethodName ROUND = Names.method(InlineFloat.class, "round", D);
  static final MethodName WIDEN = Names.method(InlineFloat.class, "widen", J);
  static final MethodName NARROW = Names.method(InlineFloat.class, "narrow", J, D);
  static final MethodName IS_NARROW = Names.method(InlineFloat.class, "isNarrow", D, J);
  static final MethodName FROM_INTEGER = Names.method(InlineFloat.class, "fromInteger", J, J);
  static final MethodName CAREFUL_TO_INTEGER =
      Names.method(CarefulFloat.class, "toInteger", CpuState.class, D, I, I);
  static final MethodName CAREFUL_LOW_TO_INTEGER =
      Names.method(CarefulFloat.class, "lowToInteger", CpuState.class, J, I, I);
  static final MethodName CAREFUL_FROM_INTEGER = Names.method(CarefulFloat.class, "fromInteger", CpuState.class, J);
  static final MethodName CAREFUL_LOW_FROM_INTEGER =
      Names.method(CarefulFloat.class, "lowFromInteger", CpuState.class, J, J);
  static final MethodName CAREFUL_WIDEN = Names.method(CarefulFloat.class, "widen", CpuState.class, J);
  static final MethodName CAREFUL_NARROW = Names.method(CarefulFloat.class, "narrow", CpuState.class, J, D);

  private FloatNames() {}

  /** A method for doubles, one for low singles and one for pairs of singles. */
  record ByElements(@Nullable MethodName doubles, MethodName low, @Nullable MethodName pair) {
    MethodName of(Elements elements) {
      MethodName method = elements.areDoubles() ? doubles : elements == Elements.SINGLE ? low : pair;
      return java.util.Objects.requireNonNull(method);
    }
  }

  private static ByElements checks(String name, int parameters) {
    return new ByElements(check(name, parameters, D), check(name + "Low", parameters, J),
        check(name + "Pair", parameters, J));
  }

  private static MethodName check(String name, int parameters, Class<?> type) {
    Class<?>[] types = new Class<?>[parameters];
    java.util.Arrays.fill(types, type);
    return Names.method(InlineFloat.class, name, types);
  }

  private static MethodName operation(String name) {
    return Names.method(InlineFloat.class, name, J, J);
  }
}
