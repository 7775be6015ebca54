package dev.hagen.semantics;

import static dev.hagen.semantics.Extended.QUIET_BIT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;

/**
 * What NaNs, unsupported encodings and denormals among the operands do to an x87 operation (SDM vol. 1 4.8.3.4 to
 * 4.8.3.6, 8.5.1, 8.5.2).
 */
final class SpecialOperands {
  /** Nothing that decides the result; the operation goes on. */
  static final int GO_ON = 0;
  /** The result has been written. */
  static final int DONE = 1;
  /** An unmasked exception: nothing but the status word has changed. */
  static final int STOPPED = 2;

  private SpecialOperands() {}

  /** Deals with unsupported encodings and NaNs in one operand; the result goes to physical register {@code register}. */
  static int check(CpuState cpu, int register, int aSE, long aSig) {
    if (Extended.isUnsupported(aSE, aSig)) {
      return X87.invalid(cpu, register) ? DONE : STOPPED;
    }
    if (!Extended.isNaN(aSE, aSig)) {
      return GO_ON;
    }
    if (Extended.isSignalingNaN(aSE, aSig) && X87.raise(cpu, X87.IE)) {
      return STOPPED;
    }
    X87.write(cpu, register, aSE & 0xFFFF, aSig | QUIET_BIT);
    return DONE;
  }

  /** Deals with unsupported encodings and NaNs in two operands. */
  static int check(CpuState cpu, int register, int aSE, long aSig, int bSE, long bSig) {
    if (Extended.isUnsupported(aSE, aSig) || Extended.isUnsupported(bSE, bSig)) {
      return X87.invalid(cpu, register) ? DONE : STOPPED;
    }
    boolean aNaN = Extended.isNaN(aSE, aSig);
    boolean bNaN = Extended.isNaN(bSE, bSig);
    if (!aNaN && !bNaN) {
      return GO_ON;
    }
    boolean signaling = Extended.isSignalingNaN(aSE, aSig) || Extended.isSignalingNaN(bSE, bSig);
    if (signaling && X87.raise(cpu, X87.IE)) {
      return STOPPED;
    }
    boolean takeA = aNaN && (!bNaN || prefersFirst(aSE, aSig, bSE, bSig));
    X87.write(cpu, register, (takeA ? aSE : bSE) & 0xFFFF, (takeA ? aSig : bSig) | QUIET_BIT);
    return DONE;
  }

  /** Of two NaNs the one with the larger significand wins, of two equal ones the positive one. */
  private static boolean prefersFirst(int aSE, long aSig, int bSE, long bSig) {
    int order = Long.compareUnsigned(aSig, bSig);
    return order > 0 || order == 0 && (aSE & SIGN) <= (bSE & SIGN);
  }

  /** Raises DE if the operand is denormal; says whether that is unmasked. */
  static boolean denormalStops(CpuState cpu, int aSE, long aSig) {
    return Extended.isDenormal(aSE, aSig) && X87.raise(cpu, X87.DE);
  }

  /** Raises DE if an operand is denormal; says whether that is unmasked. */
  static boolean denormalStops(CpuState cpu, int aSE, long aSig, int bSE, long bSig) {
    return (Extended.isDenormal(aSE, aSig) || Extended.isDenormal(bSE, bSig)) && X87.raise(cpu, X87.DE);
  }
}
