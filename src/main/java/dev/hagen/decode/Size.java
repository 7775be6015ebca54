package dev.hagen.decode;

/**
 * Operand types, named by the second letter of the manual's notation (SDM vol. 2D A.2.2). What is not fixed depends on
 * the operand size, REX.W and the code size.
 */
enum Size {
  /** No access through the operand, or none of a fixed size. */
  none(0),
  /** Byte. */
  b(1),
  /** Byte, an immediate that is sign-extended to the operand size. */
  sb(1),
  /** Word. */
  w(2),
  /** Doubleword. */
  d(4),
  /** Quadword. */
  q(8),
  /** Double quadword, sixteen bytes. */
  dq(16),
  /** Packed single, sixteen bytes. */
  ps(16),
  /** Packed double, sixteen bytes. */
  pd(16),
  /** Scalar single, four bytes. */
  ss(4),
  /** Scalar double, eight bytes. */
  sd(8),
  /** Extended real or packed decimal, ten bytes. */
  t(10),
  /** Word, doubleword or quadword by operand size. */
  v(-1),
  /** Word or, for operand sizes of 32 and 64 bits, doubleword. */
  z(-1),
  /** Quadword with REX.W, else doubleword, whatever the operand size. */
  y(-1),
  /** The registers' natural size: quadword in 64-bit mode, else doubleword. */
  r(-1),
  /** Far pointer: selector and offset. */
  p(-1),
  /** Pseudo-descriptor of LGDT: limit and base. */
  s(-1),
  /** Two operands in memory, for BOUND. */
  a(-1),
  /** Quadword, or double quadword with REX.W, for CMPXCHG8B and 16B. */
  qdq(-1);

  private final int bytes;

  Size(int bytes) {
    this.bytes = bytes;
  }

  /** Size in bytes under the given attributes. */
  int bytes(int operandSize, boolean rexW, int codeSize) {
    if (bytes >= 0) {
      return bytes;
    }
    return switch (this) {
      case v -> operandSize;
      case z -> Math.min(operandSize, 4);
      case y -> rexW ? 8 : 4;
      case r -> codeSize == 8 ? 8 : 4;
      case p -> 2 + operandSize;
      case s -> codeSize == 8 ? 10 : 6;
      case a -> 2 * operandSize;
      case qdq -> rexW ? 16 : 8;
      default -> throw new AssertionError(this);
    };
  }
}
