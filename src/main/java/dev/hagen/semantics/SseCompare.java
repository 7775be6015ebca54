package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;
import dev.hagen.x86.Flags;
import dev.hagen.x86.Mxcsr;

/** Comparisons, minima and maxima of SSE and SSE2 (SDM vol. 1 5.5.1.3, 5.6.1.4). */
public final class SseCompare {
  private static final long LOW = 0xFFFF_FFFFL;

  /** How two numbers relate. */
  private static final int EQUAL = 0;
  private static final int LESS = 1;
  private static final int GREATER = 2;
  private static final int UNORDERED = 3;

  /** Predicates of CMPPS (SDM vol. 2 table 3-1): bit {@code relation} set where the result is all ones. */
  private static final int[] PREDICATES = {
      1 << EQUAL,
      1 << LESS,
      1 << LESS | 1 << EQUAL,
      1 << UNORDERED,
      1 << LESS | 1 << GREATER | 1 << UNORDERED,
      1 << GREATER | 1 << EQUAL | 1 << UNORDERED,
      1 << GREATER | 1 << UNORDERED,
      1 << EQUAL | 1 << LESS | 1 << GREATER,
  };

  /** Predicates (bit by number) that raise IE for quiet NaNs too: LT, LE, NLT, NLE. */
  private static final int SIGNALING_PREDICATES = 0b0110_0110;

  private SseCompare() {}

  @Semantics(CMPPS)
  public static void cmpps(CpuState cpu, int destination, int source, int immediate) {
    long low = compareSingles(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * source], immediate & 7);
    long high = compareSingles(cpu, cpu.xmm[2 * destination + 1], cpu.xmm[2 * source + 1], immediate & 7);
    SseExceptions.commit(cpu);
    cpu.xmm[2 * destination] = low;
    cpu.xmm[2 * destination + 1] = high;
  }

  @Semantics(CMPSS)
  public static long cmpss(CpuState cpu, long a, long b, long immediate, int size) {
    return compare(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, (int) immediate & 7) & LOW;
  }

  @Semantics(CMPPD)
  public static void cmppd(CpuState cpu, int destination, int source, int immediate) {
    long[] xmm = cpu.xmm;
    long low = compare(cpu, FloatFormat.DOUBLE, xmm[2 * destination], xmm[2 * source], immediate & 7);
    long high = compare(cpu, FloatFormat.DOUBLE, xmm[2 * destination + 1], xmm[2 * source + 1], immediate & 7);
    SseExceptions.commit(cpu);
    xmm[2 * destination] = low;
    xmm[2 * destination + 1] = high;
  }

  @Semantics(CMPSD)
  public static long cmpsd(CpuState cpu, long a, long b, long immediate, int size) {
    return compare(cpu, FloatFormat.DOUBLE, a, b, (int) immediate & 7);
  }

  @Semantics(COMISS)
  public static void comiss(CpuState cpu, long a, long b, int size) {
    setFlags(cpu, relation(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, true));
  }

  @Semantics(UCOMISS)
  public static void ucomiss(CpuState cpu, long a, long b, int size) {
    setFlags(cpu, relation(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, false));
  }

  @Semantics(COMISD)
  public static void comisd(CpuState cpu, long a, long b, int size) {
    setFlags(cpu, relation(cpu, FloatFormat.DOUBLE, a, b, true));
  }

  @Semantics(UCOMISD)
  public static void ucomisd(CpuState cpu, long a, long b, int size) {
    setFlags(cpu, relation(cpu, FloatFormat.DOUBLE, a, b, false));
  }

  /** COMISD or UCOMISD without the flags: raises what they raise. */
  static void relateDoubles(CpuState cpu, long a, long b, boolean signaling) {
    relation(cpu, FloatFormat.DOUBLE, a, b, signaling);
  }

  /** COMISS or UCOMISS without the flags. */
  static void relateSingles(CpuState cpu, long a, long b, boolean signaling) {
    relation(cpu, FloatFormat.SINGLE, a, b, signaling);
  }

  @Semantics(MINPS)
  public static long minps(CpuState cpu, long a, long b) {
    long low = pick(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, LESS);
    return low | pick(cpu, FloatFormat.SINGLE, a >>> 32, b >>> 32, LESS) << 32;
  }

  @Semantics(MINSS)
  public static long minss(CpuState cpu, long a, long b, int size) {
    return pick(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, LESS);
  }

  @Semantics(MINPD)
  public static long minpd(CpuState cpu, long a, long b) {
    return pick(cpu, FloatFormat.DOUBLE, a, b, LESS);
  }

  @Semantics(MINSD)
  public static long minsd(CpuState cpu, long a, long b, int size) {
    return pick(cpu, FloatFormat.DOUBLE, a, b, LESS);
  }

  @Semantics(MAXPS)
  public static long maxps(CpuState cpu, long a, long b) {
    long low = pick(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, GREATER);
    return low | pick(cpu, FloatFormat.SINGLE, a >>> 32, b >>> 32, GREATER) << 32;
  }

  @Semantics(MAXSS)
  public static long maxss(CpuState cpu, long a, long b, int size) {
    return pick(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, GREATER);
  }

  @Semantics(MAXPD)
  public static long maxpd(CpuState cpu, long a, long b) {
    return pick(cpu, FloatFormat.DOUBLE, a, b, GREATER);
  }

  @Semantics(MAXSD)
  public static long maxsd(CpuState cpu, long a, long b, int size) {
    return pick(cpu, FloatFormat.DOUBLE, a, b, GREATER);
  }

  private static long compareSingles(CpuState cpu, long a, long b, int predicate) {
    return compare(cpu, FloatFormat.SINGLE, a & LOW, b & LOW, predicate) & LOW
        | compare(cpu, FloatFormat.SINGLE, a >>> 32, b >>> 32, predicate) << 32;
  }

  private static long compare(CpuState cpu, FloatFormat format, long a, long b, int predicate) {
    boolean signaling = (SIGNALING_PREDICATES >> predicate & 1) != 0;
    return -(long) (PREDICATES[predicate] >> relation(cpu, format, a, b, signaling) & 1);
  }

  /** {@code a} if it is in {@code relation} to {@code b}; else, also for NaNs and two zeros, {@code b}. */
  private static long pick(CpuState cpu, FloatFormat format, long a, long b, int relation) {
    long result = relation(cpu, format, a, b, true) == relation ? a : b;
    boolean flush = (cpu.mxcsr & Mxcsr.DAZ) != 0 && format.isDenormal(result);
    return flush ? result & format.sign() : result;
  }

  /** How {@code a} relates to {@code b}; {@code signaling}: quiet NaNs raise IE too. */
  private static int relation(CpuState cpu, FloatFormat format, long a, long b, boolean signaling) {
    if (format.isNaN(a) || format.isNaN(b)) {
      if (signaling || format.isSignaling(a) || format.isSignaling(b)) {
        SseExceptions.raise(cpu, Mxcsr.IE);
      }
      return UNORDERED;
    }
    long x = order(format, SoftFloat.operand(cpu, format, a));
    long y = order(format, SoftFloat.operand(cpu, format, b));
    return x < y ? LESS : x > y ? GREATER : EQUAL;
  }

  /** An integer that is ordered as the number is; both zeros are 0. */
  private static long order(FloatFormat format, long bits) {
    long magnitude = bits & ~format.sign();
    return format.isNegative(bits) ? -magnitude : magnitude;
  }

  private static void setFlags(CpuState cpu, int relation) {
    SseExceptions.commit(cpu);
    cpu.setArithmeticFlags(switch (relation) {
      case EQUAL -> Flags.ZF;
      case LESS -> Flags.CF;
      case GREATER -> 0;
      default -> Flags.ZF | Flags.PF | Flags.CF;
    });
  }
}
