package dev.hagen.semantics;

import static dev.hagen.x86.Flags.AF;
import static dev.hagen.x86.Flags.CF;
import static dev.hagen.x86.Flags.OF;
import static dev.hagen.x86.Flags.PF;
import static dev.hagen.x86.Flags.SF;
import static dev.hagen.x86.Flags.ZF;

import dev.hagen.util.Bits;

/** Integer operations once more, one bit or digit at a time and without regard to speed, to compare with. */
final class Reference {
  /** A result, zero-extended, and all six arithmetic flags. */
  record Outcome(long result, int flags) {}

  private Reference() {}

  /** A ripple-carry adder. */
  static Outcome add(long a, long b, boolean carry, int size) {
    int width = size << 3;
    long result = 0;
    boolean auxiliary = false;
    boolean intoTop = false;
    for (int i = 0; i < width; i++) {
      intoTop = carry;
      int ones = bit(a, i) + bit(b, i) + (carry ? 1 : 0);
      result |= (long) (ones & 1) << i;
      carry = ones >= 2;
      auxiliary = i == 3 ? carry : auxiliary;
    }
    return new Outcome(result, signs(result, size) | flag(CF, carry) | flag(AF, auxiliary) | flag(OF, carry != intoTop));
  }

  /** A subtraction is an addition of the complement with all carries inverted. */
  static Outcome subtract(long a, long b, boolean borrow, int size) {
    Outcome sum = add(a, ~b, !borrow, size);
    return new Outcome(sum.result, sum.flags ^ CF ^ AF);
  }

  static Outcome logic(long result, int size) {
    long cut = Bits.zeroExtend(result, size);
    return new Outcome(cut, signs(cut, size));
  }

  /** One step of a shift or rotation: what happens to the operand and CF. */
  enum Step {
    ROL, ROR, RCL, RCR, SHL, SHR, SAR;

    private boolean isLeft() {
      return this == ROL || this == RCL || this == SHL;
    }

    private boolean isRotation() {
      return ordinal() <= RCR.ordinal();
    }
  }

  /** As many steps as the masked count says. */
  static Outcome shift(Step step, long a, long count, int flags, int size) {
    int top = (size << 3) - 1;
    int steps = (int) count & (size == 8 ? 63 : 31);
    if (steps == 0) {
      return new Outcome(a, flags);
    }
    long value = a;
    int carry = flags & CF;
    for (int i = 0; i < steps; i++) {
      int out = bit(value, step.isLeft() ? top : 0);
      long in = switch (step) {
        case ROL, ROR -> out;
        case RCL, RCR -> carry;
        case SHL, SHR -> 0;
        case SAR -> bit(value, top);
      };
      value = step.isLeft() ? Bits.zeroExtend(value << 1 | in, size) : value >>> 1 | in << top;
      carry = out;
    }
    int second = step.isLeft() ? carry : bit(value, top - 1);
    int defined = flag(CF, carry != 0) | flag(OF, bit(value, top) != second);
    return new Outcome(value, step.isRotation() ? flags & ~(CF | OF) | defined : signs(value, size) | AF | defined);
  }

  /** SF, ZF and PF. */
  static int signs(long result, int size) {
    long low = result & 0xFF;
    int parity = 0;
    for (int i = 0; i < 8; i++) {
      parity ^= bit(low, i);
    }
    return flag(ZF, result == 0) | flag(SF, bit(result, (size << 3) - 1) != 0) | flag(PF, parity == 0);
  }

  static int flag(int mask, boolean value) {
    return value ? mask : 0;
  }

  private static int bit(long value, int index) {
    return (int) (value >>> index) & 1;
  }
}
