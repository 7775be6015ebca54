package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.ExecutionContext;
import dev.hagen.decode.Operand;
import dev.hagen.mmu.SegmentedMemory;
import dev.hagen.util.Bits;
import dev.hagen.x86.Reg;
import dev.hagen.x86.Vector;

/** Computes the linear address of a memory operand; what the execution context makes unnecessary is left out. */
final class Address {
  /** Flat segment: the effective address is the linear one. */
  private static final byte FLAT = 0;
  /** Flat 32-bit segment: the effective address is the linear one, but an access beyond 4 GiB violates the limit. */
  private static final byte FLAT_32 = 4;
  /** 64-bit mode, SS: like flat, but a non-canonical address raises #SS. */
  private static final byte STACK = 1;
  /** 64-bit mode, FS or GS: the base is added. */
  private static final byte BASED = 2;
  /** Everything that segmentation has to offer. */
  private static final byte SEGMENTED = 3;

  private final byte kind;
  private final byte segment;
  private final byte base;
  private final byte index;
  private final byte scale;
  private final long displacement;
  /** All bits if the address of the next instruction is added, else none. */
  private final long ripMask;
  private final long mask;

  Address(Operand.Memory memory, int context) {
    segment = (byte) memory.segment();
    base = (byte) memory.base();
    index = (byte) memory.index();
    scale = (byte) memory.scale();
    displacement = memory.displacement();
    ripMask = memory.ripRelative() ? -1 : 0;
    mask = Bits.mask(memory.addressSize());
    boolean extra = segment == Reg.FS || segment == Reg.GS;
    if (ExecutionContext.codeSize(context) == 8) {
      kind = extra ? BASED : segment == Reg.SS ? STACK : FLAT;
    } else {
      boolean writableFlat = ExecutionContext.isFlat(context) && !extra && segment != Reg.CS;
      kind = writableFlat && memory.addressSize() == 4 ? FLAT_32 : SEGMENTED;
    }
  }

  /** Whether the effective address is the linear one where the TLB knows that; where it does not, more is to be checked. */
  boolean isPlain() {
    return kind == FLAT || kind == STACK || kind == FLAT_32;
  }

  /** The effective address: an offset in the segment. */
  long effective(CpuState cpu) {
    return cpu.gpr[base] + (cpu.gpr[index] << scale) + displacement + (cpu.rip & ripMask) & mask;
  }

  /** The linear address of {@code size} bytes to read. */
  long forLoad(CpuState cpu, int size) {
    long effective = effective(cpu);
    if (kind == FLAT || kind == FLAT_32 && effective <= 0x1_0000_0000L - size) {
      return effective;
    }
    return checked(cpu, effective, size, false);
  }

  /** The linear address of {@code size} bytes to write. */
  long forStore(CpuState cpu, int size) {
    long effective = effective(cpu);
    if (kind == FLAT || kind == FLAT_32 && effective <= 0x1_0000_0000L - size) {
      return effective;
    }
    return checked(cpu, effective, size, true);
  }

  private long checked(CpuState cpu, long effective, int size, boolean write) {
    switch (kind) {
      case STACK -> {
        if (!Bits.isCanonical(effective) || !Bits.isCanonical(effective + size - 1)) {
          throw cpu.raise(Vector.SS, 0);
        }
        return effective;
      }
      case BASED -> {
        return effective + cpu.segment[segment].base;
      }
      default -> {
        return write ? SegmentedMemory.linearForStore(cpu, segment, effective, size)
            : SegmentedMemory.linearForLoad(cpu, segment, effective, size);
      }
    }
  }
}
