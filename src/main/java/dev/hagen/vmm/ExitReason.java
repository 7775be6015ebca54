package dev.hagen.vmm;

/** Why guest code left its own registers and memory and the VMM had to act. */
public enum ExitReason {
  PORT_READ("port reads"),
  PORT_WRITE("port writes"),
  MMIO("device memory accesses"),
  MSR_READ("MSR reads"),
  MSR_WRITE("MSR writes"),
  HALT("halts"),
  HYPERCALL("hypercalls"),
  EXCEPTION("exceptions"),
  INTERRUPT("interrupts"),
  NMI("NMIs");

  private final String text;

  ExitReason(String text) {
    this.text = text;
  }

  /** The reason in the plural, for reports. */
  public String text() {
    return text;
  }
}
