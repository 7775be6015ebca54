package dev.hagen.interpret;

import dev.hagen.cpu.CpuState;
import dev.hagen.decode.Instruction;
import java.util.List;

/**
 * Several instructions, decoded and bound to the code that executes them all.
 *
 * <p>{@link #run} adds each of them but the last to {@link CpuState#retiredInBlock} once it has retired: so a guest exception is that
 * of the instruction behind those.
 */
abstract class FusedStep extends Step {
  /** Where each instruction ends, as its distance from the first, a byte each, the first in the low one. */
  private final long ends;
  /** How many instructions there are, 2 to 7. */
  final byte count;

  FusedStep(List<Instruction> instructions) {
    long packed = 0;
    int end = 0;
    for (int i = 0; i < instructions.size(); i++) {
      end += instructions.get(i).length();
      packed |= (long) end << (i << 3);
    }
    ends = packed;
    count = (byte) instructions.size();
  }

  @Override
  final int count() {
    return count;
  }

  @Override
  final int end(int number) {
    return number == 0 ? 0 : (int) (ends >>> (number - 1 << 3)) & 0xFF;
  }

  @Override
  final void runFirst(CpuState cpu, int limit) {
    if (limit < count) {
      runSingly(cpu, limit);
    } else {
      run(cpu);
    }
  }

  /** Executes the instructions up to {@code limit} one after the other, until one wants the block to be left. */
  final void runSingly(CpuState cpu, int limit) {
    long start = cpu.rip - end(count);
    for (int i = 0; i < limit; i++) {
      cpu.rip = start + end(i + 1);
      runOne(cpu, i);
      if (i == limit - 1 || cpu.leaveBlock) {
        return;
      }
      cpu.retiredInBlock++;
    }
  }

  /** Executes an instruction, as {@link #run} does for all. */
  abstract void runOne(CpuState cpu, int number);
}
