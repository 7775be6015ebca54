package dev.hagen.vmm;

import dev.hagen.cpu.Counter;
import dev.hagen.cpu.Counters;
import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.VmmCalls;
import dev.hagen.device.PortMap;
import java.util.function.LongSupplier;

/** Answers what guest instructions ask of the virtual machine monitor, and counts it. */
public final class Vmm implements VmmCalls {
  private final PortMap ports;
  private final MsrFile msrs;
  private final TaskPriority taskPriority;
  private final LongSupplier entropy;
  private final Hypercalls hypercalls;
  private final Runnable fpuError;
  private final Counters counters;

  /** The task-priority class in the local APIC. */
  public interface TaskPriority {
    /** 0 to 15. */
    int get();

    void set(int priority);
  }

  /**
   * A monitor for one processor.
   *
   * @param entropy gives 64 random bits
   * @param fpuError raises the x87 error interrupt of a PC
   * @param counters the processor's
   */
  public Vmm(PortMap ports, MsrFile msrs, TaskPriority taskPriority, LongSupplier entropy, Hypercalls hypercalls,
      Runnable fpuError, Counters counters) {
    this.ports = ports;
    this.msrs = msrs;
    this.taskPriority = taskPriority;
    this.entropy = entropy;
    this.hypercalls = hypercalls;
    this.fpuError = fpuError;
    this.counters = counters;
  }

  @Override
  public long readPort(int port, int size) {
    counters.exit(Counter.PORT_READS);
    return ports.read(port, size);
  }

  @Override
  public void writePort(int port, long value, int size) {
    counters.exit(Counter.PORT_WRITES);
    ports.write(port, value, size);
  }

  @Override
  public long readMsr(CpuState cpu, int index) {
    counters.exit(Counter.MSR_READS);
    return msrs.read(cpu, index);
  }

  @Override
  public boolean isApicEnabled() {
    return msrs.isApicEnabled();
  }

  @Override
  public void writeMsr(CpuState cpu, int index, long value) {
    counters.exit(Counter.MSR_WRITES);
    msrs.write(cpu, index, value);
  }

  @Override
  public long timestamp(CpuState cpu) {
    counters.exit(Counter.TIMESTAMP_READS);
    return msrs.timestamp();
  }

  @Override
  public long readCr8(CpuState cpu) {
    return taskPriority.get();
  }

  @Override
  public void writeCr8(CpuState cpu, long value) {
    taskPriority.set((int) value);
  }

  @Override
  public void halt(CpuState cpu) {
    counters.exit(Counter.HALTS);
    cpu.halted = !hypercalls.takeKick();
    cpu.leaveBlock = true;
  }

  @Override
  public void pause(CpuState cpu) {
    counters.exit(Counter.PAUSES);
    // One processor: whatever the guest waits for can only come with an event, which the next block looks for.
  }

  @Override
  public long random() {
    counters.exit(Counter.RANDOM_READS);
    return entropy.getAsLong();
  }

  @Override
  public long hypercall(CpuState cpu, long number, long first, long second) {
    counters.exit(Counter.HYPERCALLS);
    return hypercalls.call(cpu, number, second);
  }

  @Override
  public void signalFpuError(CpuState cpu) {
    counters.exit(Counter.FPU_ERRORS);
    fpuError.run();
  }
}
