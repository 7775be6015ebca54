package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.FloatFormat.DOUBLE;
import static dev.hagen.semantics.FloatFormat.SINGLE;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.util.Bits;

/** Conversions of SSE and SSE2, and roundings of SSE4.1 (SDM vol. 1 5.5.1.6, 5.6.1.6, 5.10.5). */
public final class SseConvert {
  private static final long LOW = 0xFFFF_FFFFL;

  private SseConvert() {}

  // Integers to numbers.

  /** The source may be 4 or 8 bytes wide whatever the destination, so this takes the whole instruction. */
  @Semantics(CVTSI2SS)
  public static void cvtsi2ss(CpuState cpu, Instruction instruction) {
    int destination = 2 * ((Operand.Xmm) instruction.operand(0)).index();
    long result = FloatConversion.fromInteger(cpu, SINGLE, signedSource(cpu, instruction));
    SseExceptions.commit(cpu);
    cpu.xmm[destination] = cpu.xmm[destination] & ~LOW | result;
  }

  @Semantics(CVTSI2SD)
  public static void cvtsi2sd(CpuState cpu, Instruction instruction) {
    int destination = 2 * ((Operand.Xmm) instruction.operand(0)).index();
    long value = signedSource(cpu, instruction);
    long result = value == (int) value ? fromInt((int) value) : FloatConversion.fromInteger(cpu, DOUBLE, value);
    SseExceptions.commit(cpu);
    cpu.xmm[destination] = result;
  }

  @Semantics(CVTPI2PS)
  public static void cvtpi2ps(CpuState cpu, int destination, long value, int immediate) {
    long result = singles(cpu, value);
    SseExceptions.commit(cpu);
    cpu.xmm[2 * destination] = result;
  }

  @Semantics(CVTPI2PD)
  public static void cvtpi2pd(CpuState cpu, int destination, long value, int immediate) {
    set(cpu, destination, fromInt((int) value), fromInt(Lanes.high(value)));
  }

  @Semantics(CVTDQ2PS)
  public static void cvtdq2ps(CpuState cpu, int destination, int source) {
    long low = singles(cpu, cpu.xmm[2 * source]);
    long high = singles(cpu, cpu.xmm[2 * source + 1]);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(CVTDQ2PD)
  public static void cvtdq2pd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    set(cpu, destination, fromInt((int) value), fromInt(Lanes.high(value)));
  }

  // Numbers to integers.

  @Semantics(CVTSS2SI)
  public static long cvtss2si(CpuState cpu, long a, int size) {
    return FloatConversion.singleToInteger(cpu, a & LOW, size);
  }

  @Semantics(CVTTSS2SI)
  public static long cvttss2si(CpuState cpu, long a, int size) {
    return FloatConversion.singleToIntegerTruncated(cpu, a & LOW, size);
  }

  @Semantics(CVTSD2SI)
  public static long cvtsd2si(CpuState cpu, long a, int size) {
    return FloatConversion.doubleToInteger(cpu, a, size);
  }

  @Semantics(CVTTSD2SI)
  public static long cvttsd2si(CpuState cpu, long a, int size) {
    return FloatConversion.doubleToIntegerTruncated(cpu, a, size);
  }

  @Semantics(CVTPS2PI)
  public static long cvtps2pi(CpuState cpu, long a, int size) {
    return FloatConversion.singleToInteger(cpu, a & LOW, 4) & LOW
        | FloatConversion.singleToInteger(cpu, a >>> 32, 4) << 32;
  }

  @Semantics(CVTTPS2PI)
  public static long cvttps2pi(CpuState cpu, long a, int size) {
    return FloatConversion.singleToIntegerTruncated(cpu, a & LOW, 4) & LOW
        | FloatConversion.singleToIntegerTruncated(cpu, a >>> 32, 4) << 32;
  }

  @Semantics(CVTPD2PI)
  public static long cvtpd2pi(CpuState cpu, int source, int immediate) {
    return FloatConversion.doubleToInteger(cpu, cpu.xmm[2 * source], 4) & LOW
        | FloatConversion.doubleToInteger(cpu, cpu.xmm[2 * source + 1], 4) << 32;
  }

  @Semantics(CVTTPD2PI)
  public static long cvttpd2pi(CpuState cpu, int source, int immediate) {
    return FloatConversion.doubleToIntegerTruncated(cpu, cpu.xmm[2 * source], 4) & LOW
        | FloatConversion.doubleToIntegerTruncated(cpu, cpu.xmm[2 * source + 1], 4) << 32;
  }

  @Semantics(CVTPS2DQ)
  public static void cvtps2dq(CpuState cpu, int destination, int source) {
    long low = cvtps2pi(cpu, cpu.xmm[2 * source], 8);
    long high = cvtps2pi(cpu, cpu.xmm[2 * source + 1], 8);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(CVTTPS2DQ)
  public static void cvttps2dq(CpuState cpu, int destination, int source) {
    long low = cvttps2pi(cpu, cpu.xmm[2 * source], 8);
    long high = cvttps2pi(cpu, cpu.xmm[2 * source + 1], 8);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(CVTPD2DQ)
  public static void cvtpd2dq(CpuState cpu, int destination, int source) {
    long result = cvtpd2pi(cpu, source, 0);
    SseExceptions.commit(cpu);
    set(cpu, destination, result, 0);
  }

  @Semantics(CVTTPD2DQ)
  public static void cvttpd2dq(CpuState cpu, int destination, int source) {
    long result = cvttpd2pi(cpu, source, 0);
    SseExceptions.commit(cpu);
    set(cpu, destination, result, 0);
  }

  // Between single and double.

  @Semantics(CVTSS2SD)
  public static long cvtss2sd(CpuState cpu, long a, long b, int size) {
    return FloatConversion.singleToDouble(cpu, b & LOW);
  }

  @Semantics(CVTSD2SS)
  public static long cvtsd2ss(CpuState cpu, long a, long b, int size) {
    return FloatConversion.doubleToSingle(cpu, b);
  }

  @Semantics(CVTPS2PD)
  public static void cvtps2pd(CpuState cpu, int destination, int source) {
    long value = cpu.xmm[2 * source];
    long low = FloatConversion.singleToDouble(cpu, value & LOW);
    long high = FloatConversion.singleToDouble(cpu, value >>> 32);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(CVTPD2PS)
  public static void cvtpd2ps(CpuState cpu, int destination, int source) {
    long low = FloatConversion.doubleToSingle(cpu, cpu.xmm[2 * source]);
    long high = FloatConversion.doubleToSingle(cpu, cpu.xmm[2 * source + 1]);
    SseExceptions.commit(cpu);
    set(cpu, destination, low | high << 32, 0);
  }

  // To integers in floating point.

  @Semantics(ROUNDPS)
  public static void roundps(CpuState cpu, int destination, int source, int immediate) {
    long low = roundSingles(cpu, cpu.xmm[2 * source], immediate);
    long high = roundSingles(cpu, cpu.xmm[2 * source + 1], immediate);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(ROUNDPD)
  public static void roundpd(CpuState cpu, int destination, int source, int immediate) {
    long low = FloatConversion.roundToIntegral(cpu, DOUBLE, cpu.xmm[2 * source], immediate);
    long high = FloatConversion.roundToIntegral(cpu, DOUBLE, cpu.xmm[2 * source + 1], immediate);
    SseExceptions.commit(cpu);
    set(cpu, destination, low, high);
  }

  @Semantics(ROUNDSS)
  public static long roundss(CpuState cpu, long a, long b, long immediate, int size) {
    return FloatConversion.roundToIntegral(cpu, SINGLE, b & LOW, (int) immediate);
  }

  @Semantics(ROUNDSD)
  public static long roundsd(CpuState cpu, long a, long b, long immediate, int size) {
    return FloatConversion.roundToIntegral(cpu, DOUBLE, b, (int) immediate);
  }

  private static long signedSource(CpuState cpu, Instruction instruction) {
    Operand source = instruction.operand(1);
    return Bits.signExtend(SseOperands.load(cpu, source), source.size());
  }

  private static long fromInt(int value) {
    return Double.doubleToRawLongBits(value);
  }

  private static long singles(CpuState cpu, long integers) {
    return FloatConversion.fromInteger(cpu, SINGLE, (int) integers)
        | FloatConversion.fromInteger(cpu, SINGLE, Lanes.high(integers)) << 32;
  }

  private static long roundSingles(CpuState cpu, long value, int immediate) {
    return FloatConversion.roundToIntegral(cpu, SINGLE, value & LOW, immediate)
        | FloatConversion.roundToIntegral(cpu, SINGLE, value >>> 32, immediate) << 32;
  }

  private static void set(CpuState cpu, int register, long low, long high) {
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }
}
