package dev.hagen.semantics;

import static dev.hagen.x86.Reg.RAX;
import static dev.hagen.x86.Reg.RDX;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.util.Bits;

/** MUL and IMUL (SDM vol. 1 5.1.2): CF and OF tell whether the high half of the product matters. */
public final class Multiplication {
  private Multiplication() {}

  /** Unsigned product of RAX and {@code a} in RDX:RAX (AX for bytes). */
  @Semantics(Op.MUL)
  public static void mul(CpuState cpu, long a, int size) {
    long b = cpu.register(RAX, size);
    long low = a * b;
    long high = size == 8 ? Math.unsignedMultiplyHigh(a, b) : low >>> (size << 3);
    setProduct(cpu, low, high, size);
    ArithmeticFlags.setCfAndOf(cpu, high != 0);
  }

  /** Signed product of RAX and {@code a} in RDX:RAX (AX for bytes). */
  @Semantics(Op.IMUL1)
  public static void imul(CpuState cpu, long a, int size) {
    long x = Bits.signExtend(a, size);
    long y = Bits.signExtend(cpu.gpr[RAX], size);
    long low = x * y;
    long high = size == 8 ? Math.multiplyHigh(x, y) : low >> (size << 3);
    setProduct(cpu, low, high, size);
    ArithmeticFlags.setCfAndOf(cpu, high != Bits.signExtend(low, size) >> 63);
  }

  /** The low half of the signed product; {@code b} is the source, or the immediate of the form with three operands. */
  @Semantics({Op.IMUL2, Op.IMUL3})
  public static long imul(CpuState cpu, long a, long b, int size) {
    long x = Bits.signExtend(a, size);
    long y = Bits.signExtend(b, size);
    long low = x * y;
    boolean overflow = size == 8 ? Math.multiplyHigh(x, y) != low >> 63 : Bits.signExtend(low, size) != low;
    ArithmeticFlags.setCfAndOf(cpu, overflow);
    return low;
  }

  /** CF and OF after MUL with this product. */
  static void productFlags(CpuState cpu, long low, long high, int size) {
    ArithmeticFlags.setCfAndOf(cpu, high != 0);
  }

  /** CF and OF after IMUL of the accumulator with this product. */
  static void signedProductFlags(CpuState cpu, long low, long high, int size) {
    ArithmeticFlags.setCfAndOf(cpu, Bits.signExtend(high, size) != Bits.signExtend(low, size) >> 63);
  }

  private static void setProduct(CpuState cpu, long low, long high, int size) {
    if (size == 1) {
      cpu.setRegister(RAX, low, 2);
    } else {
      cpu.setRegister(RAX, low, size);
      cpu.setRegister(RDX, high, size);
    }
  }
}
