package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.LinearMemory;
import dev.hagen.mmu.SegmentedMemory;

/** Operands of the few SSE instructions whose semantic method takes the whole instruction. */
final class SseOperands {
  private SseOperands() {}

  /** A general register or memory, zero-extended. */
  static long load(CpuState cpu, Operand operand) {
    if (operand instanceof Operand.Register register) {
      return cpu.register(register.index(), register.size());
    }
    Operand.Memory memory = (Operand.Memory) operand;
    return SegmentedMemory.load(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), memory.size());
  }

  static void store(CpuState cpu, Operand operand, long value) {
    if (operand instanceof Operand.Register register) {
      cpu.setRegister(register.index(), value, register.size());
      return;
    }
    Operand.Memory memory = (Operand.Memory) operand;
    SegmentedMemory.store(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), value, memory.size());
  }

  /** The number of the XMM register; sixteen bytes of memory are loaded into {@link CpuState#TEMPORARY_XMM}. */
  static int loadXmm(CpuState cpu, Operand operand) {
    if (operand instanceof Operand.Xmm register) {
      return register.index();
    }
    Operand.Memory memory = (Operand.Memory) operand;
    long linear =
        SegmentedMemory.linearForLoad(cpu, memory.segment(), Operands.effectiveAddress(cpu, memory), 16);
    cpu.xmm[2 * CpuState.TEMPORARY_XMM] = LinearMemory.load(cpu, linear, 8);
    cpu.xmm[2 * CpuState.TEMPORARY_XMM + 1] = LinearMemory.load(cpu, linear + 8, 8);
    return CpuState.TEMPORARY_XMM;
  }
}
