package dev.hagen.semantics;

import static dev.hagen.decode.Op.*;
import static dev.hagen.semantics.FloatArithmetic.addDouble;
import static dev.hagen.semantics.FloatArithmetic.addSingle;
import static dev.hagen.semantics.FloatArithmetic.multiplyDouble;
import static dev.hagen.semantics.FloatArithmetic.multiplySingle;
import static dev.hagen.semantics.FloatArithmetic.subtractDouble;
import static dev.hagen.semantics.FloatArithmetic.subtractSingle;

import dev.hagen.cpu.CpuState;

/** Floating-point operations between neighbours, and dot products (SDM vol. 1 5.7.2, 5.7.3, 5.10.2). */
public final class SseHorizontal {
  private static final long LOW = 0xFFFF_FFFFL;

  private SseHorizontal() {}

  /** Subtracts the even elements, adds the odd ones. */
  @Semantics(ADDSUBPS)
  public static long addsubps(CpuState cpu, long a, long b) {
    return subtractSingle(cpu, a & LOW, b & LOW) | addSingle(cpu, a >>> 32, b >>> 32) << 32;
  }

  @Semantics(ADDSUBPD)
  public static void addsubpd(CpuState cpu, int destination, int source) {
    long low = subtractDouble(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * source]);
    long high = addDouble(cpu, cpu.xmm[2 * destination + 1], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(HADDPS)
  public static void haddps(CpuState cpu, int destination, int source) {
    long low = hadd(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = hadd(cpu, cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(HADDPD)
  public static void haddpd(CpuState cpu, int destination, int source) {
    long low = addDouble(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = addDouble(cpu, cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(HSUBPS)
  public static void hsubps(CpuState cpu, int destination, int source) {
    long low = hsub(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = hsub(cpu, cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  @Semantics(HSUBPD)
  public static void hsubpd(CpuState cpu, int destination, int source) {
    long low = subtractDouble(cpu, cpu.xmm[2 * destination], cpu.xmm[2 * destination + 1]);
    long high = subtractDouble(cpu, cpu.xmm[2 * source], cpu.xmm[2 * source + 1]);
    set(cpu, destination, low, high);
  }

  /** Products that the upper four bits of the immediate select, summed pair by pair, to where its lower bits say. */
  @Semantics(DPPS)
  public static void dpps(CpuState cpu, int destination, int source, int immediate) {
    long[] xmm = cpu.xmm;
    long low = products(cpu, xmm[2 * destination], xmm[2 * source], immediate >> 4);
    long high = products(cpu, xmm[2 * destination + 1], xmm[2 * source + 1], immediate >> 6);
    SseExceptions.commit(cpu);
    long lowSum = addSingle(cpu, low & LOW, low >>> 32);
    long highSum = addSingle(cpu, high & LOW, high >>> 32);
    SseExceptions.commit(cpu);
    long sum = addSingle(cpu, lowSum, highSum);
    set(cpu, destination, spread(sum, immediate), spread(sum, immediate >> 2));
  }

  @Semantics(DPPD)
  public static void dppd(CpuState cpu, int destination, int source, int immediate) {
    long[] xmm = cpu.xmm;
    long low = (immediate & 16) == 0 ? 0 : multiplyDouble(cpu, xmm[2 * destination], xmm[2 * source]);
    long high = (immediate & 32) == 0 ? 0 : multiplyDouble(cpu, xmm[2 * destination + 1], xmm[2 * source + 1]);
    SseExceptions.commit(cpu);
    long sum = addDouble(cpu, low, high);
    set(cpu, destination, (immediate & 1) != 0 ? sum : 0, (immediate & 2) != 0 ? sum : 0);
  }

  private static long products(CpuState cpu, long a, long b, int selected) {
    long low = (selected & 1) == 0 ? 0 : multiplySingle(cpu, a & LOW, b & LOW);
    return low | ((selected & 2) == 0 ? 0 : multiplySingle(cpu, a >>> 32, b >>> 32) << 32);
  }

  private static long spread(long value, int selected) {
    return ((selected & 1) != 0 ? value : 0) | ((selected & 2) != 0 ? value << 32 : 0);
  }

  private static long hadd(CpuState cpu, long a, long b) {
    return addSingle(cpu, a & LOW, a >>> 32) | addSingle(cpu, b & LOW, b >>> 32) << 32;
  }

  private static long hsub(CpuState cpu, long a, long b) {
    return subtractSingle(cpu, a & LOW, a >>> 32) | subtractSingle(cpu, b & LOW, b >>> 32) << 32;
  }

  /** Writes a result unless an exception keeps it from being written. */
  private static void set(CpuState cpu, int register, long low, long high) {
    SseExceptions.commit(cpu);
    cpu.xmm[2 * register] = low;
    cpu.xmm[2 * register + 1] = high;
  }
}
