package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.Extended.QUIET_BIT;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import java.util.Objects;

/** x87 loads and register moves (SDM vol. 1 8.3.3, 8.3.4). */
public final class X87Load {
  private X87Load() {}

  @Semantics({FLD_M32, FLD_M64})
  public static void fldReal(CpuState cpu, long a, int size) {
    if (size == 4) {
      loadReal(cpu, Extended.floatSignExponent((int) a), Extended.floatSignificand((int) a));
    } else {
      loadReal(cpu, Extended.doubleSignExponent(a), Extended.doubleSignificand(a));
    }
  }

  /** Pushes a number that came from a narrower format. */
  private static void loadReal(CpuState cpu, int signExponent, long significand) {
    X87.clearC1(cpu);
    if (X87.isFull(cpu)) {
      X87.overflow(cpu);
    } else if (Extended.isSignalingNaN(signExponent, significand)) {
      if (!X87.raise(cpu, X87.IE)) {
        X87.push(cpu, signExponent, significand | QUIET_BIT);
      }
    } else {
      if (signExponent >= Extended.WAS_DENORMAL) {
        // Even an unmasked denormal operand is loaded.
        X87.raise(cpu, X87.DE);
      }
      X87.push(cpu, signExponent & 0xFFFF, significand);
    }
  }

  /** What a number from a narrower format becomes, with its exceptions, which are masked. */
  static long convertSpecial(CpuState cpu, int signExponent, long significand) {
    cpu.extendedSignExponent = signExponent & 0xFFFF;
    if (Extended.isSignalingNaN(signExponent, significand)) {
      X87.raise(cpu, X87.IE);
      return significand | QUIET_BIT;
    }
    if (signExponent >= Extended.WAS_DENORMAL) {
      X87.raise(cpu, X87.DE);
    }
    return significand;
  }

  @Semantics(FLD_M80)
  public static void fldExtended(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), 10);
    LinearMemory.checkLoad(cpu, linear, 10);
    long significand = LinearMemory.load(cpu, linear, 8);
    int signExponent = (int) LinearMemory.load(cpu, linear + 8, 2);
    load(cpu, signExponent, significand);
  }

  /** FLD of ten bytes that a translation unit has loaded. */
  public static void loadExtended(CpuState cpu, int signExponent, long significand) {
    load(cpu, signExponent, significand);
  }

  /** Pushes without looking at the number. */
  private static void load(CpuState cpu, int signExponent, long significand) {
    X87.clearC1(cpu);
    if (X87.isFull(cpu)) {
      X87.overflow(cpu);
    } else {
      X87.push(cpu, signExponent, significand);
    }
  }

  @Semantics(FLD)
  public static void fld(CpuState cpu, int source) {
    X87.clearC1(cpu);
    int from = X87.physical(cpu, source);
    if (X87.isEmpty(cpu, source)) {
      if (X87.underflow(cpu)) {
        X87.push(cpu, X87.INDEFINITE_SIGN_EXPONENT, X87.INDEFINITE_SIGNIFICAND);
      }
    } else if (X87.isFull(cpu)) {
      X87.overflow(cpu);
    } else {
      X87.push(cpu, cpu.stSignExponent[from], cpu.stSignificand[from]);
    }
  }

  @Semantics({FILD_M16, FILD_M32, FILD_M64})
  public static void fild(CpuState cpu, long a, int size) {
    long value = Bits.signExtend(a, size);
    load(cpu, Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  @Semantics(FBLD)
  public static void fbld(CpuState cpu, Instruction instruction) {
    Operand.Memory memory = Objects.requireNonNull(instruction.memory());
    long linear = SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), 10);
    LinearMemory.checkLoad(cpu, linear, 10);
    long low = LinearMemory.load(cpu, linear, 8);
    int high = (int) LinearMemory.load(cpu, linear + 8, 2);
    long value = PackedDecimal.value(low, high);
    load(cpu, high & Extended.SIGN | Extended.integerSignExponent(value), Extended.integerSignificand(value));
  }

  // Constants; those that are not exact follow rounding control. The last argument says how the exact value compares
  // with the stored one rounded to nearest.

  @Semantics(FLD1)
  public static void fld1(CpuState cpu) {
    load(cpu, Extended.BIAS, Extended.INTEGER_BIT);
  }

  @Semantics(FLDZ)
  public static void fldz(CpuState cpu) {
    load(cpu, 0, 0);
  }

  @Semantics(FLDL2T)
  public static void fldl2t(CpuState cpu) {
    loadConstant(cpu, 0x4000, 0xD49A_784B_CD1B_8AFEL, false);
  }

  @Semantics(FLDL2E)
  public static void fldl2e(CpuState cpu) {
    loadConstant(cpu, 0x3FFF, 0xB8AA_3B29_5C17_F0BCL, true);
  }

  @Semantics(FLDPI)
  public static void fldpi(CpuState cpu) {
    loadConstant(cpu, 0x4000, 0xC90F_DAA2_2168_C235L, true);
  }

  @Semantics(FLDLG2)
  public static void fldlg2(CpuState cpu) {
    loadConstant(cpu, 0x3FFD, 0x9A20_9A84_FBCF_F799L, true);
  }

  @Semantics(FLDLN2)
  public static void fldln2(CpuState cpu) {
    loadConstant(cpu, 0x3FFE, 0xB172_17F7_D1CF_79ACL, true);
  }

  /** Loads a positive constant given as its truncation plus one unit ({@code wasRoundedUp}) or its truncation. */
  private static void loadConstant(CpuState cpu, int exponent, long nearest, boolean wasRoundedUp) {
    long significand = switch (ExtendedRounding.roundingControl(cpu)) {
      case ExtendedRounding.NEAREST -> nearest;
      case ExtendedRounding.UP -> wasRoundedUp ? nearest : nearest + 1;
      default -> wasRoundedUp ? nearest - 1 : nearest;
    };
    load(cpu, exponent, significand);
  }

  // Moves between registers.

  @Semantics(FXCH)
  public static void fxch(CpuState cpu, int source) {
    X87.clearC1(cpu);
    int a = cpu.ftop;
    int b = X87.physical(cpu, source);
    boolean aEmpty = X87.isEmpty(cpu, 0);
    boolean bEmpty = X87.isEmpty(cpu, source);
    if (aEmpty || bEmpty) {
      if (!X87.underflow(cpu)) {
        return;
      }
      if (aEmpty) {
        X87.writeIndefinite(cpu, a);
      }
      if (bEmpty) {
        X87.writeIndefinite(cpu, b);
      }
    }
    int signExponent = cpu.stSignExponent[a];
    long significand = cpu.stSignificand[a];
    cpu.stSignExponent[a] = cpu.stSignExponent[b];
    cpu.stSignificand[a] = cpu.stSignificand[b];
    cpu.stSignExponent[b] = signExponent;
    cpu.stSignificand[b] = significand;
  }

  @Semantics(FCMOVB)
  public static void fcmovb(CpuState cpu, int destination, int source) {
    move(cpu, cpu.cf(), destination, source);
  }

  @Semantics(FCMOVE)
  public static void fcmove(CpuState cpu, int destination, int source) {
    move(cpu, cpu.zf(), destination, source);
  }

  @Semantics(FCMOVBE)
  public static void fcmovbe(CpuState cpu, int destination, int source) {
    move(cpu, cpu.cf() || cpu.zf(), destination, source);
  }

  @Semantics(FCMOVU)
  public static void fcmovu(CpuState cpu, int destination, int source) {
    move(cpu, cpu.pf(), destination, source);
  }

  @Semantics(FCMOVNB)
  public static void fcmovnb(CpuState cpu, int destination, int source) {
    move(cpu, !cpu.cf(), destination, source);
  }

  @Semantics(FCMOVNE)
  public static void fcmovne(CpuState cpu, int destination, int source) {
    move(cpu, !cpu.zf(), destination, source);
  }

  @Semantics(FCMOVNBE)
  public static void fcmovnbe(CpuState cpu, int destination, int source) {
    move(cpu, !cpu.cf() && !cpu.zf(), destination, source);
  }

  @Semantics(FCMOVNU)
  public static void fcmovnu(CpuState cpu, int destination, int source) {
    move(cpu, !cpu.pf(), destination, source);
  }

  private static void move(CpuState cpu, boolean condition, int destination, int source) {
    int to = X87.physical(cpu, destination);
    int from = X87.physical(cpu, source);
    if (X87.isEmpty(cpu, destination) || X87.isEmpty(cpu, source)) {
      X87.underflow(cpu, to);
    } else if (condition) {
      cpu.stSignExponent[to] = cpu.stSignExponent[from];
      cpu.stSignificand[to] = cpu.stSignificand[from];
    }
  }
}
