package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.MAX_EXPONENT;
import static dev.hagen.semantics.Extended.QUIET_BIT;
import static dev.hagen.semantics.Extended.SIGN;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.memory.HostMemory;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import java.util.Objects;

/**
 * x87 stores (SDM vol. 1 8.3.3, 8.3.4).
 *
 * <p>Stores to memory are whole instructions, since an unmasked invalid operation, overflow or underflow leaves memory
 * as it was.
 */
public final class X87Store {
  private X87Store() {}

  // To a register.

  @Semantics(FST)
  public static void fst(CpuState cpu, int destination) {
    copy(cpu, destination);
  }

  @Semantics(FSTP)
  public static void fstp(CpuState cpu, int destination) {
    if (copy(cpu, destination)) {
      X87.pop(cpu);
    }
  }

  /** The undocumented form D9 D8: an empty source is popped without an exception, and the destination keeps its value. */
  @Semantics(FSTP_UNCHECKED)
  public static void fstpUnchecked(CpuState cpu, int destination) {
    if (!X87.isEmpty(cpu, 0)) {
      copy(cpu, destination);
    }
    X87.clearC1(cpu);
    X87.pop(cpu);
  }

  private static boolean copy(CpuState cpu, int destination) {
    X87.clearC1(cpu);
    int to = X87.physical(cpu, destination);
    if (X87.isEmpty(cpu, 0)) {
      return X87.underflow(cpu, to);
    }
    X87.write(cpu, to, cpu.stSignExponent[cpu.ftop], cpu.stSignificand[cpu.ftop]);
    return true;
  }

  // To memory.

  @Semantics({FST_M32, FST_M64})
  public static void fstReal(CpuState cpu, Instruction instruction) {
    storeReal(cpu, instruction);
  }

  @Semantics({FSTP_M32, FSTP_M64})
  public static void fstpReal(CpuState cpu, Instruction instruction) {
    if (storeReal(cpu, instruction)) {
      X87.pop(cpu);
    }
  }

  private static boolean storeReal(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    int size = memory.size();
    long linear = destination(cpu, memory, size);
    int before = begin(cpu);
    long value = real(cpu, size);
    return end(cpu, before, linear, value, size);
  }

  @Semantics({FIST_M16, FIST_M32})
  public static void fist(CpuState cpu, Instruction instruction) {
    storeInteger(cpu, instruction, ExtendedRounding.roundingControl(cpu));
  }

  @Semantics({FISTP_M16, FISTP_M32, FISTP_M64})
  public static void fistp(CpuState cpu, Instruction instruction) {
    if (storeInteger(cpu, instruction, ExtendedRounding.roundingControl(cpu))) {
      X87.pop(cpu);
    }
  }

  @Semantics({FISTTP_M16, FISTTP_M32, FISTTP_M64})
  public static void fisttp(CpuState cpu, Instruction instruction) {
    if (storeInteger(cpu, instruction, ExtendedRounding.ZERO)) {
      X87.pop(cpu);
    }
  }

  private static boolean storeInteger(CpuState cpu, Instruction instruction, int control) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    int size = memory.size();
    long linear = destination(cpu, memory, size);
    int before = begin(cpu);
    long value = integer(cpu, size, control);
    return end(cpu, before, linear, value, size);
  }

  // The same for translation units: to a place in host memory that may be written.

  /** FST and FSTP of a float or double. */
  public static void storeReal(CpuState cpu, long place, int size, boolean pops) {
    int before = begin(cpu);
    put(cpu, before, place, real(cpu, size), size, pops);
  }

  /** FIST, FISTP and FISTTP. */
  public static void storeInteger(CpuState cpu, long place, int size, boolean truncates, boolean pops) {
    int before = begin(cpu);
    int control = truncates ? ExtendedRounding.ZERO : ExtendedRounding.roundingControl(cpu);
    put(cpu, before, place, integer(cpu, size, control), size, pops);
  }

  private static void put(CpuState cpu, int before, long place, long value, int size, boolean pops) {
    if (mayStore(cpu, before)) {
      HostMemory.put(place, value, size);
      if (pops) {
        X87.pop(cpu);
      }
    }
  }

  /** FSTP of an extended number. */
  public static void storeExtended(CpuState cpu, long place) {
    X87.clearC1(cpu);
    boolean empty = X87.isEmpty(cpu, 0);
    if (!empty || X87.underflow(cpu)) {
      HostMemory.putLong(place, empty ? X87.INDEFINITE_SIGNIFICAND : cpu.stSignificand[cpu.ftop]);
      HostMemory.putShort(place + 8, (short) (empty ? X87.INDEFINITE_SIGN_EXPONENT : cpu.stSignExponent[cpu.ftop]));
      X87.pop(cpu);
    }
  }

  /** The linear address of a memory destination, checked for writing. */
  private static long destination(CpuState cpu, Operand.Memory memory, int size) {
    long linear = SegmentedMemory.linearForStore(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), size);
    LinearMemory.checkStore(cpu, linear, size);
    return linear;
  }

  /** Puts the exception flags aside, so that those of this instruction can be told; returns the status word. */
  private static int begin(CpuState cpu) {
    int before = cpu.fsw;
    cpu.fsw = before & ~(X87.EXCEPTIONS | X87.C1);
    return before;
  }

  /** Brings back the exception flags of before; says whether no exception of this instruction forbids to store. */
  private static boolean mayStore(CpuState cpu, int before) {
    boolean stored = (cpu.fsw & ~cpu.fcw & (X87.IE | X87.OE | X87.UE)) == 0;
    cpu.fsw |= before & X87.EXCEPTIONS;
    return stored;
  }

  /** Stores unless an exception forbids it; says whether it stored. */
  private static boolean end(CpuState cpu, int before, long linear, long value, int size) {
    boolean stored = mayStore(cpu, before);
    if (stored) {
      LinearMemory.store(cpu, linear, value, size);
    }
    return stored;
  }

  @Semantics(FSTP_M80)
  public static void fstpExtended(CpuState cpu, Instruction instruction) {
    long linear = destination(cpu, Objects.requireNonNull(instruction.memory()), 10);
    X87.clearC1(cpu);
    int signExponent = cpu.stSignExponent[cpu.ftop];
    long significand = cpu.stSignificand[cpu.ftop];
    if (X87.isEmpty(cpu, 0)) {
      if (!X87.underflow(cpu)) {
        return;
      }
      signExponent = X87.INDEFINITE_SIGN_EXPONENT;
      significand = X87.INDEFINITE_SIGNIFICAND;
    }
    LinearMemory.store(cpu, linear, significand, 8);
    LinearMemory.store(cpu, linear + 8, signExponent, 2);
    X87.pop(cpu);
  }

  @Semantics(FBSTP)
  public static void fbstp(CpuState cpu, Instruction instruction) {
    long linear = destination(cpu, Objects.requireNonNull(instruction.memory()), 10);
    int before = begin(cpu);
    long value = X87.isEmpty(cpu, 0) ? PackedDecimal.LARGEST + 1 : decimal(cpu);
    boolean valid = value <= PackedDecimal.LARGEST;
    boolean stored = valid || (X87.isEmpty(cpu, 0) ? X87.underflow(cpu) : !X87.raise(cpu, X87.IE));
    cpu.fsw |= before & X87.EXCEPTIONS;
    if (stored) {
      int sign = cpu.stSignExponent[cpu.ftop] & SIGN;
      LinearMemory.store(cpu, linear, valid ? PackedDecimal.low(value) : PackedDecimal.INDEFINITE_LOW, 8);
      LinearMemory.store(cpu, linear + 8, valid ? sign | PackedDecimal.high(value) : PackedDecimal.INDEFINITE_HIGH, 2);
      X87.pop(cpu);
    }
  }

  /** ST(0)'s magnitude rounded to an integer; above {@link PackedDecimal#LARGEST} if it does not fit. */
  private static long decimal(CpuState cpu) {
    int signExponent = cpu.stSignExponent[cpu.ftop];
    long significand = cpu.stSignificand[cpu.ftop];
    int exponent = (signExponent & MAX_EXPONENT) - Extended.BIAS;
    if (Extended.isUnsupported(signExponent, significand) || exponent >= 60) {
      return Long.MAX_VALUE;
    }
    int control = ExtendedRounding.roundingControl(cpu);
    long value = magnitude(signExponent, significand, control);
    if (value <= PackedDecimal.LARGEST && !isIntegral(signExponent, significand)) {
      ExtendedRounding.inexact(cpu, value != magnitude(signExponent, significand, ExtendedRounding.ZERO));
    }
    return value;
  }

  // Conversions of ST(0). They raise their exceptions and return the masked response.

  /** ST(0) as a signed integer of {@code size} bytes. */
  private static long integer(CpuState cpu, int size, int control) {
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu);
      return Bits.signBit(size);
    }
    return integer(cpu, cpu.stSignExponent[cpu.ftop], cpu.stSignificand[cpu.ftop], size, control);
  }

  /** A number as a signed integer of {@code size} bytes. */
  static long integer(CpuState cpu, int signExponent, long significand, int size, int control) {
    long indefinite = Bits.signBit(size);
    if (Extended.isUnsupported(signExponent, significand)
        || (signExponent & MAX_EXPONENT) > Extended.BIAS + 63) {
      X87.raise(cpu, X87.IE);
      return indefinite;
    }
    long magnitude = magnitude(signExponent, significand, control);
    boolean negative = (signExponent & SIGN) != 0;
    long limit = negative ? indefinite : indefinite - 1;
    if (Long.compareUnsigned(magnitude, limit) > 0) {
      X87.raise(cpu, X87.IE);
      return indefinite;
    }
    if (!isIntegral(signExponent, significand)) {
      ExtendedRounding.inexact(cpu, magnitude != magnitude(signExponent, significand, ExtendedRounding.ZERO));
    }
    return negative ? -magnitude : magnitude;
  }

  /** The magnitude of a number below 2^64 rounded to an integer; 2^64 itself comes out as all ones. */
  static long magnitude(int signExponent, long significand, int control) {
    int shift = Extended.BIAS + 63 - (signExponent & MAX_EXPONENT);
    if (shift <= 0) {
      return significand;
    }
    long kept = ExtendedRounding.shiftedHigh(significand, shift);
    long discarded = ExtendedRounding.shiftedLow(significand, 0, shift);
    return ExtendedRounding.roundsUp(control, signExponent & SIGN, kept, discarded, 1) ? kept + 1 : kept;
  }

  /** Whether a number below 2^64 has no fraction. */
  static boolean isIntegral(int signExponent, long significand) {
    int shift = Extended.BIAS + 63 - (signExponent & MAX_EXPONENT);
    return shift <= 0 || ExtendedRounding.shiftedLow(significand, 0, shift) == 0;
  }

  /** ST(0) as the bits of a float or double. */
  private static long real(CpuState cpu, int size) {
    if (X87.isEmpty(cpu, 0)) {
      X87.underflow(cpu);
      return NarrowFormat.indefinite(size);
    }
    return real(cpu, cpu.stSignExponent[cpu.ftop], cpu.stSignificand[cpu.ftop], size);
  }

  /** A number as the bits of a float or double. */
  static long real(CpuState cpu, int signExponent, long significand, int size) {
    if (Extended.isUnsupported(signExponent, significand)) {
      X87.raise(cpu, X87.IE);
      return NarrowFormat.indefinite(size);
    }
    if ((signExponent & MAX_EXPONENT) == MAX_EXPONENT) {
      if (Extended.isSignalingNaN(signExponent, significand)) {
        X87.raise(cpu, X87.IE);
      }
      // A NaN becomes quiet; an infinity has no fraction.
      long quiet = Extended.isNaN(signExponent, significand) ? significand | QUIET_BIT : significand;
      return NarrowFormat.pack(signExponent & SIGN, NarrowFormat.maxExponent(size), quiet, size);
    }
    if (significand == 0) {
      return NarrowFormat.pack(signExponent & SIGN, 0, 0, size);
    }
    return NarrowFormat.round(cpu, signExponent & SIGN, Extended.normalizedExponent(signExponent, significand),
        Extended.normalizedSignificand(significand), size);
  }
}
