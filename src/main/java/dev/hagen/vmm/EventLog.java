package dev.hagen.vmm;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.GuestException;
import dev.hagen.decode.Instruction;
import org.jspecify.annotations.Nullable;

/** Hears what a virtual processor does; called on its thread. */
public interface EventLog {
  /** Whether {@link #instruction} shall be called; the processor then runs step by step. */
  boolean wantsInstructions();

  /** The next instruction; null if it cannot be fetched. */
  void instruction(CpuState cpu, @Nullable Instruction instruction);

  /** An exception is about to be delivered; RIP is what its handler will see. */
  void exception(CpuState cpu, GuestException exception);

  /** An interrupt or NMI is about to be delivered. */
  void interrupt(CpuState cpu, int vector);
}
