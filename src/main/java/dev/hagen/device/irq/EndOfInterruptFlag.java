package dev.hagen.device.irq;

/**
 * A bit in guest memory by which the guest may end an edge-triggered interrupt in place of a write to EOI (Linux
 * Documentation/virt/kvm/x86/msr.rst, MSR_KVM_EOI_EN). Called on the devices' thread, between two guest instructions.
 */
public interface EndOfInterruptFlag {
  /** The guest writes EOI always. */
  EndOfInterruptFlag NONE = new EndOfInterruptFlag() {
    @Override
    public boolean offer() {
      return false;
    }

    @Override
    public boolean withdraw() {
      return false;
    }
  };

  /** Sets the bit if the guest has enabled it; answers whether it has. */
  boolean offer();

  /** Clears the bit after an {@link #offer}; answers whether the guest had done so before: the interrupt has ended. */
  boolean withdraw();
}
