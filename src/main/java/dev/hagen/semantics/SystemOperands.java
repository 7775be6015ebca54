package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;

/** What system instructions need of their operands beyond {@link Operands}: images in memory, and privilege checks. */
final class SystemOperands {
  private SystemOperands() {}

  /** {@code size} bytes at distance {@code offset} from the start of a memory operand. */
  static long load(CpuState cpu, Operand.Memory memory, int offset, int size) {
    long address = Bits.zeroExtend(Operands.effectiveAddress(cpu, memory) + offset, memory.addressSize());
    return SegmentedMemory.load(cpu, memory.segment(), address, size);
  }

  /** Stores {@code size} bytes at distance {@code offset} from the start of a memory operand. */
  static void store(CpuState cpu, Operand.Memory memory, int offset, long value, int size) {
    long address = Bits.zeroExtend(Operands.effectiveAddress(cpu, memory) + offset, memory.addressSize());
    SegmentedMemory.store(cpu, memory.segment(), address, value, size);
  }

  /** The number of a general register operand. */
  static int register(Instruction insn, int index) {
    return ((Operand.Register) insn.operand(index)).index();
  }

  static Operand.Memory memory(Instruction insn, int index) {
    return (Operand.Memory) insn.operand(index);
  }

  /** #GP(0) unless CPL is 0. */
  static void requirePrivilege(CpuState cpu) {
    if (cpu.cpl != 0) {
      throw cpu.generalProtection(0);
    }
  }

  /** #UD in real and virtual-8086 mode. */
  static void requireProtectedMode(CpuState cpu) {
    if (cpu.usesRealSegments()) {
      throw cpu.undefinedOpcode();
    }
  }
}
