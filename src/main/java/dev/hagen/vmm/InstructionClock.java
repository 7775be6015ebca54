package dev.hagen.vmm;

import dev.hagen.cpu.CpuState;

/**
 * A clock that counts retired instructions, one nanosecond each, and what the processor has slept: the same guest does
 * the same thing at the same time in every run.
 */
public final class InstructionClock extends MachineClock {
  /** What the real-time clock of a deterministic machine shows at power-on: 2020-01-01 00:00:00 UTC. */
  public static final long EPOCH_SECONDS = 1_577_836_800L;

  private final CpuState cpu;
  private long skipped;

  public InstructionClock(CpuState cpu) {
    super(EPOCH_SECONDS);
    this.cpu = cpu;
  }

  @Override
  public long now() {
    return cpu.retired + cpu.countdown + cpu.retiredInBlock + skipped;
  }

  /** The count of retired instructions at which the next timer is due. */
  public long retiredAtDeadline() {
    long deadline = nextDeadline();
    return deadline == NEVER ? Long.MAX_VALUE : deadline - skipped;
  }

  @Override
  void deadlineChanged() {
    // The run loop asks before each run; an instruction that arms a timer must not be followed by others of its run.
    cpu.leaveBlock = true;
  }

  @Override
  void skipToDeadline() {
    long deadline = nextDeadline();
    if (deadline != NEVER) {
      skipped += Math.max(0, deadline - now());
    }
  }

  @Override
  public void close() {}
}
