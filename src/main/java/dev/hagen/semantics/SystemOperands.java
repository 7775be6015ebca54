package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;

/** Operands as system instructions see them: sizes that differ between registers and memory, far pointers. */
final class SystemOperands {
  private SystemOperands() {}

  /** The low {@code size} bytes of a register or memory operand, zero-extended, or an immediate. */
  static long read(CpuState cpu, Operand operand, int size) {
    return switch (operand) {
      case Operand.Register register ->
          register.highByte() ? cpu.highByte(register.index()) : cpu.register(register.index(), size);
      case Operand.Memory memory -> load(cpu, memory, 0, size);
      case Operand.Immediate immediate -> Bits.zeroExtend(immediate.value(), size);
      default -> throw new AssertionError(operand);
    };
  }

  /** Writes a register ({@code registerSize} bytes) or memory ({@code memorySize} bytes). */
  static void write(CpuState cpu, Operand operand, long value, int registerSize, int memorySize) {
    switch (operand) {
      case Operand.Register register -> cpu.setRegister(register.index(), value, registerSize);
      case Operand.Memory memory -> SegmentedMemory.store(cpu, memory.segment(),
          Operands.effectiveAddress(cpu, memory), value, memorySize);
      default -> throw new AssertionError(operand);
    }
  }

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
