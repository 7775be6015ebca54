package dev.hagen.semantics;

import static dev.hagen.x86.Reg.RAX;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Op;
import dev.hagen.x86.Vector;

/** Decimal arithmetic (SDM vol. 1 5.1.3). Flags that the manual leaves open: {@link UndefinedFlags}. */
public final class Decimal {
  private Decimal() {}

  @Semantics(Op.AAA)
  public static void aaa(CpuState cpu) {
    long ax = cpu.register(RAX, 2);
    boolean adjust = lowDigitOverflows(cpu, ax);
    long correction = adjust ? 0x106 : 0;
    ArithmeticFlags.sum(cpu, ax, correction, ax + correction, 2);
    finishUnpacked(cpu, ax + correction, adjust);
  }

  @Semantics(Op.AAS)
  public static void aas(CpuState cpu) {
    long ax = cpu.register(RAX, 2);
    boolean adjust = lowDigitOverflows(cpu, ax);
    long correction = adjust ? 0x106 : 0;
    ArithmeticFlags.difference(cpu, ax, correction, ax - correction, 2);
    finishUnpacked(cpu, ax - correction, adjust);
  }

  private static void finishUnpacked(CpuState cpu, long result, boolean adjusted) {
    cpu.setRegister(RAX, result & 0xFF0F, 2);
    cpu.setCf(adjusted);
    cpu.setAf(adjusted);
  }

  @Semantics(Op.DAA)
  public static void daa(CpuState cpu) {
    long al = cpu.register(RAX, 1);
    boolean low = lowDigitOverflows(cpu, al);
    boolean high = al > 0x99 || cpu.cf();
    long correction = (low ? 6L : 0) + (high ? 0x60 : 0);
    long result = al + correction;
    ArithmeticFlags.sum(cpu, al, correction, result, 1);
    finishPacked(cpu, result, low, high);
  }

  @Semantics(Op.DAS)
  public static void das(CpuState cpu) {
    long al = cpu.register(RAX, 1);
    boolean low = lowDigitOverflows(cpu, al);
    boolean high = al > 0x99 || cpu.cf();
    long correction = (low ? 6L : 0) + (high ? 0x60 : 0);
    long result = al - correction;
    ArithmeticFlags.difference(cpu, al, correction, result, 1);
    finishPacked(cpu, result, low, high || low && al < 6);
  }

  private static void finishPacked(CpuState cpu, long result, boolean af, boolean cf) {
    cpu.setRegister(RAX, result, 1);
    cpu.setCf(cf);
    cpu.setAf(af);
  }

  private static boolean lowDigitOverflows(CpuState cpu, long al) {
    return (al & 0xF) > 9 || cpu.af();
  }

  /** AH = AL / base, AL = the remainder; #DE if the base is zero. */
  @Semantics(Op.AAM)
  public static void aam(CpuState cpu, long a, int size) {
    long base = a & 0xFF;
    if (base == 0) {
      throw cpu.raise(Vector.DE);
    }
    long al = cpu.register(RAX, 1);
    cpu.setRegister(RAX, al / base << 8 | al % base, 2);
    ArithmeticFlags.logic(cpu, al % base, 1);
  }

  /** AL = AL + AH × base, AH = 0. */
  @Semantics(Op.AAD)
  public static void aad(CpuState cpu, long a, int size) {
    long al = cpu.register(RAX, 1);
    long product = cpu.highByte(RAX) * a & 0xFF;
    long sum = al + product & 0xFF;
    cpu.setRegister(RAX, sum, 2);
    ArithmeticFlags.sum(cpu, al, product, sum, 1);
  }
}
