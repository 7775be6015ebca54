package dev.hagen.semantics;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Operand;

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
}
