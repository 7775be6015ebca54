package dev.hagen.machine;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Disassembler;
import dev.hagen.decode.Instruction;
import dev.hagen.vmm.EventLog;
import dev.hagen.x86.Reg;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last instructions and events of a processor as text. */
final class InstructionTrace implements EventLog {
  private static final int MOST_LINES = 400;

  private final Deque<String> lines = new ArrayDeque<>();
  private int dropped;

  @Override
  public boolean wantsInstructions() {
    return true;
  }

  @Override
  public void instruction(CpuState cpu, @Nullable Instruction instruction) {
    add("  %04x:%016x  %s".formatted(cpu.segment[Reg.CS].selector, cpu.rip,
        instruction == null ? "(cannot be fetched)" : Disassembler.text(instruction, cpu.rip)));
  }

  @Override
  public void exception(CpuState cpu, GuestException exception) {
    add("  (exception %02x, error code %x, address %x)".formatted(exception.vector(), exception.errorCode(),
        exception.address()));
  }

  @Override
  public void interrupt(CpuState cpu, int vector) {
    add("  (interrupt %02x)".formatted(vector));
  }

  private void add(String line) {
    lines.add(line);
    if (lines.size() > MOST_LINES) {
      lines.remove();
      dropped++;
    }
  }

  List<String> lines() {
    List<String> all = new ArrayList<>();
    if (dropped > 0) {
      all.add("  (%d more)".formatted(dropped));
    }
    all.addAll(lines);
    return all;
  }
}
