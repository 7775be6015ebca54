package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;

/** Access to the operands of a decoded instruction, for semantic methods that take the whole instruction. */
public final class Operands {
  private Operands() {}

  /** The effective address of a memory operand: an offset in its segment (SDM vol. 1 3.7.5). */
  public static long effectiveAddress(CpuState cpu, Operand.Memory memory) {
    long address = cpu.gpr[memory.base()] + (cpu.gpr[memory.index()] << memory.scale()) + memory.displacement();
    if (memory.ripRelative()) {
      address += cpu.rip;
    }
    return switch (memory.addressSize()) {
      case 8 -> address;
      case 4 -> address & 0xFFFF_FFFFL;
      default -> address & 0xFFFF;
    };
  }

  /** The value of operand {@code index}, zero-extended; an immediate is extended as it was decoded. */
  public static long read(CpuState cpu, Instruction insn, int index) {
    Operand operand = insn.operand(index);
    if (operand instanceof Operand.Register register) {
      return register(cpu, register);
    }
    if (operand instanceof Operand.Memory memory) {
      return SegmentedMemory.load(cpu, memory.segment(), effectiveAddress(cpu, memory), memory.size());
    }
    return constant(operand);
  }

  /** Likewise as the first half of a read-modify-write: a memory operand faults as a write would. */
  public static long readForWrite(CpuState cpu, Instruction insn, int index) {
    Operand operand = insn.operand(index);
    if (operand instanceof Operand.Register register) {
      return register(cpu, register);
    }
    if (operand instanceof Operand.Memory memory) {
      return SegmentedMemory.loadForWrite(cpu, memory.segment(), effectiveAddress(cpu, memory), memory.size());
    }
    throw new AssertionError(operand);
  }

  /** Writes as many low bytes of {@code value} as operand {@code index}, a general register or memory, has. */
  public static void write(CpuState cpu, Instruction insn, int index, long value) {
    Operand operand = insn.operand(index);
    if (operand instanceof Operand.Register register) {
      if (register.highByte()) {
        cpu.setHighByte(register.index(), value);
      } else {
        cpu.setRegister(register.index(), value, register.size());
      }
    } else if (operand instanceof Operand.Memory memory) {
      SegmentedMemory.store(cpu, memory.segment(), effectiveAddress(cpu, memory), value, memory.size());
    } else {
      throw new AssertionError(operand);
    }
  }

  private static long register(CpuState cpu, Operand.Register register) {
    return register.highByte() ? cpu.highByte(register.index()) : cpu.register(register.index(), register.size());
  }

  private static long constant(Operand operand) {
    if (operand instanceof Operand.Immediate immediate) {
      return immediate.value();
    }
    if (operand instanceof Operand.Relative relative) {
      return relative.displacement();
    }
    throw new AssertionError(operand);
  }
}
