package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;

import dev.hagen.cpu.CpuState;

/**
 * Sums, differences, products, quotients and square roots of SSE and SSE2 (SDM vol. 1 5.5.1.2, 5.6.1.2).
 *
 * <p>The packed forms work on eight bytes and leave their exceptions for {@link SseExceptions#commit}.
 */
public final class SseArithmetic {
  private static final long LOW = 0xFFFF_FFFFL;

  private SseArithmetic() {}

  @Semantics(ADDPS)
  public static long addps(CpuState cpu, long a, long b) {
    long low = FloatArithmetic.addSingle(cpu, a & LOW, b & LOW);
    return low | FloatArithmetic.addSingle(cpu, a >>> 32, b >>> 32) << 32;
  }

  @Semantics(ADDSS)
  public static long addss(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.addSingle(cpu, a & LOW, b & LOW);
  }

  @Semantics(ADDPD)
  public static long addpd(CpuState cpu, long a, long b) {
    return FloatArithmetic.addDouble(cpu, a, b);
  }

  @Semantics(ADDSD)
  public static long addsd(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.addDouble(cpu, a, b);
  }

  @Semantics(SUBPS)
  public static long subps(CpuState cpu, long a, long b) {
    long low = FloatArithmetic.subtractSingle(cpu, a & LOW, b & LOW);
    return low | FloatArithmetic.subtractSingle(cpu, a >>> 32, b >>> 32) << 32;
  }

  @Semantics(SUBSS)
  public static long subss(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.subtractSingle(cpu, a & LOW, b & LOW);
  }

  @Semantics(SUBPD)
  public static long subpd(CpuState cpu, long a, long b) {
    return FloatArithmetic.subtractDouble(cpu, a, b);
  }

  @Semantics(SUBSD)
  public static long subsd(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.subtractDouble(cpu, a, b);
  }

  @Semantics(MULPS)
  public static long mulps(CpuState cpu, long a, long b) {
    long low = FloatArithmetic.multiplySingle(cpu, a & LOW, b & LOW);
    return low | FloatArithmetic.multiplySingle(cpu, a >>> 32, b >>> 32) << 32;
  }

  @Semantics(MULSS)
  public static long mulss(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.multiplySingle(cpu, a & LOW, b & LOW);
  }

  @Semantics(MULPD)
  public static long mulpd(CpuState cpu, long a, long b) {
    return FloatArithmetic.multiplyDouble(cpu, a, b);
  }

  @Semantics(MULSD)
  public static long mulsd(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.multiplyDouble(cpu, a, b);
  }

  @Semantics(DIVPS)
  public static long divps(CpuState cpu, long a, long b) {
    long low = FloatArithmetic.divideSingle(cpu, a & LOW, b & LOW);
    return low | FloatArithmetic.divideSingle(cpu, a >>> 32, b >>> 32) << 32;
  }

  @Semantics(DIVSS)
  public static long divss(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.divideSingle(cpu, a & LOW, b & LOW);
  }

  @Semantics(DIVPD)
  public static long divpd(CpuState cpu, long a, long b) {
    return FloatArithmetic.divideDouble(cpu, a, b);
  }

  @Semantics(DIVSD)
  public static long divsd(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.divideDouble(cpu, a, b);
  }

  @Semantics(SQRTPS)
  public static void sqrtps(CpuState cpu, int destination, int source) {
    long low = squareRoots(cpu, cpu.xmm[2 * source]);
    long high = squareRoots(cpu, cpu.xmm[2 * source + 1]);
    SseExceptions.commit(cpu);
    cpu.xmm[2 * destination] = low;
    cpu.xmm[2 * destination + 1] = high;
  }

  @Semantics(SQRTSS)
  public static long sqrtss(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.squareRootSingle(cpu, b & LOW);
  }

  @Semantics(SQRTPD)
  public static void sqrtpd(CpuState cpu, int destination, int source) {
    long low = FloatArithmetic.squareRootDouble(cpu, cpu.xmm[2 * source]);
    long high = FloatArithmetic.squareRootDouble(cpu, cpu.xmm[2 * source + 1]);
    SseExceptions.commit(cpu);
    cpu.xmm[2 * destination] = low;
    cpu.xmm[2 * destination + 1] = high;
  }

  @Semantics(SQRTSD)
  public static long sqrtsd(CpuState cpu, long a, long b, int size) {
    return FloatArithmetic.squareRootDouble(cpu, b);
  }

  private static long squareRoots(CpuState cpu, long value) {
    return FloatArithmetic.squareRootSingle(cpu, value & LOW)
        | FloatArithmetic.squareRootSingle(cpu, value >>> 32) << 32;
  }
}
