package dev.hagen.cpu;

/**
 * What an instruction asks of the virtual machine monitor: whatever reaches beyond the processor's own registers and
 * memory. Implemented by the VMM, called on the virtual processor's thread.
 */
public interface VmmCalls {
  /** Reads {@code size} bytes (1, 2 or 4) from I/O port {@code port}; the result is zero-extended. */
  long readPort(int port, int size);

  /** Writes the low {@code size} bytes (1, 2 or 4) of {@code value} to I/O port {@code port}. */
  void writePort(int port, long value, int size);

  /**
   * Reads a model-specific register.
   *
   * @throws GuestException #GP(0) if there is no such register
   */
  long readMsr(CpuState cpu, int index);

  /** Whether the local APIC, of a model that has one, is on as IA32_APIC_BASE says (SDM vol. 3A 11.4.3): so it is after reset. */
  default boolean isApicEnabled() {
    return true;
  }

  /**
   * Writes a model-specific register.
   *
   * @throws GuestException #GP(0) if there is no such register or it refuses the value
   */
  void writeMsr(CpuState cpu, int index, long value);

  /** The guest's time-stamp counter, TSC offset included. */
  long timestamp(CpuState cpu);

  /** The task-priority class as CR8 shows it, 0 to 15. */
  long readCr8(CpuState cpu);

  /** Sets the task-priority class, 0 to 15. */
  void writeCr8(CpuState cpu, long value);

  /** The processor stops until an interrupt; called by {@code hlt} after RIP has moved on. */
  void halt(CpuState cpu);

  /** A hint that the guest spins ({@code pause}). */
  void pause(CpuState cpu);

  /** 64 random bits for {@code rdrand} and {@code rdseed}. */
  long random();

  /**
   * A call of the hypervisor by {@code vmcall} or {@code vmmcall} (Linux Documentation/virt/kvm/x86/hypercalls.rst).
   *
   * @param number which
   * @param first its first argument
   * @param second its second argument
   * @return what it answers; negative: an error
   * @throws GuestException #UD if there is no hypervisor
   */
  long hypercall(CpuState cpu, long number, long first, long second);

  /** The masked x87 error signal (FERR#), with CR0.NE = 0: raises IRQ 13. */
  void signalFpuError(CpuState cpu);
}
