package dev.hagen.vmm;

import dev.hagen.cpu.CpuState;
import dev.hagen.cpu.Feature;
import dev.hagen.cpu.GuestException;
import java.util.function.IntSupplier;

/** The hypercalls of KVM's interface (Linux Documentation/virt/kvm/x86/hypercalls.rst). */
public final class Hypercalls {
  /** Look for interrupts. */
  public static final long POLL_INTERRUPTS = 1;
  /** Wake the processor whose local APIC has the identifier in the second argument. */
  public static final long KICK = 5;
  /** Error: only ring 0 may call. */
  public static final long NOT_PERMITTED = -1;
  /** Error: there is no such hypercall. */
  public static final long NOT_THERE = -1000;

  private final IntSupplier apicId;
  private boolean kicked;

  /** The hypercalls of the processor whose local APIC has the identifier {@code apicId}. */
  public Hypercalls(IntSupplier apicId) {
    this.apicId = apicId;
  }

  /** What RESET# does. */
  public void reset() {
    kicked = false;
  }

  /**
   * Performs a hypercall.
   *
   * @param argument its second argument
   * @return what the guest gets
   * @throws GuestException #UD if the processor has no paravirtual interface
   */
  public long call(CpuState cpu, long number, long argument) {
    if (!cpu.model.has(Feature.HYPERVISOR)) {
      throw cpu.undefinedOpcode();
    }
    if (cpu.cpl != 0) {
      return NOT_PERMITTED;
    }
    if (number == POLL_INTERRUPTS) {
      cpu.leaveBlock = true;
      return 0;
    }
    if (number == KICK && cpu.model.has(Feature.KVM_PV_UNHALT)) {
      kicked |= argument == apicId.getAsInt();
      return 0;
    }
    return NOT_THERE;
  }

  /** Whether the processor has been kicked, so that it does not halt now; that is forgotten. */
  boolean takeKick() {
    boolean taken = kicked;
    kicked = false;
    return taken;
  }
}
