package dev.hagen.emit;

import dev.hagen.emit.Names.MethodName;

/**
 * The JVM's raw memory access as bytecode names it: {@code jdk.internal.misc.Unsafe}, which no source outside of the memory
 * package uses.
 */
final class UnsafeNames {
  private static final String OWNER = "jdk/internal/misc/Unsafe";

  static final MethodName INSTANCE = new MethodName(OWNER, "getUnsafe", "()L" + OWNER + ";", true);
  static final MethodName GET_BYTE = get("getByte", 'B');
  static final MethodName GET_SHORT = get("getShort", 'S');
  static final MethodName GET_INT = get("getInt", 'I');
  static final MethodName GET_INT_VOLATILE = get("getIntVolatile", 'I');
  static final MethodName GET_INT_OPAQUE = get("getIntOpaque", 'I');
  static final MethodName PUT_INT_OPAQUE = put("putIntOpaque", 'I');
  static final MethodName GET_LONG = get("getLong", 'J');
  static final MethodName GET_DOUBLE = get("getDouble", 'D');
  static final MethodName PUT_BYTE = put("putByte", 'B');
  static final MethodName PUT_SHORT = put("putShort", 'S');
  static final MethodName PUT_INT = put("putInt", 'I');
  static final MethodName PUT_LONG = put("putLong", 'J');
  static final MethodName PUT_DOUBLE = put("putDouble", 'D');

  private UnsafeNames() {}

  /** Reads what lies so many bytes behind the start of an object, or at an address of the host if there is none. */
  private static MethodName get(String name, char type) {
    return new MethodName(OWNER, name, "(Ljava/lang/Object;J)" + type, false);
  }

  private static MethodName put(String name, char type) {
    return new MethodName(OWNER, name, "(Ljava/lang/Object;J" + type + ")V", false);
  }
}
