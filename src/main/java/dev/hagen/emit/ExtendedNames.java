package dev.hagen.emit;

import dev.hagen.cpu.CpuState;
import dev.hagen.emit.Names.FieldName;
import dev.hagen.emit.Names.MethodName;
import dev.hagen.semantics.InlineExtended;

/** The methods of {@link InlineExtended} as bytecode names them. */
final class ExtendedNames {
  private static final Class<?> CPU = CpuState.class;
  private static final Class<?> J = long.class;
  private static final Class<?> I = int.class;
  private static final Class<?> Z = boolean.class;

  /** What goes with the significand that a method has returned. */
  static final FieldName SIGN_EXPONENT = Names.field(CpuState.class, "extendedSignExponent");

  static final MethodName MODE = method("mode", CPU);
  static final MethodName BASE = method("base", CPU, I);
  static final MethodName TAGS = method("tags", CPU, I);
  static final MethodName LEAVE = method("leave", CPU, I, I, I);
  static final MethodName CLEAR_C1 = method("clearC1", CPU);
  static final MethodName GET_SIGN_EXPONENT = method("signExponent", CPU, I);
  static final MethodName GET_SIGNIFICAND = method("significand", CPU, I);
  static final MethodName PUT = method("put", CPU, J, I, I);

  static final MethodName ADD = method("add", CPU, I, I, J, I, J, I);
  static final MethodName MULTIPLY = method("multiply", CPU, I, I, J, I, J);
  static final MethodName DIVIDE = method("divide", CPU, I, J, I, J);
  static final MethodName ROOT = method("squareRoot", CPU, I, J);
  static final MethodName REAL_SIGN_EXPONENT = method("realSignExponent", J, I);
  static final MethodName REAL_SIGNIFICAND = method("realSignificand", J, I);
  static final MethodName INTEGER_SIGN_EXPONENT = method("integerSignExponent", J);
  static final MethodName INTEGER_SIGNIFICAND = method("integerSignificand", J);
  static final MethodName LOAD = method("load", CPU, J, I);
  static final MethodName STORE = method("store", CPU, I, I, J, I);
  static final MethodName STORE_INTEGER = method("storeInteger", CPU, I, J, I, Z);
  static final MethodName COMPARE = method("compare", CPU, I, J, I, J, Z);
  static final MethodName COMPARE_TO_FLAGS = method("compareToFlags", CPU, I, J, I, J, Z);

  private ExtendedNames() {}

  private static MethodName method(String name, Class<?>... parameters) {
    return Names.method(InlineExtended.class, name, parameters);
  }
}
