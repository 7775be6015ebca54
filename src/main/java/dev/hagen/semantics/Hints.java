package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Op;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;

/** Instructions that tell the processor something and compute nothing, and its random numbers. */
public final class Hints {
  private Hints() {}

  /** Nothing: memory is coherent, and operands of hints are not accessed. */
  @Semantics({Op.NOP, Op.PREFETCH, Op.LFENCE, Op.MFENCE, Op.SFENCE})
  public static void nop(CpuState cpu) {}

  @Semantics(Op.PAUSE)
  public static void pause(CpuState cpu) {
    cpu.vmm.pause(cpu);
  }

  /** Faults as a load of the byte would. */
  @Semantics({Op.CLFLUSH, Op.CLFLUSHOPT, Op.CLWB})
  public static void clflush(CpuState cpu, Instruction insn) {
    Operand.Memory memory = (Operand.Memory) insn.operand(0);
    long address = Operands.effectiveAddress(cpu, memory);
    LinearMemory.checkLoad(cpu, SegmentedMemory.linearForLoad(cpu, memory.segment(), address, 1), 1);
  }

  /** Random bits. CF is set (they are always at hand), the other arithmetic flags are cleared. */
  @Semantics({Op.RDRAND, Op.RDSEED})
  public static long random(CpuState cpu, int size) {
    cpu.flagResult = 1;
    cpu.flagCarries = CpuState.CARRY_OUT | CpuState.CARRY_IN;
    return cpu.vmm.random();
  }
}
