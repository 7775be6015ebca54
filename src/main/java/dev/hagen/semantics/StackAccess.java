package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;

/** The stack as PUSH and POP see it: SS, and as many bytes of RSP as the stack segment says. */
public final class StackAccess {
  private StackAccess() {}

  /** Pushes {@code size} bytes; RSP moves only if the store succeeds. */
  public static void push(CpuState cpu, long value, int size) {
    int width = cpu.stackSize();
    long top = Bits.zeroExtend(cpu.gpr[Reg.RSP] - size, width);
    SegmentedMemory.store(cpu, Reg.SS, top, value, size);
    setPointer(cpu, top);
  }

  /** Faults as {@link #push} would. */
  public static void checkPush(CpuState cpu, int size) {
    long top = Bits.zeroExtend(cpu.gpr[Reg.RSP] - size, cpu.stackSize());
    LinearMemory.checkStore(cpu, SegmentedMemory.linearForStore(cpu, Reg.SS, top, size), size);
  }

  /** Pops {@code size} bytes, zero-extended. */
  public static long pop(CpuState cpu, int size) {
    long value = peek(cpu, 0, size);
    setPointer(cpu, cpu.gpr[Reg.RSP] + size);
    return value;
  }

  /** The {@code size} bytes at distance {@code offset} above the stack pointer. */
  public static long peek(CpuState cpu, long offset, int size) {
    return SegmentedMemory.load(cpu, Reg.SS, Bits.zeroExtend(cpu.gpr[Reg.RSP] + offset, cpu.stackSize()), size);
  }

  /** Sets the bytes of RSP that the stack segment uses: 16 bits leave the others alone, 32 bits clear them. */
  public static void setPointer(CpuState cpu, long value) {
    cpu.setRegister(Reg.RSP, value, cpu.stackSize());
  }
}
